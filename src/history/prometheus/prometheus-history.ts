import { Worker } from "node:worker_threads";
import { isProblem, nobodyWaits, type Problem } from "../../api/problem.ts";
import type { Question } from "../../api/queries.ts";
import type { Status } from "../../api/v1.ts";
import type { Clock } from "../../clock.ts";
import { workerEntry } from "../../worker-entry.ts";
import { type FileParts, type Part, partsFrom } from "../file-parts.ts";
import type { Asking, GivingUp, PrometheusSetUp, ReadingOn, Replying } from "./protocol.ts";
import type { PrometheusAccess } from "./query-client.ts";

export interface PrometheusHistoryOptions {
  /** Its base; a user and a password may be in it. */
  readonly url: URL;
  /** With a bearer token, which counts before a user in the URL; undefined where there is none. */
  readonly tokenFile: string | undefined;
  /** What each request carries besides: a tenant's name, for Mimir. */
  readonly headers?: PrometheusAccess["headers"];
  readonly clock: Clock;
  readonly bounds?: PrometheusSetUp["bounds"];
}

/** Questions under way at once; each is a dozen queries. */
const mostUnderWay = 4;
/** Of the thread's heap: answers of 32 MB take five times that once they are read. Where it is not enough, the thread dies, and not PinGo. */
const mostHeapMb = 512;

/** A history that a Prometheus keeps. A thread asks it and makes answers; it is there once somebody asks. */
export class PrometheusHistory {
  readonly #options: PrometheusHistoryOptions;
  readonly #waiting = new Map<number, (reply: Part | Problem) => void>();
  #worker: Worker | undefined;
  #lastId = 0;
  #problem = "";
  #problemSinceMs = 0;
  #isStopped = false;

  constructor(options: PrometheusHistoryOptions) {
    this.#options = options;
  }

  /** JSON or CSV, as the question wants it. Never rejects. `gone`: nobody waits for it any more, Prometheus neither. */
  async ask(question: Question, gone?: AbortSignal): Promise<Uint8Array | Problem> {
    const reply = await this.#ask(++this.#lastId, { question, isFile: false }, gone);
    return isProblem(reply) ? reply : reply.bytes;
  }

  /** The same as a file, part by part. */
  async read(question: Question, gone?: AbortSignal): Promise<FileParts | Problem> {
    const id = ++this.#lastId;
    const first = await this.#ask(id, { question, isFile: true }, gone);
    if (isProblem(first)) return first;
    const worker = this.#worker;
    const end = () => worker?.postMessage({ gone: id } satisfies GivingUp);
    return partsFrom(first, () => this.#readOn(id, worker), end);
  }

  #ask(id: number, asked: Pick<Asking, "question" | "isFile">, gone?: AbortSignal): Promise<Part | Problem> {
    if (gone?.aborted) return Promise.resolve(nobodyWaits);
    if (this.#isStopped) return Promise.resolve({ problem: "the history is closed" });
    if (this.#waiting.size >= mostUnderWay) {
      return Promise.resolve({ problem: `${mostUnderWay} questions are under way at Prometheus; ask again` });
    }
    this.#worker ??= this.#start();
    this.#worker.postMessage({ id, ...asked, nowMs: this.#options.clock.unixMs() } satisfies Asking);
    const giveUp = () => this.#giveUp(id);
    gone?.addEventListener("abort", giveUp, { once: true });
    return new Promise((resolve) => {
      this.#waiting.set(id, (reply) => {
        gone?.removeEventListener("abort", giveUp);
        resolve(reply);
      });
    });
  }

  /** Of a file that is there: Prometheus has nothing to do with it any more. */
  #readOn(id: number, worker: Worker | undefined): Promise<Part | Problem> {
    if (worker === undefined || worker !== this.#worker) return Promise.resolve({ problem: "its thread has ended" });
    worker.postMessage({ part: id } satisfies ReadingOn);
    return new Promise((resolve) => void this.#waiting.set(id, resolve));
  }

  status(): Status["history"] & Pick<Status, "latencyIs"> {
    const trouble = { problem: this.#problem, problemSinceMs: this.#problem === "" ? null : this.#problemSinceMs };
    return { kind: "prometheus", sinceMs: null, bytes: null, ...trouble, ...noFiles, latencyIs: null };
  }

  /** Ends the thread. Can be called again. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#worker?.terminate();
    this.#end("the history is closed");
  }

  #giveUp(id: number): void {
    const givingUp: GivingUp = { gone: id };
    this.#worker?.postMessage(givingUp);
    const settle = this.#waiting.get(id);
    this.#waiting.delete(id);
    settle?.(nobodyWaits);
  }

  #start(): Worker {
    const { bounds = {} } = this.#options;
    const workerData: PrometheusSetUp = { access: accessOf(this.#options), bounds };
    const worker = new Worker(workerEntry("./worker", import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: mostHeapMb },
    });
    worker.unref();
    worker.on("message", (reply: Replying) => this.#heard(reply));
    worker.on("error", (error: NodeJS.ErrnoException) => this.#died(worker, whyOf(error)));
    worker.on("exit", () => this.#died(worker, "it ended"));
    return worker;
  }

  #heard(reply: Replying): void {
    const settle = this.#waiting.get(reply.id);
    // One that was given up: what became of it is no news of Prometheus.
    if (settle === undefined) return;
    this.#waiting.delete(reply.id);
    if ("bytes" in reply) {
      this.#problem = "";
      settle(reply);
      return;
    }
    const { id: _, isTrouble, ...problem } = reply;
    if (isTrouble) this.#troubleIs(problem.problem);
    settle(problem);
  }

  #troubleIs(problem: string): void {
    if (this.#problem === "") this.#problemSinceMs = this.#options.clock.unixMs();
    this.#problem = problem;
  }

  /** The next question starts another one. */
  #died(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#end(`the thread that asks Prometheus died: ${why}`);
  }

  #end(problem: string): void {
    for (const settle of this.#waiting.values()) settle({ problem });
    this.#waiting.clear();
  }
}

const noFiles = { damagedFiles: 0, damagedMs: null } as const;

function whyOf({ code, message }: NodeJS.ErrnoException): string {
  return code === "ERR_WORKER_OUT_OF_MEMORY" ? `its answers need more than ${mostHeapMb} MB; ask for less` : message;
}

function accessOf({ url, tokenFile, headers = [] }: PrometheusHistoryOptions): PrometheusSetUp["access"] {
  const bare = new URL(url);
  const user = `${decoded(url.username)}:${decoded(url.password)}`;
  [bare.username, bare.password, bare.search, bare.hash] = ["", "", "", ""];
  return { url: bare.href, user: url.username === "" ? undefined : user, tokenFile, headers };
}

/** What is no percent-encoding is meant as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
