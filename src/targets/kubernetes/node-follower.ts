import { type Clock, sleep } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { formatMs, msPerSecond } from "../../units.ts";
import type { ApiClient } from "./api-client.ts";
import { ApiHealth } from "./api-health.ts";
import { Backoff } from "./backoff.ts";
import { countNodes, type NodeCount, NodeListing } from "./list-nodes.ts";
import { NodeIntake, type NodeSink } from "./node-intake.ts";
import type { ApiProblem, ProblemReason } from "./problem.ts";
import { RelistPace } from "./relist-pace.ts";
import { isEarlier } from "./resource-version.ts";
import { RollCall } from "./roll-call.ts";
import { type WatchEnd, type WatchEvent, watchNodes } from "./watch-nodes.ts";

/** Why a watch was begun anew; the `reason` label of `pingo_api_watch_restarts_total`. */
export const restartReasons = ["closed", "broken", "expired", "error", "overdue", "resync"] as const;
export type RestartReason = (typeof restartReasons)[number];

/** What the metrics want to know. */
export interface FollowReport {
  /** The nodes are as the API has them, as of now. */
  synced(): void;
  watchRestarted(reason: RestartReason): void;
  /** An answer, or an object in one, that could not be used. */
  problem(reason: ProblemReason): void;
  /** The API as a whole could not be used, whatever its status said. */
  failed(): void;
}

export interface FollowerOptions {
  readonly client: ApiClient;
  /** How the API is called in the log. */
  readonly apiName: string;
  readonly sink: NodeSink;
  readonly report: FollowReport;
  readonly log: Log;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly labelSelector: string;
  /** Between lists where watching is not allowed, between questions for the count where it is. */
  readonly scanMs: number;
}

/**
 * Between tries that fail. The longest wait is short, so that the nodes are right again within 5 s of an API's return:
 * a try that is refused costs it a SYN, one that is answered with an error a few hundred bytes, and a hundred PinGos
 * that wait for the same dead API make 45 of them a second, at random moments.
 */
const backoffMs = { first: 500, max: 3_000 };
/** A watch that ends sooner, without an event, proves nothing: it may be anything that answers 200. */
const briefWatchMs = 5_000;
/** After so many of them in a row, or so many watches refused, the nodes are listed again. */
const watchesToGiveUp = 3;
/** A list whose continue token has expired is begun anew at once, so many times in a row. */
const maxRestarts = 3;
/** A page that fails is asked for again, so many times in a row, before the list is begun anew. */
const maxPageTries = 3;
/** Where watching was forbidden, it is tried again after so many lists: roles get mended. */
const pollsBetweenWatchTries = 10;
/**
 * Where a watch has worked, whatever refuses it now may pass: for so long it is tried again every few seconds, from where
 * it was, and the nodes are listed at every scan meanwhile. Only then is it given up for lists alone.
 */
const watchedLatelyMs = 600_000;
/**
 * How long the server is to keep a watch open, spread so that many clients do not return at once. This is what finds a
 * watch behind which nobody is any more, be it a proxy that goes on answering keepalives: a bookmark a minute is all
 * that a quiet cluster sends, so that silence proves nothing for longer than the minute we have; an end that does not
 * come does. A watch that goes on from where the last one ended costs the server one request out of its cache, over the
 * same connection. A peer that vanished is found sooner, by the kernel's keepalive (ApiClient).
 */
const watchSeconds = { min: 35, spread: 10 };
/** How late the end of a watch may come. With the longest of watches this stays below a minute. */
const overdueMs = 8_000;
/** A list as a stream has to arrive whole within this, in seconds. */
const streamSeconds = 1_800;
/** Silence in the middle of it: longer than the client waits for an answer, so that each says what it knows. */
const streamSilenceMs = 12_000;
/** Where an API cannot send a list as a stream, it is asked again after this: it may have been upgraded. */
const noStreamMs = 3_600_000;
/** After a connection broke, the API may be another one: how far it has come is asked this soon. */
const checkSoonMs = 1_000;
/** The second look at a number of nodes that differs; by then events on their way have arrived. */
const secondLookMs = 2_000;

