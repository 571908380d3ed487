import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readVerbs } from "../../src/sandbox/access.ts";
import { makeCertificates } from "../../src/sandbox/certificates.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import { ChaosProxy } from "./chaos-proxy.ts";
import { type Fault, isMishap, type Mishap, type Step } from "./faults.ts";
import type { Random } from "./random.ts";
import { retryWhileTaken } from "./retry-while-taken.ts";
import { sleep } from "./sleep.ts";

/** Far above what a sandbox's events reach, so that the version can go back as well as forward. */
const firstVersion = 10_000_000;
/** Of a real server about a minute; a short run is to see some. */
const bookmarkMs = 2_000;

/** An API that can only be reached through a proxy, with the files of its credentials, and what can be done to it. */
export class BesiegedApi {
  readonly sandbox: Sandbox;
  /** Whatever was in the token's file: none of it may be shown by anybody. */
  readonly secrets: string[];
  readonly #proxy: ChaosProxy;
  readonly #dir = mkdtempSync(join(tmpdir(), "pingo-chaos-"));
  #token: string;

  private constructor(sandbox: Sandbox, proxy: ChaosProxy, caPem: string) {
    this.sandbox = sandbox;
    this.#proxy = proxy;
    this.#token = sandbox.readerToken;
    this.secrets = [this.#token];
    this.#replaceFile("token", this.#token);
    this.#replaceFile("ca.crt", caPem);
  }

  static async start(nodes: number, random: Random): Promise<BesiegedApi> {
    const sandbox = await startSandbox({ nodes, bookmarkMs });
    sandbox.store.beginAnew(firstVersion);
    const certificates = await makeCertificates(Date.now());
    const upstream = { upstreamUrl: () => sandbox.apiUrl, upstreamCaPem: sandbox.caPem };
    const proxy = await ChaosProxy.start({ certificates, ...upstream, random });
    return new BesiegedApi(sandbox, proxy, certificates.caPem);
  }

  /** What PinGo is told of it. */
  environment(): Record<string, string> {
    return {
      PINGO_API: this.#proxy.url,
      PINGO_TOKEN_FILE: this.#path("token"),
      PINGO_CA_FILE: this.#path("ca.crt"),
    };
  }

  /** Requests, pieces of answers and connections that something was done to. */
  get hits(): number {
    return this.#proxy.hits;
  }

  /** From now on nodes can be listed in pages only, as after a step back to an older server. */
  refuseStreams(): void {
    this.#proxy.allowsStreams = false;
  }

  /** Once this resolves, all is well again. */
  suffer({ what, durationMs }: Step): Promise<void> {
    return isMishap(what) ? this.#mishap(what, durationMs) : this.#underFault(what, durationMs);
  }

  async stop(): Promise<void> {
    await this.#proxy.stop();
    await this.sandbox.stop();
    rmSync(this.#dir, { recursive: true });
  }

  async #underFault(fault: Fault, durationMs: number): Promise<void> {
    if (fault.compacts) this.sandbox.store.forgetEvents();
    await this.#proxy.begin(fault);
    await sleep(durationMs);
    await this.#proxy.end();
  }

  #mishap(mishap: Mishap, durationMs: number): Promise<void> {
    switch (mishap.kind) {
      case "restart":
        return this.#restart(mishap.versionStep, durationMs);
      case "rotate token":
        return this.#rotateToken(mishap.halfWritten, durationMs);
      case "rotate ca":
        return this.#rotateCa(durationMs);
    }
  }

  async #restart(versionStep: number, durationMs: number): Promise<void> {
    const { api, store } = this.sandbox;
    await api.stop();
    store.beginAnew(store.version + versionStep);
    await sleep(durationMs);
    await retryWhileTaken(() => api.start());
  }

  async #rotateToken(halfWritten: boolean, durationMs: number): Promise<void> {
    const { access } = this.sandbox.api;
    access.revoke(this.#token);
    this.#token = access.grant("pingo", readVerbs);
    this.secrets.push(this.#token);
    // A watch that runs is not asked for its token again.
    this.#proxy.cut();
    await sleep(durationMs / 2);
    if (halfWritten) this.#writeHalf(this.#token);
    await sleep(durationMs / 2);
    this.#replaceFile("token", this.#token);
  }

  #writeHalf(token: string): void {
    const half = token.slice(0, token.length / 2);
    // Still too much of a secret to be shown.
    this.secrets.push(half);
    writeFileSync(this.#path("token"), half);
  }

  async #rotateCa(durationMs: number): Promise<void> {
    const certificates = await makeCertificates(Date.now());
    this.#proxy.rotate(certificates);
    this.#proxy.cut();
    await sleep(durationMs);
    this.#replaceFile("ca.crt", certificates.caPem);
  }

  /** In one go, as a kubelet swaps the files of a secret. */
  #replaceFile(name: string, text: string): void {
    writeFileSync(`${this.#path(name)}.new`, text);
    renameSync(`${this.#path(name)}.new`, this.#path(name));
  }

  #path(name: string): string {
    return join(this.#dir, name);
  }
}
