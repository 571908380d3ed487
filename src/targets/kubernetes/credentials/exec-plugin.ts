import { basename } from "node:path";
import type { Clock } from "../../../clock.ts";
import { oneLine, redact } from "../../../log.ts";
import { formatMs } from "../../../units.ts";
import { type ExecCredential, execInfo, readExecCredential } from "./exec-credential.ts";
import type { ExecSpec } from "./exec-spec.ts";
import type { Environment } from "./proxy-for.ts";
import { type CommandResult, runCommand } from "./run-command.ts";

export interface ExecPluginOptions {
  readonly spec: ExecSpec;
  readonly clock: Clock;
  /** What the plugin inherits. */
  readonly env: Environment;
  /** The cluster's CA of this moment, PEM. */
  readonly caPem: () => string | undefined;
}

export type CredentialResult = { readonly credential: ExecCredential } | { readonly problem: string };

const timeoutMs = 30_000;
const maxBytes = 1024 * 1024;
/** From one run's end to the next one's start, whatever the reason: it may cost somebody a login, or an API its patience. */
const minGapMs = 5_000;
/** How long before a credential expires it is replaced; at most a tenth of its life. */
const refreshBeforeMs = 30_000;

/**
 * What may be a secret in a line that a plugin wrote: what follows a word that announces one, a JSON Web Token, and
 * long words in which letters and digits mix.
 */
const secretWord =
  /((?:token|password|passwd|secret|bearer|authorization|key)["']?[\s:=]+["']?)[^\s"']+|eyJ[\w-]{8,}[\w.-]*|(?=[\w+=-]*\d)(?=[\w+=-]*[a-z])[\w+=-]{20,}|[\w.+=-]{40,}/gi;

/**
 * A credential plugin (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins):
 * runs when a credential is needed and none is at hand, and keeps what it gave until that expires or is refused.
 */
export class ExecPlugin {
  readonly #options: ExecPluginOptions;
  readonly #ending = new AbortController();
  #running: Promise<CredentialResult> | undefined;
  #last: ExecCredential | undefined;
  /** A replaced token may still turn up in an answer for a while. */
  #previousToken: string | undefined;
  /** From when on it is to be replaced, milliseconds since 1970. */
  #refreshAtUnixMs = Number.POSITIVE_INFINITY;
  #refused = false;
  #problem: string | undefined;
  #lastEndMs = Number.NEGATIVE_INFINITY;

  constructor(options: ExecPluginOptions) {
    this.#options = options;
  }

  /** The credential of this moment. All who ask while the plugin runs get what that run gives. Never rejects. */
  credential(): Promise<CredentialResult> {
    if (this.#running !== undefined) return this.#running;
    if (!this.#isDue()) return Promise.resolve(this.#atHand());
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** To be told of a 401. True where asking again will give another credential than `used`. */
  refused(used: ExecCredential | undefined): boolean {
    if (used !== this.#last) return true;
    this.#refused = true;
    return this.#isDue();
  }

  /** What must not be shown. */
  secrets(): readonly string[] {
    return [this.#last?.token, this.#previousToken].filter((token) => token !== undefined);
  }

  /** Ends a run. Can be called again. */
  close(): void {
    this.#ending.abort();
  }

  #isDue(): boolean {
    const { clock } = this.#options;
    const wanted = this.#last === undefined || this.#refused || clock.unixMs() >= this.#refreshAtUnixMs;
    return wanted && clock.nowMs() >= this.#lastEndMs + minGapMs;
  }

  /**
   * What there is where the plugin does not run now. A credential that is still good hides that the last run failed.
   * One that is not, and that no run has tried to replace yet, is given all the same: the API's answer to it says
   * more than we could.
   */
  #atHand(): CredentialResult {
    const useless = this.#refused || this.#isExpired();
    if (this.#problem !== undefined && (this.#last === undefined || useless)) return { problem: this.#problem };
    if (this.#last !== undefined) return { credential: this.#last };
    return { problem: "the credential plugin has given nothing yet" };
  }

  #isExpired(): boolean {
    const expiresAtUnixMs = this.#last?.expiresAtUnixMs ?? Number.POSITIVE_INFINITY;
    return this.#options.clock.unixMs() >= expiresAtUnixMs;
  }

  async #run(): Promise<CredentialResult> {
    const { spec, clock, env, caPem } = this.#options;
    const { command, args } = spec;
    const whole = { ...env, ...Object.fromEntries(spec.env), KUBERNETES_EXEC_INFO: execInfo(spec, caPem()) };
    const limits = { clock, timeoutMs, maxBytes, signal: this.#ending.signal };
    const result = await runCommand({ command, args, env: whole }, limits);
    this.#lastEndMs = clock.nowMs();
    const read = this.#read(result);
    if ("problem" in read) this.#problem = `the credential plugin ${basename(command)} ${read.problem}`;
    else this.#take(read.credential);
    return this.#atHand();
  }

  #take(credential: ExecCredential): void {
    const nowUnixMs = this.#options.clock.unixMs();
    const { expiresAtUnixMs = Number.POSITIVE_INFINITY } = credential;
    if (this.#last?.token !== credential.token) this.#previousToken = this.#last?.token;
    this.#last = credential;
    this.#refused = false;
    this.#problem = undefined;
    const lifeMs = Math.max(0, expiresAtUnixMs - nowUnixMs);
    this.#refreshAtUnixMs = expiresAtUnixMs - Math.min(refreshBeforeMs, lifeMs / 10);
  }

  #read(result: CommandResult): CredentialResult {
    switch (result.end) {
      case "exit":
        if (result.code === 0) return readExecCredential(result.stdout, this.#options.spec.apiVersion);
        return { problem: `ended with exit code ${result.code}${this.#said(result.lastLine)}` };
      case "signal":
        return { problem: `was ended by ${result.signal}${this.#said(result.lastLine)}` };
      case "timeout":
        return { problem: `was not done after ${formatMs(timeoutMs)} and was ended${this.#said(result.lastLine)}` };
      case "too much output":
        return { problem: `wrote more than ${maxBytes / 1024} KiB and was ended` };
      case "missing":
        return { problem: `is not there: no such program, or not the one that its first line names${this.#hint()}` };
      case "unstartable":
        return { problem: `cannot be started (${result.why})` };
      case "aborted":
        return { problem: "was ended because PinGo stops" };
    }
  }

  #hint(): string {
    const hint = oneLine(this.#options.spec.installHint).trim().slice(0, 300);
    return hint === "" ? "; is it installed, and in PATH?" : `; ${hint}`;
  }

  /** The last line that it wrote to its standard error, without what may be a secret. */
  #said(line: string): string {
    if (line === "") return "";
    const known = [...this.#options.spec.env].filter(([name]) => /token|secret|passw|key/i.test(name));
    const clean = redact(line, [...this.secrets(), ...known.map(([, value]) => value)]);
    // Tokens that are not known here, because the plugin never handed them out: a JWT's beginning, or a long word.
    const cleaner = clean.replace(secretWord, (_all, before?: string) => `${before ?? ""}[redacted]`);
    return `: ${oneLine(cleaner).slice(0, 300)}`;
  }
}
