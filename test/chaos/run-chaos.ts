import type { Figures } from "../support/figures.ts";
import { Pingo } from "../support/pingo.ts";
import { BesiegedApi } from "./besieged-api.ts";
import { Chronicle } from "./chronicle.ts";
import { Churn, targetOf } from "./churn.ts";
import { type Episode, inWords, kindOf, planEpisodes } from "./faults.ts";
import { Random } from "./random.ts";
import { seconds } from "./seconds.ts";
import { sleep } from "./sleep.ts";
import { differences } from "./view.ts";
import { Witness } from "./witness.ts";

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
  /** What happened, a line each. */
  readonly timeline: readonly string[];
  /** The end of PinGo's log. */
  readonly log: readonly string[];
}

/** All nodes at the beginning, and those of them that nothing happens to. */
const nodeCount = 22;
const untouchedCount = 10;
const probeMs = 500;
/** Between two looks at the page while something is waited for. */
const pollMs = 50;
const startLimitMs = 10_000;
const stopLimitMs = 5_000;
/** A change while all is well has to be on the page as soon as that; the machine may be busy. */
const followLimitMs = 3_000;
const logTail = 60;
/** What is late is waited for, so that the next fault tells of itself; the run ends where it does not come by then. */
const patienceMs = 35_000;

/** Lets a whole PinGo follow an API through episodes of faults while its nodes come, go and change. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const random = new Random(options.seed);
  const run = new ChaosRun(options, random, await BesiegedApi.start(nodeCount, random.fork()));
  try {
    await run.go();
  } catch (error) {
    // What happened before it tells more than where it was thrown.
    run.chronicle.violate(`the run broke off: ${(error as Error).stack}`);
  } finally {
    await run.stop();
  }
  return run.result();
}

class ChaosRun {
  readonly chronicle = new Chronicle();
  readonly #options: ChaosOptions;
  readonly #random: Random;
  readonly #api: BesiegedApi;
  readonly #churn: Churn;
  readonly #pingo: Pingo;
  readonly #witness: Witness;
  readonly #recoveriesMs: number[] = [];
  readonly #kinds = new Set<string>();
  /** Even patience did not help: whatever came now would only be told of what was. */
  #isStuck = false;

  constructor(options: ChaosOptions, random: Random, api: BesiegedApi) {
    this.#options = options;
    this.#random = random;
    this.#api = api;
    const untouched = api.sandbox.store.list().slice(0, untouchedCount);
    this.#churn = new Churn(api.sandbox, new Set(untouched.map(({ metadata }) => metadata.name)), random.fork());
    this.#pingo = new Pingo([], {
      ...api.environment(),
      PINGO_PROBE: `${probeMs}ms`,
      PINGO_LISTEN: "127.0.0.1:0",
    });
    this.#witness = new Witness({
      pingo: this.#pingo,
      chronicle: this.chronicle,
      untouched: new Set(untouched.map(targetOf)),
      everSeen: this.#churn.everSeen,
      secrets: api.secrets,
    });
  }

  async go(): Promise<void> {
    await this.#witness.begin();
    await this.#untilEqual("at the start", startLimitMs);
    await this.#witness.watch();
    this.#churn.resume();
    const episodes = planEpisodes(this.#random.fork(), this.#options.only);
    const halfMs = (this.#options.seconds * 1_000) / 2;
    await this.#sufferFor(halfMs, episodes);
    this.chronicle.note("lists come in pages from now on");
    this.#api.refuseStreams();
    await this.#sufferFor(halfMs, episodes);
    await this.#churn.pause();
    await this.#witness.judge(probeMs);
  }

  async stop(): Promise<void> {
    await this.#witness.stop();
    await this.#churn.stop();
    const { code, tookMs } = await this.#pingo.stop();
    if (code !== 0) this.chronicle.violate(`pingo ended with ${code}`);
    if (tookMs > stopLimitMs) this.chronicle.violate(`pingo took ${seconds(tookMs)} to stop`);
    this.#witness.checkSecrets(this.#pingo.stdout + this.#pingo.stderr, "the log");
    await this.#api.stop();
  }

  result(): ChaosResult {
    const recoveriesMs = this.#recoveriesMs.toSorted((a, b) => a - b);
    return {
      figures: {
        seed: this.#options.seed,
        episodes: recoveriesMs.length,
        kinds: this.#kinds.size,
        hits: this.#api.hits,
        changes: this.#churn.changes,
        recovery_median_s: (recoveriesMs[recoveriesMs.length >> 1] ?? Number.NaN) / 1_000,
        recovery_worst_s: (recoveriesMs.at(-1) ?? Number.NaN) / 1_000,
        ...this.#witness.figures(),
      },
      violations: this.chronicle.violations,
      timeline: this.chronicle.lines,
      log: this.#pingo.stderr.trimEnd().split("\n").slice(-logTail),
    };
  }

  async #sufferFor(ms: number, episodes: Generator<Episode, never>): Promise<void> {
    const endMs = performance.now() + ms;
    while (performance.now() < endMs && !this.#isOver) await this.#suffer(episodes.next().value);
  }

  get #isOver(): boolean {
    return this.#isStuck || this.chronicle.isFull || !this.#witness.pingoIsAlive;
  }

  async #suffer({ steps, calmMs }: Episode): Promise<void> {
    for (const step of steps) {
      this.#kinds.add(kindOf(step.what));
      this.chronicle.note(`${inWords(step.what)} for ${seconds(step.durationMs)}`);
      await this.#api.suffer(step);
    }
    await this.#calm(calmMs);
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
    this.#recoveriesMs.push(await this.#untilEqual("after an episode", calmLimitMs));
    if (this.#isStuck) return;
    this.#churn.resume();
    await sleep(Math.max(0, calmMs - (performance.now() - beganMs)));
    await this.#churn.pause();
    await this.#untilEqual("while all was well", followLimitMs);
    this.#churn.resume();
  }

  /** How long it took; a violation where that is longer than the limit. */
  async #untilEqual(when: string, limitMs: number): Promise<number> {
    const startMs = performance.now();
    for (let isLate = false; ; ) {
      const view = await this.#witness.look();
      const differing = view === undefined ? ["no page"] : differences(view, this.#api.sandbox.store.list());
      const tookMs = performance.now() - startMs;
      if (differing.length === 0) {
        this.chronicle.note(`equal ${when} within ${seconds(tookMs)}`);
        return tookMs;
      }
      if (tookMs > limitMs && !isLate) this.#tellLate(`not equal ${when} within ${seconds(tookMs)}`, differing);
      isLate = tookMs > limitMs;
      this.#isStuck = tookMs > Math.max(limitMs, patienceMs);
      if (this.#isStuck || !this.#witness.pingoIsAlive) return tookMs;
      await sleep(pollMs);
    }
  }

  #tellLate(what: string, differing: readonly string[]): void {
    // Each counts as one of its own: another fault may be behind it.
    const rule = `late ${this.#recoveriesMs.length + 1}`;
    this.chronicle.violate(rule, `${what}, ${differing.length} differences: ${differing.slice(0, 4).join(", ")}`);
  }
}
