import { Worker } from "node:worker_threads";
import { isProblem, nobodyWaits, type Problem } from "../api/problem.ts";
import type { Question } from "../api/queries.ts";
import type { Status } from "../api/v1.ts";
import type { Clock, Timer } from "../clock.ts";
import { type Log, oneLine } from "../log.ts";
import { workerEntry } from "../worker-entry.ts";
import { type FileParts, type Part, partsFrom } from "./file-parts.ts";
import { ChangedKeys } from "./keeper/changed-keys.ts";
import type { HistoryRecorder } from "./model.ts";
import { Recorder } from "./recording/recorder.ts";
import type { Changed, KeeperSetUp, KeeperStatus, Message, Order, Report } from "./thread/protocol.ts";
import { lostWith, noCounts, noStatus, sumOf } from "./thread-counts.ts";

export interface HistoryOptions {
  /** Undefined for a history in memory. */
  readonly path: string | undefined;
  readonly retentionMs: number;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly log: Log;
  /** The thread's entry; a test brings one that dies. */
  readonly entry?: URL;
}

/** JSON or CSV, as bytes, or why there is none. */
export type HistoryReply = Uint8Array | Problem;

/** For metrics: how the history is, in figures. */
export interface HistoryFigures extends KeeperStatus {
  readonly questionsUnderWay: number;
  readonly threadRestarts: number;
}

/** Questions that wait for the thread at once. */
const questionsAtMost = 64;
/** Those who listen hear of changes no oftener. */
const changePaceMs = 1_000;
/** Before a thread that died is replaced; twice as long after each that fails to start, or does not live long. */
const restartDelayMs = { first: 1_000, most: 30_000 };
/** A thread that has taken nothing for so long hangs, as on a disk that does: a minute of 65,000 targets is a second's work. */
const silenceAtMostMs = 10_000;
const silenceCheckMs = 5_000;
/** Who asks has to hear something in the end. */
const answerLimitMs = 30_000;
/** For the last minute and the file's end. What hangs is ended after it, as if it were killed: the file stands that. */
const stopLimitMs = 5_000;
/** What has worked so long did not die of its start. */
const longLifeMs = 60_000;

/** The main thread's side of a history: it hands over what happens, and asks. The thread does the rest. */
export class History {
  readonly #options: HistoryOptions;
  readonly #recorder: Recorder;
  readonly #questions = new Map<number, (reply: Part | Problem) => void>();
  #questionId = 0;
  /** Undefined where none is ready. */
  #worker: Worker | undefined;
  /** The same, or the one that is being started. */
  #thread: Worker | undefined;
  #silenceTimer: Timer | undefined;
  #status: KeeperStatus;
  /** Of the threads that died: what is counted never falls. */
  #before = noCounts;
  #restarts = 0;
  #restartDelayMs = restartDelayMs.first;
  /** When the thread was ready. */
  #readyMs = 0;
  #diedUnixMs = 0;
  /** Whether the last thread had to end because the disk takes nothing. */
  #isOfDisk = false;
  #restart: Timer | undefined;
  #respawning: Promise<void> | undefined;
  #threadProblem = "";
  /** Of the threads that died: when the last damaged file was set aside. */
  #damagedMs: number | undefined;
  readonly #changed = new ChangedKeys();
  #changeTimer: Timer | undefined;
  readonly #listeners = new Set<(changed: Changed) => void>();
  #stopped: Promise<void> | undefined;

  private constructor(options: HistoryOptions) {
    this.#options = options;
    this.#status = noStatus;
    this.#recorder = new Recorder({ clock: options.clock, post: (orders) => this.#postOrders(orders) });
  }

  /** Resolves once what is kept can be asked; or with what keeps the file from being used. */
  static async open(options: HistoryOptions): Promise<History | { readonly problem: string }> {
    const history = new History(options);
    const problem = await history.#spawn(false);
    if (problem !== undefined && !history.#isOfDisk) {
      await history.stop();
      return { problem };
    }
    history.#recorder.start();
    history.#watchSilence(false);
    if (problem !== undefined) history.#goOnWithout(problem);
    return history;
  }

