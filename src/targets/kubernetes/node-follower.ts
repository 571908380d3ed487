import { type Clock, sleep } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { formatMs, msPerSecond } from "../../units.ts";
import type { NodeFacts } from "../node.ts";
import type { ApiClient } from "./api-client.ts";
import { ApiHealth } from "./api-health.ts";
import { Backoff } from "./backoff.ts";
import { countNodes, listNodes, type NodeList } from "./list-nodes.ts";
import type { ApiProblem, ProblemReason } from "./problem.ts";
import type { NodeFlaw } from "./read-node.ts";
import { type WatchEnd, type WatchEvent, watchNodes } from "./watch-nodes.ts";

/** Where the nodes go: `TargetSet`, or a list in a test. */
export interface NodeSink {
  readonly size: number;
  replace(nodes: readonly NodeFacts[], keeps: (nodeName: string) => boolean): void;
  upsert(node: NodeFacts): void;
  remove(nodeName: string): void;
}

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

const firstBackoffMs = 500;
const maxBackoffMs = 30_000;
/** A watch that ends sooner, without an event, proves nothing: it may be anything that answers 200. */
const briefWatchMs = 5_000;
/** After so many of them in a row, or so many watches refused, the nodes are listed again. */
const watchesToGiveUp = 3;
/** Objects that cannot be read are told of once each, up to so many. */
const maxToldFlaws = 100;
/** An answer that would take away every known node has to come this many times, a scan apart, before it is believed. */
const emptyListsToBelieve = 3;
/** Where watching was forbidden, it is tried again after so many lists: roles get mended. */
const pollsBetweenWatchTries = 10;
/** The server's end of a watch, spread so that many clients do not return at once (client-go: 5 to 10 minutes). */
const watchSeconds = { min: 300, spread: 300 };
/** A watch that its server does not end in time has nobody behind it any more: a proxy that holds on to us alone. */
const overdueMs = 30_000;

/**
 * Keeps a sink equal to the nodes of one API: lists, then watches from the list's resourceVersion, and lists anew
 * only where the watch cannot go on. Whatever the API does, only a sound answer changes a node.
 */
