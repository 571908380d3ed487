import { type Clock, sleep } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { formatMs } from "../../units.ts";
import type { ApiClient } from "./api-client.ts";
import { ApiHealth } from "./api-health.ts";
import { Backoff } from "./backoff.ts";
import { CountCheck } from "./count-check.ts";
import { NodeIntake, type NodeSink } from "./node-intake.ts";
import { PagedList } from "./paged-list.ts";
import type { ApiProblem, ProblemReason } from "./problem.ts";
import { isForbidden, isOutOfDate, refusesStream } from "./problem-kinds.ts";
import { RelistPace } from "./relist-pace.ts";
import type { RollCall } from "./roll-call.ts";
import { type WatchEnd, type WatchEvent, watchNodes } from "./watch-nodes.ts";
import { type OwnEnd, type RestartReason, WatchRun } from "./watch-run.ts";

/** What the metrics want to know. */
export interface FollowReport {
  /** The nodes are as the API has them, as of now. */
  synced(): void;
  watchRestarted(reason: RestartReason): void;
  /** An answer, or an object in one, that could not be used. */
  problem(reason: ProblemReason): void;
  /** The API as a whole could not be used, whatever its status said. */
  failed(problem: ApiProblem): void;
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
/** Where watching was forbidden, it is tried again after so many lists: roles get mended. */
const pollsBetweenWatchTries = 10;
/**
 * Whatever refuses a watch now may pass: for so long it is tried again every few seconds, from where it was, and the nodes
 * are listed at every scan meanwhile. Only then is it given up for lists alone. Where one has worked, much speaks for it;
 * where none has yet, it may be this API's way, or trouble that was there when PinGo began.
 */
const hopeMs = { never: 30_000, worked: 600_000 };
/**
 * How long the server is to keep a watch open, spread so that many clients do not return at once. This is what finds a
 * watch behind which nobody is any more, be it a proxy that goes on answering keepalives: a bookmark a minute is all
 * that a quiet cluster sends, so that silence proves nothing for longer than the minute we have; an end that does not
 * come does. A watch that goes on from where the last one ended costs the server one request out of its cache, over the
 * same connection. A peer that vanished is found sooner, by the kernel's keepalive (ApiClient).
 */
const watchSeconds = { min: 35, spread: 10 };
/** A list as a stream has to arrive whole within this, in seconds. */
const streamSeconds = 1_800;
/** Where an API cannot send a list as a stream, it is asked again after this: it may have been upgraded. */
const noStreamMs = 3_600_000;

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
  readonly #paging: PagedList;
  readonly #counts: CountCheck;
  /** Where a watch can go on; undefined where only a list helps. */
  #resourceVersion: string | undefined;
  #listedMs = 0;
  /** After a stream that failed, pages of a bounded size may get through. */
  #pagesNext = false;
  #noStreamUntilMs = Number.NEGATIVE_INFINITY;
  #pollsUntilWatch = 0;
  #warnedOfPolling = false;
  /** A watch has worked. */
  #hasWatched = false;
  /** Until when a watch that does not work is tried on; undefined before one did not. */
  #hopeUntilMs: number | undefined;
  #briefWatches = 0;
  #refusedWatches = 0;

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
    this.#paging = new PagedList({ ...options, intake: this.#intake });
    this.#counts = this.#createCountCheck();
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

  #createCountCheck(): CountCheck {
    const { sink, report } = this.#options;
    return new CountCheck({
      ...this.#options,
      counts: () => ({ expected: this.#intake.expectedCount, known: sink.size }),
      version: () => this.#resourceVersion ?? "",
      answered: (atMs) => this.#health.answered(atMs),
      failed: (problem) => this.#failed(problem),
      agreed: () => report.synced(),
    });
  }

  #mayStream(): boolean {
    if (this.#pagesNext || this.#warnedOfPolling || this.#paging.isUnderWay) return false;
    return this.#options.clock.nowMs() >= this.#noStreamUntilMs;
  }

  /** Lists in pages; false where that failed, after the wait that follows a failure. */
  async #list(signal: AbortSignal): Promise<boolean> {
    const end = await this.#paging.read(signal);
    if (signal.aborted || end === "begin again") return false;
    if ("problem" in end) await this.#waitAfter(end.problem, signal);
    else this.#listed(end.resourceVersion, end.answeredMs);
    return !("problem" in end);
  }

  /** All nodes are known, as of that version. */
  #listed(resourceVersion: string, tookMs: number): void {
    const nowMs = this.#options.clock.nowMs();
    this.#resourceVersion = resourceVersion;
    this.#listedMs = nowMs;
    this.#relistPace.listed(tookMs);
    this.#counts.listed();
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