  get recorder(): HistoryRecorder {
    return this.#recorder;
  }

  get figures(): HistoryFigures {
    return {
      ...this.#status,
      ...this.#trouble(),
      damagedMs: this.#status.damagedMs ?? this.#damagedMs,
      ...sumOf(this.#before, this.#status, { ...noCounts, droppedRecords: this.#recorder.dropped }),
      questionsUnderWay: this.#questions.size,
      threadRestarts: this.#restarts,
    };
  }

  status(): Status["history"] & Pick<Status, "latencyIs"> {
    const { sinceMs, bytes, problem, problemSinceMs, damagedFiles, damagedMs, latencyIs } = this.figures;
    return {
      kind: this.#options.path === undefined ? "memory" : "file",
      sinceMs: sinceMs ?? null,
      bytes,
      problem,
      problemSinceMs: problemSinceMs ?? null,
      damagedFiles,
      damagedMs: damagedMs ?? null,
      latencyIs: latencyIs ?? null,
    };
  }

  /** Never rejects. `gone`: nobody waits any more; what the thread has not begun with, it passes over. */
  async ask(question: Question, gone?: AbortSignal): Promise<HistoryReply> {
    const reply = await this.#ask(++this.#questionId, { question, isFile: false }, gone);
    return isProblem(reply) ? reply : reply.bytes;
  }

  /** The answer as a file, part by part. Never rejects. `gone`: as with `ask`, of its first part. */
  async read(question: Question, gone?: AbortSignal): Promise<FileParts | Problem> {
    const id = ++this.#questionId;
    const asked = this.#ask(id, { question, isFile: true }, gone);
    // The file is this thread's alone: the one that takes its place knows nothing of it.
    const worker = this.#worker;
    const first = await asked;
    const end = () => {
      if (worker === this.#worker) this.#post({ message: "enough", id });
    };
    if (isProblem(first)) {
      // It may yet be begun: an answer that came too late is none.
      end();
      return first;
    }
    return partsFrom(first, () => this.#readOn(id, worker), end);
  }

  #readOn(id: number, worker: Worker | undefined): Promise<Part | Problem> {
    const isAnothers = this.#worker !== undefined && this.#worker !== worker;
    return isAnothers ? Promise.resolve({ problem: "its thread has ended" }) : this.#ask(id, undefined);
  }

  /** Without a question: the next part of what that id has. */
  #ask(
    id: number,
    asked: { question: Question; isFile: boolean } | undefined,
    gone?: AbortSignal,
  ): Promise<Part | Problem> {
    if (gone?.aborted) return Promise.resolve(nobodyWaits);
    if (this.#stopped !== undefined) return Promise.resolve({ problem: "the history is closed" });
    if (this.#worker === undefined) return Promise.resolve({ problem: this.#threadProblem });
    if (this.#questions.size >= questionsAtMost) {
      return Promise.resolve({ problem: `${questionsAtMost} questions are under way; try again` });
    }
    if (asked === undefined) {
      this.#post({ message: "part", id });
      return this.#replyTo(id, undefined, () => {});
    }
    // The thread sees it also while messages wait for it.
    const isGone = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    // What was recorded before it was asked is part of the answer.
    this.#recorder.flush();
    this.#post({ message: "question", id, ...asked, gone: isGone });
    return this.#replyTo(id, gone, () => Atomics.store(isGone, 0, 1));
  }

  /** Calls with the targets whose condition changed, at most once a second; gives what ends that. */
  onChange(listener: (changed: Changed) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Writes what is not written and ends the thread. Can be called again. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#restart?.cancel();
    this.#changeTimer?.cancel();
    this.#silenceTimer?.cancel();
    const limit = this.#options.clock.setTimer(() => this.#terminate(), stopLimitMs);
    this.#listeners.clear();
    const orders = this.#recorder.stop();
    // One that is being started has to be there before it can be ended.
    await this.#respawning;
    const worker = this.#worker;
    if (worker !== undefined) {
      const exited = new Promise((resolve) => worker.once("exit", resolve));
      this.#post({ message: "stop", orders, nowUnixMs: this.#options.clock.unixMs() });
      await exited;
    }
    limit.cancel();
    this.#endQuestions("the history is closed");
  }

  #terminate(): void {
    const { log } = this.#options;
    log.error(`the history's thread has not ended within ${stopLimitMs / 1_000} s: what it had not written is lost`);
    void this.#thread?.terminate();
  }

  /** What is wrong, the worst of it: without a thread nobody knows how the file is. */
  #trouble(): Pick<KeeperStatus, "problem" | "problemSinceMs"> {
    const { clock } = this.#options;
    if (this.#threadProblem !== "") return { problem: this.#threadProblem, problemSinceMs: this.#diedUnixMs };
    const silence = this.#silence();
    if (silence !== "") return { problem: silence, problemSinceMs: clock.unixMs() - this.#recorder.silentMs };
    return { problem: this.#status.problem, problemSinceMs: this.#status.problemSinceMs };
  }

  /** Empty where the thread takes what it is sent. */
  #silence(): string {
    const { silentMs } = this.#recorder;
    return silentMs < silenceAtMostMs
      ? ""
      : `its thread hangs: it has taken nothing for ${Math.floor(silentMs / 1_000)} s`;
  }

  /** Says once that it hangs, and once that it goes on. */
  #watchSilence(wasSilent: boolean): void {
    const { clock, log } = this.#options;
    const silence = this.#worker === undefined ? "" : this.#silence();
    if (silence !== "" && !wasSilent) log.error(`history: ${silence}`);
    if (silence === "" && wasSilent) log.warn("history: its thread hangs no more");
    this.#silenceTimer = clock.setTimer(() => this.#watchSilence(silence !== ""), silenceCheckMs);
  }

  #postOrders(orders: readonly Order[]): boolean {
    if (this.#worker === undefined) return false;
    this.#post({ message: "orders", orders, nowUnixMs: this.#options.clock.unixMs() });
    return true;
  }

  #post(message: Message): void {
    const orders = "orders" in message ? message.orders : [];
    const buffers = orders.flatMap((order) => (order.order === "records" ? [order.records.buffer as ArrayBuffer] : []));
    this.#worker?.postMessage(message, buffers);
  }

  /** Resolves once the thread is ready, or with why it is not. */
  #spawn(isReplacement: boolean): Promise<string | undefined> {
    const { path, retentionMs, maxBytes, clock, entry } = this.#options;
    const workerData: KeeperSetUp = { path, retentionMs, maxBytes, nowUnixMs: clock.unixMs(), isReplacement };
    const worker = new Worker(entry ?? workerEntry("./thread/worker", import.meta.url), { workerData });
    this.#thread = worker;
    let [isReady, why] = [false, "it ended by itself"];
    return new Promise((resolve) => {
      worker.on("message", (report: Report) => {
        if (report.report === "open") {
          isReady = true;
          this.#readyMs = clock.nowMs();
          this.#worker = worker;
          resolve(undefined);
        }
        if (report.report === "refused") {
          why = report.problem;
          this.#isOfDisk = report.isOfDisk;
        }
        this.#heard(report);
      });
      worker.on("error", (error: unknown) => {
        why = error instanceof Error ? error.message : String(error);
      });
      worker.on("exit", () => {
        this.#worker = undefined;
        resolve(why);
        if (isReady && this.#stopped === undefined) this.#died(why);
      });
    });
  }

  #heard(report: Report): void {
    if (report.report === "open") this.#status = report.status;
    if (report.report === "taken") this.#taken(report);
    if (report.report === "answer") this.#settle(report.id, report);
    if (report.report === "no answer") this.#settle(report.id, report);
    if (report.report === "log") this.#options.log[report.level](report.message, report.facts);
  }