/** A list in pages that may go on where it broke off. */
interface Paging {
  readonly listing: NodeListing;
  readonly roll: RollCall;
}

/** One watch while it runs. */
interface WatchRun {
  /** While a list as a stream is on its way. */
  roll: RollCall | undefined;
  readonly startMs: number;
  openedMs: number | undefined;
  /** When it was opened, or last brought something of the list. */
  activeMs: number | undefined;
  /** To be called when it is open and the list, if it brings one, whole: from here on it has to prove itself. */
  readonly prove: () => void;
  /** Why we ended it ourselves. */
  ownEnd: OwnEnd | undefined;
  readonly end: (why: OwnEnd) => void;
}

type OwnEnd =
  | { readonly why: "restart"; readonly reason: RestartReason; readonly listAnew: boolean }
  | { readonly why: "endless stream" }
  | { readonly why: "unbelieved"; readonly problem: ApiProblem };

/**
 * Keeps a sink equal to the nodes of one API: lists, then watches from the list's resourceVersion, and lists anew
 * only where the watch cannot go on. Whatever the API does, only a sound answer changes a node.
 *
 * The list is a stream where the server can (KEP-3157), which spares etcd and goes on as the watch, else it comes in
 * pages. Neither is ever in memory as a whole.
 */
export class NodeFollower {
  readonly #options: FollowerOptions;
  readonly #health: ApiHealth;
  readonly #intake: NodeIntake;
  readonly #backoff: Backoff;
  readonly #relistPace: RelistPace;
  /** Where a watch can go on; undefined where only a list helps. */
  #resourceVersion: string | undefined;
  #paging: Paging | undefined;
  #pageTries = 0;
  #restartedLists = 0;
  #listedMs = 0;
  /** After a stream that failed, pages of a bounded size may get through. */
  #pagesNext = false;
  #noStreamUntilMs = Number.NEGATIVE_INFINITY;
  #pollsUntilWatch = 0;
  #warnedOfPolling = false;
  /** When a watch last worked. */
  #watchedMs = Number.NEGATIVE_INFINITY;
  #briefWatches = 0;
  #refusedWatches = 0;
  /** When the number of nodes is to be asked for. */
  #checkDueMs = 0;
  /** How many times in a row that number was not ours. */
  #differed = 0;
  /** By how much it was off when the nodes were last listed for it. */
  #relistedFor = 0;

