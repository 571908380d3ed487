import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { workerEntry } from "../worker-entry.ts";
import type { DarkOrder, DarkReport } from "./dark-listener.ts";

/** A filler connection that is not answered for so long is taken for dropped; on loopback an answer takes microseconds. */
const silenceMs = 150;

/** The queue of backlog 1 holds two; the rest are for handshakes of others that come in between. */
const fillerLimit = 16;

/**
 * An address that answers nothing, without root or a packet filter: a listener whose accept queue is full.
 * Linux then drops each SYN (`sk_acceptq_is_full` in tcp_conn_request), exactly as if the host were gone, and a
 * client's connect runs into its timeout. On systems that answer a full queue otherwise, `fill` says so.
 */
export class DarkAddress {
  readonly #worker: Worker;
  readonly #released: Int32Array;
  readonly #exited: Promise<unknown>;
  readonly #fillers: Socket[] = [];
  #at = { host: "", port: 0 };

  private constructor(worker: Worker, released: Int32Array) {
    this.#worker = worker;
    this.#released = released;
    this.#exited = new Promise((resolve) => worker.once("exit", resolve));
  }

  /** Starts the thread, which takes tens of milliseconds, so that `listen` can follow a closed listener at once. */
  static async prepare(): Promise<DarkAddress | undefined> {
    const released = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(workerEntry("./dark-listener", import.meta.url), { workerData: released });
    const dark = new DarkAddress(worker, released);
    // An error event, such as a thread that the system does not grant, rejects this.
    const ready = once(worker, "message").then(() => dark);
    return ready.catch(() => undefined);
  }

  /** Listens, and is not dark yet. Undefined, or the code of the error; then `close` it all the same. */
  async listen(address: string, port: number, reusePort = false): Promise<string | undefined> {
    const answer = once(this.#worker, "message") as Promise<[DarkReport]>;
    this.#at = { host: address, port };
    this.#worker.postMessage({ address, port, reusePort } satisfies DarkOrder);
    const [report] = await answer;
    return report.kind === "failed" ? report.code : undefined;
  }

  /** Fills the queue. Undefined when the address is dark, else why it is not; then `close` it all the same. */
  async fill(): Promise<string | undefined> {
    for (let count = 0; count < fillerLimit; count++) {
      if ((await this.#fillOne()) === "silence") return undefined;
    }
    const { host, port } = this.#at;
    return `${fillerLimit} connections to ${host}:${port} were answered although nobody accepts them`;
  }

  /** Frees the address and ends the thread; what was queued is reset by the kernel. Idempotent. */
  async close(): Promise<void> {
    Atomics.store(this.#released, 0, 1);
    Atomics.notify(this.#released, 0);
    // The worker closes its listener by itself when it wakes; one that was never told to listen has to be ended.
    if (this.#fillers.length === 0) await this.#worker.terminate();
    await this.#exited;
    for (const filler of this.#fillers.splice(0)) filler.destroy();
  }

  #fillOne(): Promise<"answered" | "silence"> {
    return new Promise((resolve) => {
      const filler = connect(this.#at);
      this.#fillers.push(filler);
      const timer = setTimeout(() => {
        // It would go on sending SYNs, and take the first free place once the address is back.
        filler.destroy();
        resolve("silence");
      }, silenceMs);
      filler.once("connect", () => {
        clearTimeout(timer);
        resolve("answered");
      });
      filler.on("error", () => {
        clearTimeout(timer);
        resolve("answered");
      });
    });
  }
}