  #taken({ status, changed }: Extract<Report, { report: "taken" }>): void {
    this.#status = status;
    this.#recorder.taken();
    if (changed === undefined) return;
    this.#changed.add(changed);
    if (this.#changeTimer === undefined) this.#tellChange();
  }

  /** At once, and what comes within the next second together after it. */
  #tellChange(): void {
    this.#changeTimer = undefined;
    const changed = this.#stopped === undefined ? this.#changed.take() : undefined;
    if (changed === undefined) return;
    this.#changeTimer = this.#options.clock.setTimer(() => this.#tellChange(), changePaceMs);
    for (const listener of this.#listeners) listener(changed);
  }

  #settle(id: number, reply: Part | Problem): void {
    const settle = this.#questions.get(id);
    this.#questions.delete(id);
    settle?.(reply);
  }

  #replyTo(id: number, gone: AbortSignal | undefined, giveUp: () => void): Promise<Part | Problem> {
    const end = (reply: Problem) => {
      giveUp();
      this.#settle(id, reply);
      // The thread still has it: it counts among those under way until it is answered, so that they stay bounded.
      this.#questions.set(id, () => {});
    };
    const leave = () => end(nobodyWaits);
    return new Promise((resolve) => {
      const deadline = this.#options.clock.setTimer(() => end(noAnswer), answerLimitMs);
      gone?.addEventListener("abort", leave, { once: true });
      this.#questions.set(id, (reply) => {
        deadline.cancel();
        gone?.removeEventListener("abort", leave);
        resolve(reply);
      });
    });
  }

  #endQuestions(problem: string): void {
    for (const id of [...this.#questions.keys()]) this.#settle(id, { problem });
  }

  #died(why: string): void {
    const { log, clock } = this.#options;
    this.#threadProblem = `its thread died: ${oneLine(why)}`;
    this.#diedUnixMs = clock.unixMs();
    this.#damagedMs = this.#status.damagedMs ?? this.#damagedMs;
    this.#before = sumOf(this.#before, this.#status, lostWith(this.#status));
    this.#status = { ...this.#status, ...noCounts };
    this.#recorder.keeperDied();
    const lost = this.#options.path === undefined ? "all that it kept is lost" : "what it had not written is lost";
    log.error(`the history's thread died: ${oneLine(why)}; ${lost}; another one is started`);
    this.#endQuestions(this.#threadProblem);
    if (clock.nowMs() - this.#readyMs >= longLifeMs) this.#restartDelayMs = restartDelayMs.first;
    this.#respawnLater(clock);
  }

  /** What is probed is measured all the same; what is measured meanwhile is counted as dropped. */
  #goOnWithout(problem: string): void {
    const { clock, log } = this.#options;
    this.#threadProblem = problem;
    this.#diedUnixMs = clock.unixMs();
    log.error(`history: ${oneLine(problem)}; nothing is kept until that is over, and it is tried again and again`);
    this.#respawnLater(clock);
  }

  #respawnLater(clock: Clock): void {
    this.#restart = clock.setTimer(() => {
      this.#respawning = this.#respawn();
    }, this.#restartDelayMs);
    this.#restartDelayMs = Math.min(2 * this.#restartDelayMs, restartDelayMs.most);
  }

  async #respawn(): Promise<void> {
    const problem = await this.#spawn(true);
    if (this.#stopped !== undefined) return;
    if (problem !== undefined) {
      // Of a disk it is said once, however long it is full.
      const level = this.#isOfDisk && this.#threadProblem === problem ? "debug" : "error";
      this.#options.log[level](`the history's thread cannot be replaced yet: ${oneLine(problem)}`);
      if (this.#isOfDisk) this.#threadProblem = problem;
      this.#respawnLater(this.#options.clock);
      return;
    }
    this.#threadProblem = "";
    this.#restarts++;
    this.#recorder.beginAnew();
    const { log } = this.#options;
    if (this.#isOfDisk) log.warn("history: it can be kept now");
    else log.warn("another thread has taken the place of the history's");
    this.#isOfDisk = false;
  }
}

const noAnswer: Problem = {
  problem: `the history gave no answer within ${answerLimitMs / 1_000} s; try again, or ask for less`,
};
