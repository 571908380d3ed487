import type { NotAnswered, QuestionQueue } from "./question-queue.ts";

interface Shared<T> {
  readonly answer: Promise<T | NotAnswered>;
  /** Aborted once nobody waits for it any more. */
  readonly ending: AbortController;
  askers: number;
}

/**
 * Lets equal questions that wait or are under way be answered once: all pages ask the same at the same moment, which is
 * when something has changed. Who asks after a change that was told gets no answer that was begun before it.
 */
export class SharedQuestions<T> {
  readonly #queue: QuestionQueue;
  readonly #onChange: (listener: () => void) => () => void;
  readonly #open = new Map<string, Shared<T>>();
  #unsubscribe: (() => void) | undefined;

  constructor(queue: QuestionQueue, onChange: (listener: () => void) => () => void) {
    this.#queue = queue;
    this.#onChange = onChange;
  }

  /** `name`: equal for equal questions. Resolves with what `work` gives, or why there is nothing. */
  async run(name: string, peer: string, gone: AbortSignal, work: (gone: AbortSignal) => Promise<T>) {
    if (gone.aborted) return "gone";
    const before = this.#open.get(name);
    const answer = await this.#wait(name, before ?? this.#begin(name, peer, work), gone);
    // The place that was lost was another peer's.
    return answer === "busy" && before !== undefined ? this.#queue.run(peer, gone, () => work(gone)) : answer;
  }

  #begin(name: string, peer: string, work: (gone: AbortSignal) => Promise<T>): Shared<T> {
    const ending = new AbortController();
    const answer = this.#queue.run(peer, ending.signal, () => work(ending.signal));
    const shared = { answer, ending, askers: 0 };
    this.#open.set(name, shared);
    this.#unsubscribe ??= this.#onChange(() => this.#open.clear());
    const end = () => this.#end(name, shared);
    answer.then(end, end);
    return shared;
  }

  async #wait(name: string, shared: Shared<T>, gone: AbortSignal): Promise<T | NotAnswered> {
    const left = Promise.withResolvers<NotAnswered>();
    const leave = () => {
      left.resolve("gone");
      if (--shared.askers > 0) return;
      this.#end(name, shared);
      shared.ending.abort();
    };
    shared.askers++;
    gone.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([shared.answer, left.promise]);
    } finally {
      gone.removeEventListener("abort", leave);
    }
  }

  #end(name: string, shared: Shared<T>): void {
    if (this.#open.get(name) === shared) this.#open.delete(name);
    if (this.#open.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }
}
