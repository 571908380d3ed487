import { Worker } from "node:worker_threads";
import type { Problem } from "../../api/problem.ts";
import type { Question } from "../../api/queries.ts";
import type { Status } from "../../api/v1.ts";
import type { Clock } from "../../clock.ts";
import type { PrometheusSetUp, Replying } from "./protocol.ts";

export interface PrometheusHistoryOptions {
  /** Its base; a user and a password may be in it. */
  readonly url: URL;
  /** With a bearer token, which counts before a user in the URL; undefined where there is none. */
  readonly tokenFile: string | undefined;
  readonly clock: Clock;
  readonly bounds?: PrometheusSetUp["bounds"];
}

/** Questions under way at once; each is a dozen queries. */
const mostUnderWay = 8;

/** A history that a Prometheus keeps. A thread asks it and makes answers; it is there once somebody asks. */
export class PrometheusHistory {
  readonly #options: PrometheusHistoryOptions;
  readonly #waiting = new Map<number, (reply: Uint8Array | Problem) => void>();
  #worker: Worker | undefined;
  #lastId = 0;
  #problem = "";
  #isStopped = false;

  constructor(options: PrometheusHistoryOptions) {
    this.#options = options;
  }

  /** JSON or CSV, as the question wants it. Never rejects. */
  ask(question: Question): Promise<Uint8Array | Problem> {
    if (this.#isStopped) return Promise.resolve({ problem: "the history is closed" });
    if (this.#waiting.size >= mostUnderWay) {
      return Promise.resolve({ problem: `${mostUnderWay} questions are under way at Prometheus; ask again` });
    }
    this.#worker ??= this.#start();
    const id = ++this.#lastId;
    this.#worker.postMessage({ id, question, nowMs: this.#options.clock.unixMs() });
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  status(): Status["history"] {
    return { kind: "prometheus", sinceMs: null, bytes: null, problem: this.#problem };
  }

  /** Ends the thread. Can be called again. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#worker?.terminate();
    this.#end("the history is closed");
  }

  #start(): Worker {
    const { bounds = {} } = this.#options;
    const workerData: PrometheusSetUp = { access: accessOf(this.#options), bounds };
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
    worker.unref();
    worker.on("message", (reply: Replying) => this.#heard(reply));
    worker.on("error", ({ message }: Error) => this.#died(worker, message));
    worker.on("exit", () => this.#died(worker, "it ended"));
    return worker;
  }

  #heard(reply: Replying): void {
    const settle = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("bytes" in reply) {
      this.#problem = "";
      settle?.(reply.bytes);
      return;
    }
    const { id: _, isTrouble, ...problem } = reply;
    if (isTrouble) this.#problem = problem.problem;
    settle?.(problem);
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

function accessOf({ url, tokenFile }: PrometheusHistoryOptions): PrometheusSetUp["access"] {
  const bare = new URL(url);
  const user = `${decoded(url.username)}:${decoded(url.password)}`;
  [bare.username, bare.password, bare.search, bare.hash] = ["", "", "", ""];
  return { url: bare.href, user: url.username === "" ? undefined : user, tokenFile };
}

/** What is no percent-encoding is meant as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