export class NodeFollower {
  readonly #options: FollowerOptions;
  readonly #health: ApiHealth;
  readonly #backoff: Backoff;
  /** Where a watch can go on; undefined where only a list helps. */
  #resourceVersion: string | undefined;
  #pollsUntilWatch = 0;
  #warnedOfPolling = false;
  #emptyLists = 0;
  #briefWatches = 0;
  #refusedWatches = 0;
  /** Nodes that the API counts beyond those we know, as of the last list: what cannot be read there. */
  #surplus = 0;
  readonly #toldFlaws = new Set<string>();

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#health = new ApiHealth(options.apiName, options.log, options.clock);
    this.#backoff = new Backoff(firstBackoffMs, maxBackoffMs, options.random);
  }

  /** Follows until `signal` is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#resourceVersion === undefined && !(await this.#list(signal))) continue;
      if (this.#pollsUntilWatch > 0) await this.#waitToPoll(signal);
      else await this.#watch(signal);
    }
  }

  /** Lists once; false where that failed, after the wait that follows a failure. */
  async #list(signal: AbortSignal): Promise<boolean> {
    const { client, clock, labelSelector } = this.#options;
    const list = await listNodes({ client, clock, labelSelector, signal });
    if (signal.aborted) return false;
    const problem = "problem" in list ? list.problem : this.#apply(list);
    if (problem !== undefined) {
      await this.#waitAfter(problem, signal);
      return false;
    }
    if ("resourceVersion" in list) this.#resourceVersion = list.resourceVersion;
    this.#succeeded(clock.nowMs());
    return true;
  }

  /** Takes a list over, or says why it is not to be believed. */
  #apply({ nodes, count, flaws }: NodeList): ApiProblem | undefined {
    const { sink } = this.#options;
    for (const flaw of flaws) this.#noteFlaw(flaw);
    this.#emptyLists = nodes.length === 0 ? this.#emptyLists + 1 : 0;
    if (nodes.length === 0 && sink.size > 0 && this.#emptyLists < emptyListsToBelieve) {
      const times = `${this.#emptyLists} of ${emptyListsToBelieve} times before it is believed`;
      const detail = `it answers a list without a single node (${times})`;
      return { reason: "bad_answer", detail, retryAfterMs: this.#options.scanMs };
    }
    if (nodes.length === 0 && sink.size > 0) {
      this.#options.log.warn(`the API has had no node in ${emptyListsToBelieve} lists; none is probed any more`);
    }
    // An item without a name may be any of the known nodes, so that none of them can be called gone.
    const unreadable = new Set(flaws.map((flaw) => flaw.name));
    sink.replace(nodes, (name) => unreadable.has(name) || unreadable.has(""));
    this.#surplus = count - sink.size;
    return undefined;
  }

  async #waitToPoll(signal: AbortSignal): Promise<void> {
    await sleep(this.#options.clock, this.#options.scanMs, signal);
    this.#pollsUntilWatch--;
    this.#backoff.reset();
    this.#resourceVersion = undefined;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { client, clock, labelSelector, random } = this.#options;
    const timeoutSeconds = Math.round(watchSeconds.min + watchSeconds.spread * random());
    const beside = new AbortController();
    const own = new AbortController();
    const besideSignal = AbortSignal.any([signal, beside.signal]);
    const openedMs = clock.nowMs();
    let ownEnd: RestartReason | undefined;
    const endBecause = (reason: RestartReason) => {
      ownEnd ??= reason;
      own.abort();
    };
    const companions = [
      this.#checkCounts(() => endBecause("resync"), besideSignal),
      this.#guardWatch(timeoutSeconds, () => endBecause("overdue"), besideSignal),
    ];
    const end = await watchNodes({
      client,
      labelSelector,
      resourceVersion: this.#resourceVersion ?? "",
      timeoutSeconds,
      opened: () => companions.push(this.#proveWatch(clock.nowMs(), besideSignal)),
      event: (event) => this.#take(event),
      signal: AbortSignal.any([signal, own.signal]),
    });
    beside.abort();
    await Promise.all(companions);
    if (signal.aborted) return;
    if (ownEnd !== undefined) this.#restart(ownEnd, true);
    else await this.#afterWatch(end, clock.nowMs() - openedMs, signal);
  }

  /** A watch works once it has lasted for a while or brought an event; its 200 alone says little. */
  async #proveWatch(openedMs: number, signal: AbortSignal): Promise<void> {
    await sleep(this.#options.clock, briefWatchMs, signal);
    if (signal.aborted) return;
    this.#watchWorks();
    this.#succeeded(openedMs);
  }

  async #guardWatch(timeoutSeconds: number, overdue: () => void, signal: AbortSignal): Promise<void> {
    await sleep(this.#options.clock, timeoutSeconds * msPerSecond + overdueMs, signal);
    if (signal.aborted) return;
    this.#options.log.info("the watch did not end when it should have; listing the nodes anew");
    overdue();
  }

  #watchWorks(): void {
    this.#briefWatches = 0;
    this.#refusedWatches = 0;
    this.#backoff.reset();
    if (this.#warnedOfPolling) this.#options.log.info(`${this.#options.apiName} now lets the nodes be watched`);
    this.#warnedOfPolling = false;
  }

  #take(event: WatchEvent): void {
    const { sink, report } = this.#options;
    if (event.type === "put") sink.upsert(event.node);
    else if (event.type === "delete") sink.remove(event.name);
    else if (event.type === "flaw") this.#noteFlaw(event.flaw);
    if (event.resourceVersion !== "") this.#resourceVersion = event.resourceVersion;
    this.#watchWorks();
    report.synced();
  }

  async #afterWatch(end: WatchEnd, lastedMs: number, signal: AbortSignal): Promise<void> {
    // In an event of the watch or in place of one: it means the same.
    if (end.reason === "problem" && end.problem.reason === "expired") {
      this.#options.log.info("the watch fell too far behind; listing the nodes anew");
      return this.#reopen("expired", true, end.problem, signal);
    }
    if (end.reason === "problem" && !end.opened) return this.#afterNoWatch(end.problem, signal);
    if (lastedMs < briefWatchMs) this.#briefWatches++;
    if (this.#briefWatches >= watchesToGiveUp) {
      this.#briefWatches = 0;
      this.#resourceVersion = undefined;
      this.#pollInstead({ reason: "bad_answer", detail: "the API, or a proxy before it, ends each watch at once" });
      return;
    }
    if (end.reason === "closed") return this.#reopen("closed", false, undefined, signal);
    // Idle connections are cut by load balancers every day: no failure of the API, unless it does not take the next.
    if (end.problem.reason === "connection") return this.#reopen("broken", false, undefined, signal);
    this.#restart("error", true);
    await this.#waitAfter(end.problem, signal);
  }

  async #afterNoWatch(problem: ApiProblem, signal: AbortSignal): Promise<void> {
    if (problem.reason === "forbidden" || problem.status === 405) return this.#pollInstead(problem);
    if (this.#noteRefusal(problem) === "give up") return this.#pollInstead(problem);
    await this.#waitAfter(problem, signal);
  }

  /** Goes on after a short wait, so that nobody who ends or refuses each watch is asked without pause. */
  async #reopen(
    reason: RestartReason,
    listAnew: boolean,
    problem: ApiProblem | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    this.#restart(reason, listAnew);
    await sleep(this.#options.clock, this.#backoff.nextMs(problem?.retryAfterMs), signal);
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
   * While a watch runs: asks for the number of nodes at every scan. That measures the API, and should the watch have
   * lost something (twice in a row, as events may still be on their way), it is ended and the nodes are listed anew.
   */
  async #checkCounts(endWatch: () => void, signal: AbortSignal): Promise<void> {
    const { client, clock, labelSelector, sink, scanMs } = this.#options;
    let differed = 0;
    for (;;) {
      await sleep(clock, scanMs, signal);
      if (signal.aborted) return;
      const answer = await countNodes({ client, clock, labelSelector, signal });
      if (signal.aborted) return;
      if ("problem" in answer) {
        this.#failed(answer.problem);
        continue;
      }
      this.#health.answered(clock.nowMs());
      const differs = answer.count !== undefined && answer.count !== sink.size + this.#surplus;
      if (answer.count !== undefined && !differs) this.#options.report.synced();
      differed = differs ? differed + 1 : 0;
      if (differed < 2) continue;
      this.#options.log.warn(`the API has ${answer.count} nodes and ${sink.size} are known; listing them anew`);
      endWatch();
      return;
    }
  }

  #noteFlaw({ name, flaw }: NodeFlaw): void {
    this.#options.report.problem("bad_node");
    const told = `${name} ${flaw}`;
    if (this.#toldFlaws.has(told) || this.#toldFlaws.size >= maxToldFlaws) return;
    this.#toldFlaws.add(told);
    const which = name === "" ? "an object" : `node ${name}`;
    this.#options.log.warn(`the API sends ${which} that cannot be read: ${flaw}; what was known of it stays`);
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