  /** Whether a watch that does not work is tried on. */
  #hopes(): boolean {
    const nowMs = this.#options.clock.nowMs();
    this.#hopeUntilMs ??= nowMs + hopeMs.never;
    return nowMs < this.#hopeUntilMs;
  }

  #watched(): void {
    this.#hasWatched = true;
    this.#hopeUntilMs = this.#options.clock.nowMs() + hopeMs.worked;
    this.#briefWatches = 0;
    this.#refusedWatches = 0;
  }

  /** Watches from a version on, or lists as a stream first. */
  async #watch(from: string | undefined, signal: AbortSignal): Promise<void> {
    const { client, clock, labelSelector, random } = this.#options;
    const seconds = Math.round(watchSeconds.min + watchSeconds.spread * random());
    const isStream = from === undefined;
    if (isStream) this.#counts.postpone();
    const run = new WatchRun(clock, isStream);
    const beside = new AbortController();
    const besideSignal = AbortSignal.any([signal, beside.signal]);
    const companions = [this.#checkCounts(run, besideSignal), this.#guard(run, seconds, besideSignal)];
    // From when it is open and its list, if it brings one, whole, it has to prove itself.
    const prove = () => companions.push(this.#proveWatch(clock.nowMs(), besideSignal));
    const end = await watchNodes({
      client,
      clock,
      labelSelector,
      resourceVersion: from,
      timeoutSeconds: isStream ? streamSeconds : seconds,
      opened: () => {
        run.opened();
        if (!isStream) prove();
      },
      event: (event) => {
        if (run.roll === undefined) this.#takeChange(event);
        else if (this.#takeInitial(event, run, run.roll) === "whole") prove();
      },
      signal: AbortSignal.any([signal, run.signal]),
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

  #guard(run: WatchRun, seconds: number, signal: AbortSignal): Promise<void> {
    const overdue = () =>
      this.#options.log.info("the watch did not end when it should have; going on with another one");
    return run.guard(seconds, overdue, signal);
  }

  async #checkCounts(run: WatchRun, signal: AbortSignal): Promise<void> {
    const isLost = await this.#counts.untilLost(() => run.roll !== undefined, signal);
    if (isLost) run.end({ why: "restart", reason: "resync", listAnew: true });
  }

  #watchWorks(): void {
    this.#watched();
    this.#pagesNext = false;
    this.#backoff.reset();
    this.#relistPace.reset();
    if (this.#warnedOfPolling) this.#options.log.info(`${this.#options.apiName} now lets the nodes be watched`);
    this.#warnedOfPolling = false;
  }

  #takeChange(event: WatchEvent): void {
    this.#intake.change(event);
    if (event.resourceVersion !== "") this.#resourceVersion = event.resourceVersion;
    this.#watched();
    this.#options.report.synced();
  }

  /** Versions of the nodes are no place to go on from before the last of them is here: they come in any order. */
  #takeInitial(event: WatchEvent, run: WatchRun, roll: RollCall): "whole" | "under way" {
    const items = roll.items;
    this.#intake.initialEvent(roll, event);
    // Changes go on for ever, on a stream that says nowhere where its list ends; what is new in the list does not.
    if (roll.items > items) run.movedOn();
    if (event.type !== "bookmark" || !event.initialEventsEnd) return "under way";
    const problem = this.#intake.complete(roll);
    if (problem !== undefined) {
      run.end({ why: "unbelieved", problem });
      return "under way";
    }
    run.listed();
    this.#pagesNext = false;
    this.#listed(event.resourceVersion, this.#options.clock.nowMs() - (run.openedMs ?? run.startMs));
    return "whole";
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
      if (this.#hopes()) {
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
      this.#counts.soon();
      return this.#reopen("broken", signal);
    }
    this.#restart("error", true);
    await this.#waitAfter(end.problem, signal);
  }

  async #afterNoWatch(problem: ApiProblem, signal: AbortSignal): Promise<void> {
    const isHopeless = isForbidden(problem) && !this.#hopes();
    if (isHopeless || this.#noteRefusal(problem) === "give up") return this.#pollInstead(problem);
    if (isForbidden(problem) && !this.#hasWatched) return this.#afterForbidden(problem, signal);
    this.#counts.soon();
    await this.#waitAfter(problem, signal);
  }

  /** The role may lack it, and that is no failure of the API; or it is in the making. */
  #afterForbidden(problem: ApiProblem, signal: AbortSignal): Promise<void> {
    this.#warnOfPolling(problem);
    const { clock, scanMs } = this.#options;
    return sleep(clock, Math.min(scanMs, this.#backoff.nextMs()), signal);
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
    if (this.#hopes()) {
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
    this.#warnOfPolling(problem);
  }

  #warnOfPolling(problem: ApiProblem): void {
    const { log, scanMs, report } = this.#options;
    report.problem(problem.reason);
    if (this.#warnedOfPolling) return;
    this.#warnedOfPolling = true;
    const advice = problem.reason === "forbidden" ? `. Allow the verb "watch" on nodes to see changes at once` : "";
    log.warn(`nodes cannot be watched: ${problem.detail}; listing them every ${formatMs(scanMs)} instead${advice}`);
  }

  async #waitAfter(problem: ApiProblem, signal: AbortSignal): Promise<void> {
    this.#failed(problem);
    await sleep(this.#options.clock, this.#backoff.nextMs(problem.retryAfterMs), signal);
  }

  #failed(problem: ApiProblem): void {
    this.#options.report.problem(problem.reason);
    this.#options.report.failed(problem);
    this.#health.failed(problem, this.#options.sink.size);
  }

  /** `sinceMs`: when the answer came that has proved itself by now. */
  #succeeded(sinceMs: number): void {
    this.#health.answered(sinceMs);
    this.#options.report.synced();
  }
}
