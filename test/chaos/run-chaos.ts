import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readVerbs } from "../../src/sandbox/access.ts";
import { makeCertificates } from "../../src/sandbox/certificates.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import type { Figures } from "../support/figures.ts";
import { Pingo } from "../support/pingo.ts";
import { ChaosProxy } from "./chaos-proxy.ts";
import { Churn, targetOf } from "./churn.ts";
import { type Episode, type Fault, inWords, isMishap, kindOf, type Mishap, planEpisodes } from "./faults.ts";
import { Random } from "./random.ts";
import { retryWhileTaken } from "./retry-while-taken.ts";
import { sleep } from "./sleep.ts";
import { differences, look, type View } from "./view.ts";

export interface ChaosOptions {
  readonly seed: number;
  readonly seconds: number;
  /** How soon after the end of an episode the targets are the API's nodes. */
  readonly calmLimitMs: number;
  /** The kinds of faults there are; all where it is empty. */
  readonly only: readonly string[];
}

export interface ChaosResult {
  readonly figures: Figures;
  /** What was not as it has to be. */
  readonly violations: readonly string[];
  /** What happened, a line each, with the second in which it did. */
  readonly timeline: readonly string[];
  /** The end of PinGo's log. */
  readonly log: readonly string[];
}

/** Nodes that nothing happens to, and all nodes at the beginning. */
const untouchedCount = 10;
const firstNodes = 22;
const probeMs = 500;
/** Between two looks at the page while nothing is waited for, and while something is. */
const lookMs = 250;
const pollMs = 50;
/** A change while all is well has to be on the page as soon as that; the machine may be busy. */
const followMs = 3_000;
/** After so many violations the rest tells nothing new. */
const enoughViolations = 10;
/** A connection or two that are kept, and one that is being made. */
const fdMargin = 5;
const peakFdMargin = 40;
/** What V8 takes in its first minutes before it collects; a leak of a kilobyte a handshake would be more than that. */
const residentMarginBytes = 40 * 2 ** 20;
/** All that may be said of nodes (20 lines in 10 s) and as much again of the API. */
const maxLinesPerMinute = 240;
/** Far above what a sandbox's events reach, so that the version can go back as well as forward. */
const firstVersion = 10_000_000;

export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const run = await ChaosRun.start(options);
  try {
    await run.go();
  } catch (error) {
    // Where what was done before tells more than the stack.
    run.violate(`the run broke off: ${(error as Error).stack}`);
  } finally {
    await run.stop();
  }
  return run.result();
}

class ChaosRun {
  readonly #options: ChaosOptions;
  readonly #random: Random;
  readonly #sandbox: Sandbox;
  readonly #proxy: ChaosProxy;
  readonly #churn: Churn;
  readonly #pingo: Pingo;
  readonly #dir: string;
  /** `node address` of the untouched. */
  readonly #untouched: ReadonlySet<string>;
  /** Whatever was in the token's file. */
  readonly #secrets: string[];
  readonly #startMs = performance.now();
  readonly #violations = new Set<string>();
  readonly #timeline: string[] = [];
  readonly #recoveriesMs: number[] = [];
  readonly #kinds = new Set<string>();
  /** Lines of the log by the time of a look. */
  readonly #logLines: { atMs: number; lines: number }[] = [];
  /** Counters of the untouched at the last look. */
  #counters: ReadonlyMap<string, number> = new Map();
  /** Looks one after the other: an older page taken for a newer one would show counters that go back. */
  #looking: Promise<unknown> = Promise.resolve();
  #token: string;
  #port = 0;
  #watching = true;
  #slowestPageMs = 0;
  #peakFds = 0;
  #peakResidentBytes = 0;
  #first: Resources | undefined;
  #last: Resources | undefined;
  #episodes = 0;

