import { type Clock, sleep } from "../../clock.ts";
import type { Log } from "../../log.ts";
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
export const restartReasons = ["closed", "broken", "expired", "error", "resync"] as const;
export type RestartReason = (typeof restartReasons)[number];

/** What the metrics want to know. */
export interface FollowReport {
  /** The nodes are as the API has them, as of now. */
  synced(): void;
  watchRestarted(reason: RestartReason): void;
  problem(reason: ProblemReason): void;
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
/** An answer that would take away every known target has to come this many times in a row before it is believed. */
const emptyListsToBelieve = 3;
/** Where watching was forbidden, it is tried again after so many lists: roles get mended. */
const pollsBetweenWatchTries = 10;
/** The server's end of a watch, spread so that many clients do not return at once (client-go: 5 to 10 minutes). */
const watchSeconds = { min: 300, spread: 300 };

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
    this.#succeeded();
    return true;
  }

  /** Takes a list over, or says why it is not to be believed. */
  #apply({ nodes, flaws }: NodeList): ApiProblem | undefined {
    const { sink } = this.#options;
    for (const flaw of flaws) this.#noteFlaw(flaw);
    this.#emptyLists = nodes.length === 0 ? this.#emptyLists + 1 : 0;
    if (nodes.length === 0 && sink.size > 0 && this.#emptyLists < emptyListsToBelieve) {
      const times = `${this.#emptyLists} of ${emptyListsToBelieve} times before it is believed`;
      return { reason: "bad_answer", detail: `it answers a list without a single node (${times})` };
    }
    // An item without a name may be any of the known nodes, so that none of them can be called gone.
    const unreadable = new Set(flaws.map((flaw) => flaw.name));
    sink.replace(nodes, (name) => unreadable.has(name) || unreadable.has(""));
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
    const ownEnd = new AbortController();
    const beside = new AbortController();
    const besideSignal = AbortSignal.any([signal, beside.signal]);
    const openedMs = clock.nowMs();
    const checking = this.#checkCounts(ownEnd, besideSignal);
    let proving: Promise<void> | undefined;
    const end = await watchNodes({
      client,
      labelSelector,
      resourceVersion: this.#resourceVersion ?? "",
      timeoutSeconds: Math.round(watchSeconds.min + watchSeconds.spread * random()),
      opened: () => {
        proving = this.#proveWatch(besideSignal);
      },
      event: (event) => this.#take(event),
      signal: AbortSignal.any([signal, ownEnd.signal]),
    });
    beside.abort();
    await Promise.all([checking, proving]);
    if (signal.aborted) return;
    if (ownEnd.signal.aborted) this.#restart("resync", true);
    else await this.#afterWatch(end, clock.nowMs() - openedMs, signal);
  }

  /** A watch works once it has lasted for a while or brought an event; its 200 alone says little. */
  async #proveWatch(signal: AbortSignal): Promise<void> {
    await sleep(this.#options.clock, briefWatchMs, signal);
    if (!signal.aborted) this.#watchWorks();
  }

  #watchWorks(): void {
    this.#briefWatches = 0;
    this.#refusedWatches = 0;
    this.#succeeded();
    if (this.#warnedOfPolling) this.#options.log.info(`${this.#options.apiName} now lets the nodes be watched`);
    this.#warnedOfPolling = false;
  }

  #take(event: WatchEvent): void {
    const { sink } = this.#options;
    if (event.type === "put") sink.upsert(event.node);
    else if (event.type === "delete") sink.remove(event.name);
    else if (event.type === "flaw") this.#noteFlaw(event.flaw);
    if (event.resourceVersion !== "") this.#resourceVersion = event.resourceVersion;
    this.#watchWorks();
  }

  async #afterWatch(end: WatchEnd, lastedMs: number, signal: AbortSignal): Promise<void> {
    if (lastedMs >= briefWatchMs) this.#backoff.reset();
    if (end.reason === "closed") return this.#afterClosed(lastedMs, signal);
    const { problem, opened } = end;
    if (problem.reason === "expired") {
      this.#options.log.info("the watch fell too far behind; listing the nodes anew");
      this.#restart("expired", true);
      // A server that says so again and again must not be listed without pause.
      await sleep(this.#options.clock, this.#backoff.nextMs(problem.retryAfterMs), signal);
      return;
    }
    if (!opened && (problem.reason === "forbidden" || problem.status === 405)) return this.#pollInstead(problem);
    if (opened) this.#restart(problem.reason === "connection" ? "broken" : "error", problem.reason !== "connection");
    else this.#noteRefusal(problem);
    await this.#waitAfter(problem, signal);
  }

  /** A server that answers and yet opens no watch may still answer a list; one that is away has nothing to list. */
  #noteRefusal({ status }: ApiProblem): void {
    if (status === undefined) return;
    this.#refusedWatches++;
    if (this.#refusedWatches % watchesToGiveUp === 0) this.#resourceVersion = undefined;
  }

  async #afterClosed(lastedMs: number, signal: AbortSignal): Promise<void> {
    this.#restart("closed", false);
    if (lastedMs >= briefWatchMs) return;
    this.#briefWatches++;
    if (this.#briefWatches >= watchesToGiveUp) {
      this.#pollInstead({ reason: "bad_answer", detail: "the API, or a proxy before it, ends each watch at once" });
      this.#resourceVersion = undefined;
      return;
    }
    await sleep(this.#options.clock, this.#backoff.nextMs(), signal);
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
    log.warn(`nodes cannot be watched: ${problem.detail}; listing them every ${scanMs / 1_000} s instead${advice}`);
  }

  /**
   * While a watch runs: asks for the number of nodes at every scan. That measures the API, and should the watch have
   * lost something (twice in a row, as events may still be on their way), it is ended and the nodes are listed anew.
   */
  async #checkCounts(ownEnd: AbortController, signal: AbortSignal): Promise<void> {
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
      this.#health.answered();
      if (answer.count === undefined || answer.count === sink.size) this.#options.report.synced();
      differed = answer.count === undefined || answer.count === sink.size ? 0 : differed + 1;
      if (differed < 2) continue;
      this.#options.log.warn(`the API has ${answer.count} nodes and ${sink.size} are known; listing them anew`);
      return ownEnd.abort();
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
    this.#health.failed(problem, this.#options.sink.size);
  }

  #succeeded(): void {
    this.#health.answered();
    this.#options.report.synced();
  }
}
