import { ask, type Reply } from "./ask.ts";
import { retain } from "./retain.ts";

/** What is known of a question's answer. */
export interface Answered<T> {
  /** The last answer, also one to the question before, so that a change of range does not blank the page. What of it is as before is the same object. */
  readonly value: T | undefined;
  /** Why there is no newer one. */
  readonly problem: Exclude<Reply<unknown>, { readonly kind: "answer" }> | undefined;
  readonly isLoading: boolean;
}

/** A server that is away, starting or busy is asked again. */
const retryMs = 2_000;

/** Asks a question again and again, one at a time, and tells what it hears. */
export class Asker<T> {
  readonly #tell: (answered: Answered<T>) => void;
  #answered: Answered<T> = { value: undefined, problem: undefined, isLoading: true };
  #url: string | undefined;
  #asking: AbortController | undefined;
  #isDue = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (answered: Answered<T>) => void) {
    this.#tell = tell;
  }

  /** Another question ends the one before; the same again waits for it. */
  ask(url: string): void {
    clearTimeout(this.#retry);
    if (url === this.#url && this.#asking !== undefined) {
      this.#isDue = true;
      return;
    }
    this.#asking?.abort();
    this.#url = url;
    void this.#ask(url);
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#asking?.abort();
    this.#asking = undefined;
  }

  async #ask(url: string): Promise<void> {
    const asking = new AbortController();
    this.#asking = asking;
    this.#isDue = false;
    this.#say({ isLoading: true });
    const reply = await ask<T>(url, asking.signal).catch(() => undefined);
    if (reply === undefined || this.#asking !== asking) return;
    this.#asking = undefined;
    if (reply.kind === "answer")
      this.#say({ value: retain(this.#answered.value, reply.value), problem: undefined, isLoading: false });
    else this.#say({ problem: reply, isLoading: false });
    if (this.#isDue) void this.#ask(url);
    else if (reply.kind === "silent" || (reply.kind === "refused" && reply.status >= 500)) this.#askLater(url);
  }

  #askLater(url: string): void {
    this.#retry = setTimeout(() => (document.hidden ? this.#askLater(url) : this.ask(url)), retryMs);
  }

  #say(change: Partial<Answered<T>>): void {
    this.#answered = { ...this.#answered, ...change };
    this.#tell(this.#answered);
  }
}