  private constructor(options: ChaosOptions, random: Random, sandbox: Sandbox, proxy: ChaosProxy, caPem: string) {
    this.#options = options;
    this.#random = random;
    this.#sandbox = sandbox;
    this.#proxy = proxy;
    const names = new Set(sandbox.nodeNames().slice(0, untouchedCount));
    this.#untouched = new Set(
      sandbox.store
        .list()
        .filter(({ metadata }) => names.has(metadata.name))
        .map(targetOf),
    );
    this.#churn = new Churn(sandbox, names, random.fork());
    this.#token = sandbox.readerToken;
    this.#secrets = [this.#token];
    this.#dir = mkdtempSync(join(tmpdir(), "pingo-chaos-"));
    this.#writeFile("token", sandbox.readerToken);
    this.#writeFile("ca.crt", caPem);
    this.#pingo = new Pingo([], {
      PINGO_API: proxy.url,
      PINGO_TOKEN_FILE: this.#path("token"),
      PINGO_CA_FILE: this.#path("ca.crt"),
      PINGO_PROBE: `${probeMs}ms`,
      PINGO_LISTEN: "127.0.0.1:0",
    });
  }

  static async start(options: ChaosOptions): Promise<ChaosRun> {
    const random = new Random(options.seed);
    const sandbox = await startSandbox({ nodes: firstNodes, bookmarkMs: 2_000 });
    sandbox.store.beginAnew(firstVersion);
    const certificates = await makeCertificates(Date.now());
    const proxy = await ChaosProxy.start({
      certificates,
      upstreamUrl: () => sandbox.apiUrl,
      upstreamCaPem: sandbox.caPem,
      random: random.fork(),
    });
    return new ChaosRun(options, random, sandbox, proxy, certificates.caPem);
  }

  async go(): Promise<void> {
    this.#port = Number((await this.#pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
    await this.#untilEqual("at the start", 10_000);
    this.#first = await this.#measure();
    const watching = this.#watch();
    this.#churn.resume();
    const endMs = performance.now() + this.#options.seconds * 1_000;
    const episodes = planEpisodes(this.#random.fork(), this.#options.only);
    while (performance.now() < endMs && this.#violations.size < enoughViolations && this.#isAlive) {
      await this.#suffer(episodes.next().value);
    }
    await this.#churn.pause();
    this.#last = await this.#measure();
    this.#watching = false;
    await watching;
    this.#checkEnd();
  }

  violate(what: string): void {
    if (this.#violations.has(what) || this.#violations.size >= enoughViolations) return;
    this.#violations.add(what);
    this.#note(`VIOLATION: ${what}`);
  }

  async stop(): Promise<void> {
    this.#watching = false;
    await this.#churn.stop();
    const { code, tookMs } = await this.#pingo.stop();
    if (code !== 0) this.violate(`pingo ended with ${code}`);
    if (tookMs > 5_000) this.violate(`pingo took ${Math.round(tookMs)} ms to stop`);
    this.#checkSecrets(this.#pingo.stdout + this.#pingo.stderr, "the log");
    await this.#proxy.stop();
    await this.#sandbox.stop();
    rmSync(this.#dir, { recursive: true });
  }

  result(): ChaosResult {
    const worstMs = Math.max(0, ...this.#recoveriesMs);
    const medianMs = this.#recoveriesMs.toSorted((a, b) => a - b)[this.#recoveriesMs.length >> 1] ?? 0;
    const megabytes = (bytes = Number.NaN) => bytes / 2 ** 20;
    return {
      figures: {
        seed: this.#options.seed,
        episodes: this.#episodes,
        kinds: this.#kinds.size,
        hits: this.#proxy.hits,
        changes: this.#churn.changes,
        recovery_median_s: medianMs / 1_000,
        recovery_worst_s: worstMs / 1_000,
        page_worst_ms: this.#slowestPageMs,
        log_lines_a_minute: this.#worstLinesPerMinute(),
        fds_first: this.#first?.fds ?? Number.NaN,
        fds_last: this.#last?.fds ?? Number.NaN,
        fds_peak: this.#peakFds,
        rss_first_mb: megabytes(this.#first?.residentBytes),
        rss_last_mb: megabytes(this.#last?.residentBytes),
        rss_peak_mb: megabytes(this.#peakResidentBytes),
        violations: this.#violations.size,
      },
      violations: [...this.#violations],
      timeline: this.#timeline,
      log: this.#pingo.stderr.trimEnd().split("\n").slice(-60),
    };
  }

  /** One episode and the calm after it. */
  async #suffer({ steps, calmMs }: Episode): Promise<void> {
    for (const { durationMs, what } of steps) {
      this.#kinds.add(kindOf(what));
      this.#note(`${inWords(what)} for ${seconds(durationMs)}`);
      if (isMishap(what)) await this.#mishap(what, durationMs);
      else await this.#underFault(what, durationMs);
    }
    this.#episodes++;
    await this.#calm(calmMs);
  }

  async #underFault(fault: Fault, durationMs: number): Promise<void> {
    if (fault.compacts) this.#sandbox.store.forgetEvents();
    await this.#proxy.begin(fault);
    await sleep(durationMs);
    await this.#proxy.end();
  }

  async #mishap(mishap: Mishap, durationMs: number): Promise<void> {
    switch (mishap.kind) {
      case "restart": {
        const { api, store } = this.#sandbox;
        await api.stop();
        store.beginAnew(store.version + mishap.versionStep);
        await sleep(durationMs);
        return retryWhileTaken(() => api.start());
      }
      case "rotate token":
        return this.#rotateToken(mishap.halfWritten, durationMs);
      case "rotate ca": {
        const certificates = await makeCertificates(Date.now());
        this.#proxy.rotate(certificates);
        this.#proxy.cut();
        await sleep(durationMs);
        return this.#writeFile("ca.crt", certificates.caPem);
      }
    }
  }

  async #rotateToken(halfWritten: boolean, durationMs: number): Promise<void> {
    const { access } = this.#sandbox.api;
    const token = access.grant("pingo", readVerbs);
    access.revoke(this.#token);
    this.#token = token;
    this.#secrets.push(token);
    this.#proxy.cut();
    await sleep(durationMs / 2);
    if (halfWritten) this.#writeHalf(token);
    await sleep(durationMs / 2);
    this.#writeFile("token", token);
  }

  #writeHalf(token: string): void {
    const half = token.slice(0, token.length / 2);
    // Still too much of a secret to be shown.
    this.#secrets.push(half);
    writeFileSync(this.#path("token"), half);
  }

  /**
   * The targets become the API's nodes, of which one changes as the calm begins: only who asks now, or watches again, can
   * know of it. Then the nodes change on, and the page follows.
   */
  async #calm(calmMs: number): Promise<void> {
    const beganMs = performance.now();
    const { calmLimitMs } = this.#options;
    await this.#churn.pause();
    await this.#churn.change();
    const tookMs = await this.#untilEqual("after an episode", calmLimitMs);
    this.#recoveriesMs.push(tookMs);
    this.#churn.resume();
    // What did not catch up does not follow either: that would only be told twice.
    if (tookMs > calmLimitMs) return;
    await sleep(Math.max(0, calmMs - (performance.now() - beganMs)));
    await this.#churn.pause();
    await this.#untilEqual("while all was well", followMs);
    this.#churn.resume();
  }

  /** How long it took; a violation where that is longer than the limit. */
  async #untilEqual(when: string, limitMs: number): Promise<number> {
    const startMs = performance.now();
    for (;;) {
      const view = await this.#look();
      const differing = view === undefined ? ["there is no page"] : differences(view, this.#sandbox.store.list());
      const tookMs = performance.now() - startMs;
      if (differing.length === 0) {
        this.#note(`equal ${when} within ${seconds(tookMs)}`);
        return tookMs;
      }
      if (tookMs > limitMs) {
        const some = differing.slice(0, 4).join(", ");
        this.violate(`${seconds(tookMs)} ${when} (at ${this.#now()}), ${differing.length} differences: ${some}`);
        return tookMs;
      }
      await sleep(pollMs);
    }
  }

  async #watch(): Promise<void> {
    while (this.#watching) {
      await this.#look();
      await sleep(lookMs);
    }
  }

  #look(): Promise<View | undefined> {
    const looked = this.#looking.then(() => this.#lookAlone());
    this.#looking = looked;
    return looked;
  }

  async #lookAlone(): Promise<View | undefined> {
    if (!this.#isAlive) {
      this.violate(`pingo ended with ${this.#pingo.process.exitCode ?? this.#pingo.process.signalCode}`);
      return undefined;
    }
    try {
      const view = await look(this.#port);
      this.#check(view);
      return view;
    } catch (error) {
      this.violate(`the page cannot be read (at ${this.#now()}): ${(error as Error).message}`);
      return undefined;
    }
  }

  get #isAlive(): boolean {
    return this.#pingo.process.exitCode === null && this.#pingo.process.signalCode === null;
  }

  /** What holds at any time. */
  #check(view: View): void {
    this.#slowestPageMs = Math.max(this.#slowestPageMs, view.tookMs);
    this.#peakFds = Math.max(this.#peakFds, view.openFds);
    this.#peakResidentBytes = Math.max(this.#peakResidentBytes, view.residentBytes);
    this.#logLines.push({ atMs: performance.now(), lines: this.#pingo.stderr.split("\n").length });
    this.#checkSecrets(view.text, "the page");
    for (const target of view.targets) {
      if (!this.#churn.everSeen.has(target)) this.violate(`there never was ${target}`);
    }
    // Before the first list there is nothing to keep.
    if (this.#first !== undefined) this.#checkUntouched(view);
  }

  #checkUntouched(view: View): void {
    const when = `(at ${this.#now()})`;
    for (const target of this.#untouched) {
      if (!view.targets.has(target)) this.violate(`${target} lost its target ${when}`);
      if (view.ready.get(target.split(" ", 1)[0] ?? "") !== 1) this.violate(`${target} lost its Ready ${when}`);
    }
    const counters = new Map(
      [...view.probes].filter(([, { target }]) => this.#untouched.has(target)).map(([key, { count }]) => [key, count]),
    );
    for (const [series, before] of this.#counters) {
      const count = counters.get(series);
      if (count === undefined) this.violate(`${series} disappeared ${when}`);
      else if (count < before) this.violate(`${series} went back from ${before} to ${count} ${when}`);
    }
    this.#counters = counters;
  }

  /** A few looks while nothing goes on: the least counts, as a handshake or a request may be under way at any. */
  async #measure(): Promise<Resources> {
    const looks: Resources[] = [];
    for (let index = 0; index < 15; index++) {
      const view = await this.#look();
      if (view !== undefined) looks.push({ fds: view.openFds, residentBytes: view.residentBytes });
      await sleep(100);
    }
    const least = (values: readonly number[]) => Math.min(...values);
    return {
      fds: least(looks.map(({ fds }) => fds)),
      residentBytes: least(looks.map(({ residentBytes }) => residentBytes)),
    };
  }

  #checkEnd(): void {
    const { fds: firstFds, residentBytes: firstBytes } = this.#first ?? nothing;
    const { fds: lastFds, residentBytes: lastBytes } = this.#last ?? nothing;
    if (lastFds > firstFds + fdMargin) this.violate(`open descriptors went from ${firstFds} to ${lastFds}`);
    if (this.#peakFds > firstFds + peakFdMargin) this.violate(`open descriptors reached ${this.#peakFds}`);
    if (lastBytes > firstBytes + residentMarginBytes) {
      this.violate(`resident memory grew from ${firstBytes} to ${lastBytes} bytes`);
    }
    const lines = this.#worstLinesPerMinute();
    if (lines > maxLinesPerMinute) this.violate(`the log had ${lines} lines within a minute`);
    const made = [...this.#counters.values()].reduce((sum, count) => sum + count, 0);
    const due = (this.#untouched.size * this.#options.seconds * 1_000) / probeMs;
    // Half of them: a busy machine may skip some.
    if (made < due / 2) this.violate(`${made} handshakes were made where ${due} were due`);
  }

  #checkSecrets(text: string, where: string): void {
    for (const [index, secret] of this.#secrets.entries()) {
      if (text.includes(secret)) this.violate(`token ${index + 1} of ${this.#secrets.length} is in ${where}`);
    }
  }

  #worstLinesPerMinute(): number {
    let worst = 0;
    let from = 0;
    for (const { atMs, lines } of this.#logLines) {
      while ((this.#logLines[from]?.atMs ?? atMs) < atMs - 60_000) from++;
      worst = Math.max(worst, lines - (this.#logLines[from]?.lines ?? lines));
    }
    return worst;
  }

  #path(name: string): string {
    return join(this.#dir, name);
  }

  /** In one go, as a kubelet swaps the files of a secret. */
  #writeFile(name: string, text: string): void {
    writeFileSync(`${this.#path(name)}.new`, text);
    renameSync(`${this.#path(name)}.new`, this.#path(name));
  }

  #now(): string {
    return seconds(performance.now() - this.#startMs);
  }

  #note(what: string): void {
    this.#timeline.push(`${this.#now()}: ${what}`);
  }
}

interface Resources {
  readonly fds: number;
  readonly residentBytes: number;
}

const nothing: Resources = { fds: Number.NaN, residentBytes: Number.NaN };

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
