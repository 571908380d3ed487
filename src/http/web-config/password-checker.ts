import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { PasswordQuestion } from "./password-worker.ts";

/** Checks that wait for the one before; who comes beyond is asked to come again. */
const maxWaiting = 8;
/** Answers that are remembered, right and wrong ones. */
const maxRemembered = 100;

/**
 * Holds passwords against bcrypt hashes on a thread of its own, because each takes some 70 ms at cost 10, one after another,
 * so that a flood of wrong ones takes one core at the most. What was asked once is remembered, by a keyed digest, so that a
 * scrape costs a check once.
 */
export class PasswordChecker {
  readonly #remembered = new Map<string, boolean>();
  readonly #salt = randomBytes(32);
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Undefined where too many wait already. Rejects where the thread died. */
  async check(password: string, hash: string): Promise<boolean | undefined> {
    const key = createHash("sha256").update(this.#salt).update(hash).update("\0").update(password).digest("base64");
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    if (this.#waiting >= maxWaiting) return undefined;
    this.#waiting++;
    const asking = this.#last.then(() => this.#ask({ password, hash }));
    this.#last = asking.catch(() => {});
    try {
      const isRight = await asking;
      this.#remember(key, isRight);
      return isRight;
    } finally {
      this.#waiting--;
    }
  }

  stop(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  async #ask(question: PasswordQuestion): Promise<boolean> {
    this.#worker ??= this.#start();
    this.#worker.postMessage(question);
    const [isRight] = (await once(this.#worker, "message")) as [boolean];
    return isRight;
  }

  #start(): Worker {
    const worker = new Worker(new URL("./password-worker.ts", import.meta.url));
    worker.unref();
    worker.once("error", () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }

  /** Wrong ones make room first, so that guessing does not make right ones cost again. */
  #remember(key: string, isRight: boolean): void {
    if (this.#remembered.size >= maxRemembered) {
      const [oldest] = this.#remembered.keys();
      const wrong = [...this.#remembered].find(([, right]) => !right)?.[0];
      this.#remembered.delete(wrong ?? (oldest as string));
    }
    this.#remembered.set(key, isRight);
  }
}
