import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { workerEntry } from "../../worker-entry.ts";
import type { PasswordQuestion } from "./password-worker.ts";

/** Of each address one check waits or is under way, and of so many addresses; who comes beyond is asked to come again. */
const maxPeers = 64;
/** Answers that are remembered, of right and of wrong ones each. */
const maxRemembered = 100;

/** A password that somebody at `peer` gives. */
export interface PasswordCheck extends PasswordQuestion {
  readonly peer: string;
}

interface Checking {
  readonly key: string;
  readonly answer: Promise<boolean>;
}

/**
 * Holds passwords against bcrypt hashes on a thread of its own, because each takes some 70 ms at cost 10, one after another,
 * so that a flood of wrong ones takes one core at the most. Every address has one place in the queue: who guesses waits for
 * himself, everybody else for one guess of his. What was asked once is remembered, by a keyed digest, so that a scrape costs
 * a check once, also after the configuration was read again.
 */
export class PasswordChecker {
  // Apart, so that guessing never makes a right one cost again.
  readonly #right = new Set<string>();
  readonly #wrong = new Set<string>();
  readonly #salt = randomBytes(32);
  readonly #checking = new Map<string, Checking>();
  readonly #stopped = new AbortController();
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** Undefined where the peer, or too many of them, wait already. Rejects where the thread died. */
  async check({ password, hash, peer }: PasswordCheck): Promise<boolean | undefined> {
    const key = createHash("sha256").update(this.#salt).update(hash).update("\0").update(password).digest("base64");
    if (this.#right.has(key)) return true;
    if (this.#wrong.has(key)) return false;
    const own = this.#checking.get(peer);
    // Two who give the same password from one address are no guessers.
    if (own !== undefined) return own.key === key ? own.answer : undefined;
    if (this.#checking.size >= maxPeers) return undefined;
    const answer = this.#last.then(() => this.#ask({ password, hash }));
    this.#last = answer.catch(() => {});
    this.#checking.set(peer, { key, answer });
    try {
      const isRight = await answer;
      remember(isRight ? this.#right : this.#wrong, key);
      return isRight;
    } finally {
      this.#checking.delete(peer);
    }
  }

  stop(): void {
    this.#stopped.abort();
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  async #ask(question: PasswordQuestion): Promise<boolean> {
    const { signal } = this.#stopped;
    signal.throwIfAborted();
    this.#worker ??= this.#start();
    this.#worker.postMessage(question);
    const [isRight] = (await once(this.#worker, "message", { signal })) as [boolean];
    return isRight;
  }

  #start(): Worker {
    const worker = new Worker(workerEntry("./password-worker", import.meta.url));
    worker.unref();
    worker.once("error", () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }
}

/** The oldest makes room. */
function remember(keys: Set<string>, key: string): void {
  const [oldest] = keys;
  if (keys.size >= maxRemembered && oldest !== undefined) keys.delete(oldest);
  keys.add(key);
}
