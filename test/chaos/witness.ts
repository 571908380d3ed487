import type { Figures } from "../support/figures.ts";
import type { Pingo } from "../support/pingo.ts";
import type { Chronicle } from "./chronicle.ts";
import { sleep } from "./sleep.ts";
import { look, type View } from "./view.ts";

export interface WitnessOptions {
  readonly pingo: Pingo;
  readonly chronicle: Chronicle;
  /** `node address` of the nodes that nothing happens to. */
  readonly untouched: ReadonlySet<string>;
  /** Every `node address` there ever was. */
  readonly everSeen: ReadonlySet<string>;
  readonly secrets: readonly string[];
}

/** Between two looks while nobody waits for one. */
const lookMs = 250;
const minuteMs = 60_000;
/** A connection or two that are kept, and one that is being made. */
const fdMargin = 5;
const peakFdMargin = 40;
/** What V8 takes before it collects; half of it is reached without any fault, and more where nothing was compiled yet. */
const residentMarginBytes = 64 * 2 ** 20;
/** All that may be said of nodes (20 lines in 10 s), and as much again for the API. */
const maxLinesPerMinute = 240;

interface Resources {
  readonly fds: number;
  readonly residentBytes: number;
}

/** Reads PinGo's page all the while and holds it to what is true at any time. */
export class Witness {
  readonly #options: WitnessOptions;
  /** Lines of the log at each look. */
  readonly #logLines: { readonly atMs: number; readonly lines: number }[] = [];
  /** Looks one after the other: an older page taken for a newer one would show counters that go back. */
  #looking: Promise<View | undefined> = Promise.resolve(undefined);
  /** Counters of the untouched at the last look; undefined before the nodes are known, when nothing can be lost. */
  #counters: ReadonlyMap<string, number> | undefined;
  #port = 0;
  #slowestPageMs = 0;
  #peak: Resources = { fds: 0, residentBytes: 0 };
  #first: Resources | undefined;
  #last: Resources | undefined;
  #firstMs = 0;
  #watching: Promise<void> = Promise.resolve();
  #watches = false;

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  get pingoIsAlive(): boolean {
    const { exitCode, signalCode } = this.#options.pingo.process;
    return exitCode === null && signalCode === null;
  }

  /** Finds the page. */
  async begin(): Promise<void> {
    this.#port = Number((await this.#options.pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
  }

  /** To be called once the page shows the nodes: from now on none may be lost. */
  async watch(): Promise<void> {
    this.#first = await this.#measure();
    this.#firstMs = performance.now();
    this.#counters = new Map();
    this.#watches = true;
    this.#watching = this.#watch();
  }