  constructor(options: FollowerOptions) {
    const { sink, log, clock, random, report } = options;
    this.#options = options;
    this.#health = new ApiHealth(options.apiName, log, clock);
    this.#intake = new NodeIntake({
      sink,
      log,
      clock,
      scanMs: options.scanMs,
      badNode: () => report.problem("bad_node"),
    });
    this.#backoff = new Backoff(backoffMs.first, backoffMs.max, random);
    this.#relistPace = new RelistPace(clock, random);
  }

  /** Follows until `signal` is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#resourceVersion === undefined && this.#mayStream()) await this.#watch(undefined, signal);
      else if (this.#resourceVersion === undefined && !(await this.#list(signal))) continue;
      else if (this.#pollsUntilWatch > 0) await this.#waitToPoll(signal);
      else await this.#watch(this.#resourceVersion, signal);
    }
  }

  #mayStream(): boolean {
    if (this.#pagesNext || this.#warnedOfPolling || this.#paging !== undefined) return false;
    return this.#options.clock.nowMs() >= this.#noStreamUntilMs;
  }

  /** Lists in pages; false where that failed, after the wait that follows a failure. */
  async #list(signal: AbortSignal): Promise<boolean> {
    const { client, clock, labelSelector } = this.#options;
    this.#paging ??= {
      listing: new NodeListing({ client, clock, labelSelector }),
      roll: new RollCall(),
    };
    const { listing, roll } = this.#paging;
    for (let isLast = false; !isLast; ) {
      const page = await listing.next(signal);
      if (signal.aborted) return false;
      if ("problem" in page) {
        await this.#afterNoPage(page.problem, signal);
        return false;
      }
      this.#pageTries = 0;
      await this.#intake.page(roll, page);
      isLast = page.isLast;
    }
    this.#paging = undefined;
    this.#restartedLists = 0;
    const problem = this.#intake.complete(roll);
    if (problem !== undefined) await this.#waitAfter(problem, signal);
    else this.#listed(listing.resourceVersion, listing.answeredMs);
    return problem === undefined;
  }

  async #afterNoPage(problem: ApiProblem, signal: AbortSignal): Promise<void> {
    if (problem.reason === "expired" && this.#restartedLists < maxRestarts) {
      this.#restartedLists++;
      this.#paging = undefined;
      this.#options.log.debug("the API no longer has the list that was being read; from its beginning again");
      return;
    }
    this.#restartedLists = 0;
    this.#pageTries++;
    if (this.#pageTries >= maxPageTries || !mayAskAgain(problem)) {
      this.#paging = undefined;
      this.#pageTries = 0;
    }
    await this.#waitAfter(problem, signal);
  }

  /** All nodes are known, as of that version. */
  #listed(resourceVersion: string, tookMs: number): void {
    const nowMs = this.#options.clock.nowMs();
    this.#resourceVersion = resourceVersion;
    this.#listedMs = nowMs;
    this.#relistPace.listed(tookMs);
    this.#checkDueMs = nowMs + this.#options.scanMs;
    this.#differed = 0;
    this.#succeeded(nowMs);
  }

  async #waitToPoll(signal: AbortSignal): Promise<void> {
    await sleep(this.#options.clock, this.#options.scanMs, signal);
    this.#pollsUntilWatch--;
    this.#backoff.reset();
    this.#resourceVersion = undefined;
  }

  /** Once a scan, where the watch does not bring the changes. */
  #listIfDue(): void {
    if (this.#options.clock.nowMs() - this.#listedMs >= this.#options.scanMs) this.#resourceVersion = undefined;
  }

  #watchedLately(): boolean {
    return this.#options.clock.nowMs() - this.#watchedMs < watchedLatelyMs;
  }

  /** Watches from a version on, or lists as a stream first. */
  async #watch(from: string | undefined, signal: AbortSignal): Promise<void> {
    const { client, clock, labelSelector, random } = this.#options;
    const seconds = Math.round(watchSeconds.min + watchSeconds.spread * random());
    const beside = new AbortController();
    const own = new AbortController();
    const besideSignal = AbortSignal.any([signal, beside.signal]);
    const nowMs = clock.nowMs();
    if (from === undefined) this.#checkDueMs = nowMs + this.#options.scanMs;
    const run: WatchRun = {
      roll: from === undefined ? new RollCall() : undefined,
      startMs: nowMs,
      openedMs: undefined,
      activeMs: undefined,
      prove: () => companions.push(this.#proveWatch(clock.nowMs(), besideSignal)),
      ownEnd: undefined,
      end: (why) => {
        run.ownEnd ??= why;
        own.abort();
      },
    };
    const companions: Promise<void>[] = [
      this.#checkCounts(run, besideSignal),
      this.#guardWatch(run, seconds, besideSignal),
    ];
    const end = await watchNodes({
      client,
      clock,
      labelSelector,
      resourceVersion: from,
      timeoutSeconds: from === undefined ? streamSeconds : seconds,
      opened: () => {
        run.openedMs = clock.nowMs();
        run.activeMs = run.openedMs;
        if (run.roll === undefined) run.prove();
      },
      event: (event) => this.#take(event, run),
      signal: AbortSignal.any([signal, own.signal]),
    });
    beside.abort();
    await Promise.all(companions);
    if (signal.aborted) return;
    if (run.ownEnd !== undefined) await this.#afterOwnEnd(run.ownEnd, signal);
    else if (run.roll !== undefined) await this.#afterNoStream(end, signal);
    else await this.#afterWatch(end, clock.nowMs() - run.startMs, signal);
  }

  /** A watch works once it has lasted for a while or brought an event; its 200 alone says little. */
  async #proveWatch(openedMs: number, signal: AbortSignal): Promise<void> {
    await sleep(this.#options.clock, briefWatchMs, signal);
    if (signal.aborted) return;
    this.#watchWorks();
    this.#succeeded(openedMs);
  }

  /** Ends a stream that stops before its list is whole, and a watch that its server does not end in time. */
  async #guardWatch(run: WatchRun, seconds: number, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    const isStream = run.roll !== undefined;
    while (run.roll !== undefined) {
      // Before it is open, the client keeps the time, which may take a plugin's for credentials.
      const leftMs = run.activeMs === undefined ? streamSilenceMs : run.activeMs + streamSilenceMs - clock.nowMs();
      if (leftMs <= 0) return run.end({ why: "endless stream" });
      await sleep(clock, leftMs, signal);
      if (signal.aborted) return;
    }
    // Of a stream, this is the time from its list's end.
    const sinceMs = isStream ? this.#listedMs : run.startMs;
    const dueMs = sinceMs + seconds * msPerSecond + (isStream ? 0 : overdueMs);
    await sleep(clock, Math.max(0, dueMs - clock.nowMs()), signal);
    if (signal.aborted) return;
    // The server was not told when the watch after a stream is to end, because a stream takes as long as it takes.
    if (!isStream) log.info("the watch did not end when it should have; going on with another one");
    run.end({ why: "restart", reason: isStream ? "closed" : "overdue", listAnew: false });
  }

  #watchWorks(): void {
    this.#watchedMs = this.#options.clock.nowMs();
    this.#briefWatches = 0;
    this.#refusedWatches = 0;
    this.#pagesNext = false;
    this.#backoff.reset();
    this.#relistPace.reset();
    if (this.#warnedOfPolling) this.#options.log.info(`${this.#options.apiName} now lets the nodes be watched`);
    this.#warnedOfPolling = false;
  }

  #take(event: WatchEvent, run: WatchRun): void {
    if (run.roll !== undefined) this.#takeInitial(event, run, run.roll);
    else this.#takeChange(event);
  }

  #takeChange(event: WatchEvent): void {
    this.#intake.change(event);
    if (event.resourceVersion !== "") this.#resourceVersion = event.resourceVersion;
    this.#watchedMs = this.#options.clock.nowMs();
    this.#briefWatches = 0;
    this.#refusedWatches = 0;
    this.#options.report.synced();
  }

  /** Versions of the nodes are no place to go on from before the last of them is here: they come in any order. */
  #takeInitial(event: WatchEvent, run: WatchRun, roll: RollCall): void {
    const items = roll.items;
    this.#intake.initialEvent(roll, event);
    // Changes go on for ever, on a stream that says nowhere where its list ends; what is new in the list does not.
    if (roll.items > items) run.activeMs = this.#options.clock.nowMs();
    if (event.type !== "bookmark" || !event.initialEventsEnd) return;
    const problem = this.#intake.complete(roll);
    if (problem !== undefined) {
      run.end({ why: "unbelieved", problem });
      return;
    }
    run.roll = undefined;
    this.#pagesNext = false;
    this.#listed(event.resourceVersion, this.#options.clock.nowMs() - (run.openedMs ?? run.startMs));
    run.prove();
  }

  async #afterOwnEnd(end: OwnEnd, signal: AbortSignal): Promise<void> {
    if (end.why === "restart") this.#restart(end.reason, end.listAnew);
    else if (end.why === "unbelieved") await this.#waitAfter(end.problem, signal);
    else this.#doNotStream("it does not say where the list ends");
  }

  #doNotStream(detail: string): void {
    this.#noStreamUntilMs = this.#options.clock.nowMs() + noStreamMs;
    this.#options.log.debug(`the API does not send its nodes as a stream, so they are listed in pages: ${detail}`);
  }

  /** The list as a stream has come to nothing; what came of it stays, and nothing goes. */
  async #afterNoStream(end: WatchEnd, signal: AbortSignal): Promise<void> {
    this.#pagesNext = true;
    if (end.reason === "closed") return;
    const { problem, opened } = end;
    if (refusesStream(problem, opened)) return this.#doNotStream(problem.detail);
    // Where watching is forbidden, listing may be allowed; the watch after the list finds that out.
    if (isForbidden(problem) || isOutOfDate(problem)) return;
    if (problem.reason === "connection" && !opened) this.#pagesNext = false;
    await this.#waitAfter(problem, signal);
  }

  async #afterWatch(end: WatchEnd, lastedMs: number, signal: AbortSignal): Promise<void> {
    // In an event of the watch or in place of one: it means the same.
    if (end.reason === "problem" && isOutOfDate(end.problem)) {
      this.#options.log.info("the watch cannot go on from where it was; listing the nodes anew");
      this.#restart("expired", true);
      return sleep(this.#options.clock, this.#relistPace.nextMs(end.problem.retryAfterMs), signal);
    }
    if (end.reason === "problem" && !end.opened) return this.#afterNoWatch(end.problem, signal);
    if (lastedMs < briefWatchMs) this.#briefWatches++;
    if (this.#briefWatches >= watchesToGiveUp) {
      this.#briefWatches = 0;
      if (this.#watchedLately()) {
        this.#listIfDue();
        return this.#reopen("closed", signal);
      }
      this.#resourceVersion = undefined;
      this.#pollInstead({ reason: "bad_answer", detail: "the API, or a proxy before it, ends each watch at once" });
      return;
    }
    if (end.reason === "closed") {
      // The end that it was asked for: the next one begins at once.
      if (lastedMs >= briefWatchMs) return this.#restart("closed", false);
      return this.#reopen("closed", signal);
    }
    // Idle connections are cut by load balancers every day: no failure of the API, unless it does not take the next.
    if (end.problem.reason === "connection") {
      this.#checkSoon();
      return this.#reopen("broken", signal);
    }
    this.#restart("error", true);
    await this.#waitAfter(end.problem, signal);
  }

  async #afterNoWatch(problem: ApiProblem, signal: AbortSignal): Promise<void> {
    if (isForbidden(problem) && !this.#watchedLately()) return this.#pollInstead(problem);
    if (this.#noteRefusal(problem) === "give up") return this.#pollInstead(problem);
    this.#checkSoon();
    await this.#waitAfter(problem, signal);
  }

  #checkSoon(): void {
    this.#checkDueMs = Math.min(this.#checkDueMs, this.#options.clock.nowMs() + checkSoonMs);
  }

  /** Goes on after a short wait, so that nobody who ends each watch is asked without pause. */
  #reopen(reason: RestartReason, signal: AbortSignal): Promise<void> {
    this.#restart(reason, false);
    return sleep(this.#options.clock, this.#backoff.nextMs(), signal);
  }

  /**
   * A server that answers and yet opens no watch may still answer a list; one that is away has nothing to list. Where
   * the list works and the next watch is refused again, the nodes are listed from then on.
   */
  #noteRefusal({ status }: ApiProblem): "try again" | "give up" {
    if (status === undefined) return "try again";
    this.#refusedWatches++;
    if (this.#refusedWatches === watchesToGiveUp) this.#resourceVersion = undefined;
    if (this.#refusedWatches <= watchesToGiveUp) return "try again";
    if (this.#watchedLately()) {
      this.#listIfDue();
      return "try again";
    }
    this.#refusedWatches = 0;
    return "give up";
  }

  #restart(reason: RestartReason, listAnew: boolean): void {
    this.#options.report.watchRestarted(reason);
    if (listAnew) this.#resourceVersion = undefined;
  }

  #pollInstead(problem: ApiProblem): void {
    this.#pollsUntilWatch = pollsBetweenWatchTries;
    const { log, scanMs, report } = this.#options;
    report.problem(problem.reason);
    if (this.#warnedOfPolling) return;
    this.#warnedOfPolling = true;
    const advice = problem.reason === "forbidden" ? `. Allow the verb "watch" on nodes to see changes at once` : "";
    log.warn(`nodes cannot be watched: ${problem.detail}; listing them every ${formatMs(scanMs)} instead${advice}`);
  }

  /**
   * While a watch runs: asks for the number of nodes at every scan. That measures the API; and should the watch have
   * lost something (twice in a row, as events may still be on their way), or should the API's store have gone back in
   * time, as one that was restored from a backup, so that it would tell nothing until it is where it was, the watch is
   * ended and the nodes are listed anew.
   */
  async #checkCounts(run: WatchRun, signal: AbortSignal): Promise<void> {
    const { client, clock, labelSelector, scanMs } = this.#options;
    for (;;) {
      await sleep(clock, Math.max(0, this.#checkDueMs - clock.nowMs()), signal);
      if (signal.aborted) return;
      this.#checkDueMs = clock.nowMs() + scanMs;
      if (run.roll !== undefined) continue;
      const knownVersion = this.#resourceVersion ?? "";
      const answer = await countNodes({ client, clock, labelSelector, signal });
      if (signal.aborted) return;
      if ("problem" in answer) {
        this.#failed(answer.problem);
        continue;
      }
      this.#health.answered(clock.nowMs());
      if (!this.#hasLost(answer, knownVersion)) continue;
      return run.end({ why: "restart", reason: "resync", listAnew: true });
    }
  }

  #hasLost({ count, resourceVersion }: NodeCount, knownVersion: string): boolean {
    const { log, clock, report, sink } = this.#options;
    if (isEarlier(resourceVersion, knownVersion)) {
      log.warn(`the API has gone back from version ${knownVersion} to ${resourceVersion}; listing the nodes anew`);
      return true;
    }
    const difference = count === undefined ? 0 : count - this.#intake.expectedCount;
    // One that a new list did not mend is how this API counts, which calls its number an estimate.
    const differs = difference !== 0 && difference !== this.#relistedFor;
    if (count !== undefined && !differs) report.synced();
    this.#differed = differs ? this.#differed + 1 : 0;
    if (this.#differed === 1) this.#checkDueMs = Math.min(this.#checkDueMs, clock.nowMs() + secondLookMs);
    if (this.#differed < 2) return false;
    this.#relistedFor = difference;
    log.warn(`the API has ${count} nodes and ${sink.size} are known; listing them anew`);
    return true;
  }

  async #waitAfter(problem: ApiProblem, signal: AbortSignal): Promise<void> {
    this.#failed(problem);
    await sleep(this.#options.clock, this.#backoff.nextMs(problem.retryAfterMs), signal);
  }

  #failed(problem: ApiProblem): void {
    this.#options.report.problem(problem.reason);
    this.#options.report.failed();
    this.#health.failed(problem, this.#options.sink.size);
  }

  /** `sinceMs`: when the answer came that has proved itself by now. */
  #succeeded(sinceMs: number): void {
    this.#health.answered(sinceMs);
    this.#options.report.synced();
  }
}

function isForbidden({ reason, status }: ApiProblem): boolean {
  return reason === "forbidden" || status === 405;
}

/** Too old a version, or one that the API has yet to reach: it is another one now, and only a list helps. */
function isOutOfDate({ reason, detail }: ApiProblem): boolean {
  return reason === "expired" || /too large resource version/i.test(detail);
}

/** Whether the rest of a list can be had still: the continue token stands, and only this answer did not come. */
function mayAskAgain({ status }: ApiProblem): boolean {
  return status === undefined || status === 401 || status === 403 || status === 429 || status >= 500;
}

/**
 * How servers say that they send no lists as streams: the parameter is unknown or forbidden, or, in an event of the
 * stream, an internal error: "the required storage feature RequestWatchProgress is disabled".
 */
function refusesStream({ status }: ApiProblem, opened: boolean): boolean {
  return status === 400 || status === 406 || status === 422 || status === 501 || (opened && status === 500);
}
