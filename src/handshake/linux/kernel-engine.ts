import { closeSync, writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { type Log, oneLine } from "../../log.ts";
import { type Outcome, results } from "../../outcome.ts";
import { IdPool } from "../../schedule/id-pool.ts";
import { offsetFraction } from "../../schedule/offset.ts";
import type { Target } from "../../target.ts";
import { workerEntry } from "../../worker-entry.ts";
import type { HandshakeEngine, HandshakeRequest } from "../engine.ts";
import type { HandshakeStyle } from "../engine-config.ts";
import { deadlineCode } from "../network-errors.ts";
import { placeName } from "../prober.ts";
import { type ProbeListener, type Probing, type ProbingOptions, skipReasons } from "../probing.ts";
import { errnoName } from "./errno.ts";
import { field, kind, type Order, type Report, recordLength, threadDied, type WorkerSetUp } from "./protocol.ts";
import { sockaddrOf } from "./sockaddr.ts";
import { TargetBatch } from "./target-batch.ts";

export interface KernelEngineOptions {
  readonly style: HandshakeStyle;
  readonly log: Log;
  /** Told each time the thread died and another one took its place. */
  readonly restarted: () => void;
  /** What it probes by itself; without it only single handshakes are made. */
  readonly probing: ProbingOptions | undefined;
  /** The thread's entry; a test brings one that dies. */
  readonly entry?: URL;
}

interface Request {
  readonly done: (outcome: Outcome) => void;
  readonly startedMs: number;
}

/** Before a thread that died is replaced; twice as long after each try that fails. */
const restartDelayMs = { first: 1_000, most: 30_000 };
/** The code of a handshake that the thread took with it. */
const threadCode = "THREAD";
/** One to the eventfd (eventfd(2): eight bytes in the machine's order). */
const wakeUp = Buffer.from(BigUint64Array.of(1n).buffer);

/**
 * Handshakes through Linux itself: epoll and TCP_INFO on a thread of their own, which also keeps the schedule. This
 * side gives orders and takes records; it measures nothing.
 */
export class KernelEngine implements HandshakeEngine, Probing {
  readonly name = "kernel";
  readonly #options: KernelEngineOptions;
  readonly #requests = new Map<number, Request>();
  #requestId = 0;
  readonly #targets = new Map<string, number>();
  #targetIds = new IdPool();
  #byId: (Target | undefined)[] = [];
  #worker: Worker | undefined;
  /** This side's to close: the thread may die at any moment, and a number that was closed may be another file's. */
  #wakeFd: number | undefined;
  /** What the next message begins with; a target that is added and removed in one turn is first added. */
  #added = new TargetBatch();
  #orders: Order[] = [];
  #sending = false;
  #restart: NodeJS.Timeout | undefined;
  #restartDelayMs = restartDelayMs.first;
  /** Since when there is no thread, where there was one. */
  #deadSinceMs: number | undefined;
  #stopped: Promise<void> | undefined;

  /** Starts the thread. `create` finds out whether it works. */
  private constructor(options: KernelEngineOptions) {
    this.#options = options;
  }

  /** Resolves once the thread makes handshakes; rejects, with the reason, where this system cannot. */
  static async create(options: KernelEngineOptions): Promise<KernelEngine> {
    const engine = new KernelEngine(options);
    await engine.#spawn();
    return engine;
  }

  start(request: HandshakeRequest, done: (outcome: Outcome) => void): () => void {
    const address = sockaddrOf(request);
    const id = this.#nextRequestId();
    const startedMs = performance.now();
    this.#requests.set(id, { done, startedMs });
    // Where there is no thread yet to keep its deadline.
    if (this.#wakeFd === undefined) setTimeout(() => this.#endUnsent(id), request.timeoutMs).unref();
    this.#order({ order: "start", id, address, timeoutMs: request.timeoutMs });
    return () => {
      if (this.#requests.delete(id)) this.#order({ order: "give up", id });
    };
  }

  #endUnsent(id: number): void {
    const request = this.#requests.get(id);
    const unsent = this.#orders.findIndex((order) => order.order === "start" && order.id === id);
    if (request === undefined || unsent === -1) return;
    this.#requests.delete(id);
    this.#orders.splice(unsent, 1);
    request.done({ probe: "tcp", path: 0, startedMs: request.startedMs, result: "local", code: threadCode });
  }

  add(target: Target): void {
    this.remove(target.key);
    if (this.#stopped !== undefined) return;
    this.#enter(target);
    this.#sendSoon();
  }

  remove(key: string): void {
    const id = this.#targets.get(key);
    if (id === undefined) return;
    this.#targets.delete(key);
    this.#byId[id] = undefined;
    this.#order({ order: "remove", id });
  }

  relabel(target: Target): void {
    const id = this.#targets.get(target.key);
    if (id !== undefined) this.#byId[id] = target;
  }

  /** Gives a target a number, and orders that it be probed. */
  #enter(target: Target): void {
    const address = sockaddrOf(target);
    const id = this.#targetIds.take();
    this.#targets.set(target.key, id);
    this.#byId[id] = target;
    this.#added.push(id, address, offsetFraction(placeName(target)));
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Never given twice while its handshake runs: a record of one that was given up may still be on its way. */
  #nextRequestId(): number {
    this.#requestId = (this.#requestId + 1) % 2 ** 31;
    return this.#requestId;
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#restart);
    this.#requests.clear();
    const worker = this.#worker;
    if (worker === undefined) return;
    const exited = new Promise((resolve) => worker.once("exit", resolve));
    this.#orders.push({ order: "stop" });
    this.#send();
    await exited;
  }

  #order(order: Order): void {
    if (this.#stopped !== undefined) return;
    this.#orders.push(order);
    this.#sendSoon();
  }

  /** All orders of this turn of the event loop in one message and one wake-up. */
  #sendSoon(): void {
    if (this.#sending) return;
    this.#sending = true;
    queueMicrotask(() => {
      this.#sending = false;
      this.#send();
    });
  }

  #send(): void {
    if (this.#worker === undefined || this.#wakeFd === undefined) return;
    const orders = this.#added.size === 0 ? this.#orders : [this.#added.order(), ...this.#orders];
    if (orders.length === 0) return;
    this.#worker.postMessage(orders);
    this.#orders = [];
    this.#added = new TargetBatch();
    writeSync(this.#wakeFd, wakeUp);
  }

  /** Resolves once the thread is ready; rejects, with the reason, where it ends before. */
  async #spawn(): Promise<void> {
    const { style, probing } = this.#options;
    const workerData: WorkerSetUp = {
      style,
      intervalMs: probing?.intervalMs ?? 1_000,
      timeoutMs: probing?.timeoutMs ?? 1_000,
      maxInFlight: probing?.maxInFlight ?? Number.MAX_SAFE_INTEGER,
      timeOriginMs: performance.timeOrigin,
    };
    const worker = new Worker(this.#options.entry ?? workerEntry("./worker", import.meta.url), { workerData });
    this.#worker = worker;
    let why = "it ended by itself";
    await new Promise<void>((resolve, reject) => {
      worker.on("message", (report: Report) => {
        if (report.report === "records") {
          this.#take(report.records);
          return;
        }
        this.#wakeFd = report.wakeFd;
        this.#send();
        resolve();
      });
      worker.on("error", (error: unknown) => {
        why = error instanceof Error ? error.message : String(error);
      });
      worker.on("exit", () => {
        const wasReady = this.#wakeFd !== undefined;
        this.#forgetThread();
        reject(new Error(why));
        if (wasReady && this.#stopped === undefined) this.#died(why);
      });
    });
  }

  #forgetThread(): void {
    this.#worker = undefined;
    if (this.#wakeFd !== undefined) closeSync(this.#wakeFd);
    this.#wakeFd = undefined;
  }

  /** A thread that was at work is gone: its handshakes are this machine's own, and another one is to take its place. */
  #died(why: string): void {
    this.#options.log.error(`the engine's thread died: ${oneLine(why)}; no target is blamed`);
    this.#deadSinceMs = performance.now();
    const requests = [...this.#requests.values()];
    this.#requests.clear();
    this.#enterAll();
    this.#scheduleRestart();
    // Last: who hears of an end may begin anew.
    for (const { done, startedMs } of requests) {
      done({ probe: "tcp", path: 0, startedMs, result: "local", code: threadCode });
    }
  }

  /** Numbers all targets anew, for a thread that knows none: what the dead one had not yet read is lost with it. */
  #enterAll(): void {
    const targets = this.#byId.filter((target) => target !== undefined);
    this.#targets.clear();
    this.#targetIds = new IdPool();
    this.#byId = [];
    this.#orders = [];
    this.#added = new TargetBatch();
    for (const target of targets) this.#enter(target);
  }

  #scheduleRestart(): void {
    if (this.#stopped !== undefined) return;
    this.#restart = setTimeout(() => void this.#respawn(), this.#restartDelayMs);
    this.#restartDelayMs = Math.min(2 * this.#restartDelayMs, restartDelayMs.most);
  }

  async #respawn(): Promise<void> {
    try {
      await this.#spawn();
    } catch (error) {
      const { message } = error as Error;
      this.#options.log.error(`the engine's thread cannot be replaced yet: ${oneLine(message)}; nothing is probed`);
      this.#scheduleRestart();
      return;
    }
    this.#restartDelayMs = restartDelayMs.first;
    this.#options.restarted();
    this.#options.log.warn("another thread has taken the place of the engine's");
    this.#countGap();
  }

  /** Rounds that nobody was there to begin. */
  #countGap(): void {
    const { probing } = this.#options;
    const gapMs = performance.now() - (this.#deadSinceMs ?? performance.now());
    this.#deadSinceMs = undefined;
    const rounds = probing === undefined ? 0 : Math.round(gapMs / probing.intervalMs);
    if (rounds === 0) return;
    for (const target of this.#byId) if (target !== undefined) probing?.listener.skipped(target, "late", rounds);
  }

  #take(records: Float64Array): void {
    for (let at = 0; at < records.length; at += recordLength) this.#takeOne(records, at);
  }

  #takeOne(records: Float64Array, at: number): void {
    const id = records[at + field.id] as number;
    const whose = records[at + field.kind];
    if (whose === kind.ofRequest) {
      const request = this.#requests.get(id);
      this.#requests.delete(id);
      request?.done(outcomeOf(records, at));
      return;
    }
    if (whose === kind.removed) this.#targetIds.giveBack(id);
    const target = this.#byId[id];
    const listener = this.#options.probing?.listener;
    if (target === undefined || listener === undefined) return;
    if (whose === kind.skipped) tellSkip(listener, target, records, at);
    else tellOutcome(listener, target, records, at);
  }
}

function tellSkip(listener: ProbeListener, target: Target, records: Float64Array, at: number): void {
  const reason = skipReasons[records[at + field.what] as number];
  if (reason !== undefined) listener.skipped(target, reason, records[at + field.detail] as number);
}

function tellOutcome(listener: ProbeListener, target: Target, records: Float64Array, at: number): void {
  listener.started(target, records[at + field.lagMs] as number);
  listener.ended(target, outcomeOf(records, at));
}

function outcomeOf(records: Float64Array, at: number): Outcome {
  const result = results[records[at + field.what] as number] ?? "local";
  const known = (value: number | undefined) => (value === undefined || value < 0 ? undefined : value);
  const synSent = known(records[at + field.synSent]);
  const common = { probe: "tcp", path: 0, startedMs: records[at + field.startedMs] as number, synSent } as const;
  if (result !== "ok") {
    const errno = records[at + field.detail] as number;
    return { ...common, result, code: codeOf(errno) };
  }
  return {
    ...common,
    result,
    connectUs: known(records[at + field.connectUs]),
    rttUs: known(records[at + field.rttUs]),
  };
}

function codeOf(errno: number): string {
  if (errno === 0) return deadlineCode;
  return errno === threadDied ? threadCode : errnoName(errno);
}