  /** The page of this moment, or undefined where there is none, which is a violation. */
  look(): Promise<View | undefined> {
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  /** Ends the watch and says what can be said only at the end. `probeMs`: between two handshakes to a target. */
  async judge(probeMs: number): Promise<void> {
    this.#last = await this.#measure();
    await this.stop();
    this.#judgeResources();
    const { chronicle, untouched } = this.#options;
    const lines = this.#worstLinesPerMinute();
    if (lines > maxLinesPerMinute) chronicle.violate(`the log had ${lines} lines within a minute`);
    const made = [...(this.#counters ?? new Map<string, number>()).values()].reduce((sum, count) => sum + count, 0);
    const due = (untouched.size * (performance.now() - this.#firstMs)) / probeMs;
    // Half of them: a busy machine may skip some.
    if (made < due / 2) chronicle.violate(`${made} handshakes were made where ${Math.round(due)} were due`);
  }

  async stop(): Promise<void> {
    this.#watches = false;
    await this.#watching;
  }

  checkSecrets(text: string, where: string): void {
    const { secrets, chronicle } = this.#options;
    for (const [index, secret] of secrets.entries()) {
      if (text.includes(secret)) chronicle.violate(`token ${index + 1} of ${secrets.length} is in ${where}`);
    }
  }

  figures(): Figures {
    const megabytes = (bytes = Number.NaN) => bytes / 2 ** 20;
    return {
      page_worst_ms: this.#slowestPageMs,
      log_lines_a_minute: this.#worstLinesPerMinute(),
      fds_first: this.#first?.fds ?? Number.NaN,
      fds_last: this.#last?.fds ?? Number.NaN,
      fds_peak: this.#peak.fds,
      rss_first_mb: megabytes(this.#first?.residentBytes),
      rss_last_mb: megabytes(this.#last?.residentBytes),
      rss_peak_mb: megabytes(this.#peak.residentBytes),
    };
  }

  async #watch(): Promise<void> {
    while (this.#watches) {
      await this.look();
      await sleep(lookMs);
    }
  }

  async #look(): Promise<View | undefined> {
    const { chronicle, pingo } = this.#options;
    if (!this.pingoIsAlive) {
      chronicle.violate(`pingo ended with ${pingo.process.exitCode ?? pingo.process.signalCode}`);
      return undefined;
    }
    try {
      const view = await look(this.#port);
      this.#check(view);
      return view;
    } catch (error) {
      chronicle.violate("page", `the page cannot be read: ${(error as Error).message}`);
      return undefined;
    }
  }

  #check(view: View): void {
    const { pingo, everSeen, chronicle } = this.#options;
    this.#slowestPageMs = Math.max(this.#slowestPageMs, view.tookMs);
    this.#peak = {
      fds: Math.max(this.#peak.fds, view.openFds),
      residentBytes: Math.max(this.#peak.residentBytes, view.residentBytes),
    };
    this.#logLines.push({ atMs: performance.now(), lines: pingo.stderr.split("\n").length });
    this.checkSecrets(view.text, "the page");
    const invented = [...view.targets].filter((target) => !everSeen.has(target));
    if (invented.length > 0) chronicle.violate("invented", `there never was ${some(invented)}`);
    if (this.#counters !== undefined) this.#checkUntouched(view, this.#counters);
  }

  #checkUntouched(view: View, before: ReadonlyMap<string, number>): void {
    const { chronicle, untouched } = this.#options;
    const lost = [...untouched].filter((target) => !view.targets.has(target));
    if (lost.length > 0) chronicle.violate("lost", `untouched nodes lost their target: ${some(lost)}`);
    const unready = [...untouched].filter((target) => view.ready.get(target.split(" ", 1)[0] ?? "") !== 1);
    if (unready.length > 0) chronicle.violate("unready", `untouched nodes lost their Ready: ${some(unready)}`);
    const own = [...view.probes].filter(([, { target }]) => untouched.has(target));
    const counters = new Map(own.map(([series, { count }]) => [series, count]));
    // A series that is not there any more has lost what it had counted.
    const back = [...before].filter(([series, count]) => (counters.get(series) ?? -1) < count);
    const told = back.map(([series, count]) => `${series} from ${count} to ${counters.get(series) ?? "nothing"}`);
    if (back.length > 0) chronicle.violate("went back", `counters of untouched nodes went back: ${some(told)}`);
    this.#counters = counters;
  }

  /** A few looks while nothing goes on: the least counts, as a handshake or a request may be under way at any. */
  async #measure(): Promise<Resources> {
    const views: View[] = [];
    for (let index = 0; index < 15; index++) {
      const view = await this.look();
      if (view !== undefined) views.push(view);
      await sleep(100);
    }
    return {
      fds: Math.min(...views.map(({ openFds }) => openFds)),
      residentBytes: Math.min(...views.map(({ residentBytes }) => residentBytes)),
    };
  }

  #judgeResources(): void {
    const { chronicle } = this.#options;
    if (this.#first === undefined || this.#last === undefined) return;
    const { fds, residentBytes } = this.#first;
    if (this.#last.fds > fds + fdMargin) chronicle.violate(`open descriptors went from ${fds} to ${this.#last.fds}`);
    if (this.#peak.fds > fds + peakFdMargin) {
      chronicle.violate(`open descriptors went from ${fds} up to ${this.#peak.fds}`);
    }
    if (this.#last.residentBytes > residentBytes + residentMarginBytes) {
      chronicle.violate(`resident memory grew from ${residentBytes} to ${this.#last.residentBytes} bytes`);
    }
  }

  #worstLinesPerMinute(): number {
    let worst = 0;
    let from = 0;
    for (const { atMs, lines } of this.#logLines) {
      while ((this.#logLines[from]?.atMs ?? atMs) < atMs - minuteMs) from++;
      worst = Math.max(worst, lines - (this.#logLines[from]?.lines ?? lines));
    }
    return worst;
  }
}

/** The first few, and how many more. */
function some(items: readonly string[]): string {
  const shown = items.slice(0, 3).join(", ");
  return items.length > 3 ? `${shown} and ${items.length - 3} more` : shown;
}
