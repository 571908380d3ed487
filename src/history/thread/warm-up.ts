import type { Question } from "../../api/queries.ts";
import { answerBytes } from "../answers/answer-bytes.ts";
import type { HistoryView } from "../model.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** V8 compiles what has been interpreted for a while, and better what has run for longer. */
const rounds = 3;

/**
 * Answers for nobody what the page asks first, so that whoever opens it is not the one who waits for V8 to compile the way there:
 * that takes longer than the answer. Once there is a minute to answer from.
 */
export class WarmUp {
  readonly #view: HistoryView;
  #left: Question[] | undefined;

  constructor(view: HistoryView) {
    this.#view = view;
  }

  /** Answers one question. False where there is nothing to answer yet, or none left. */
  step(): boolean {
    this.#left ??= this.#questions();
    const question = this.#left?.pop();
    if (question === undefined) return false;
    try {
      answerBytes(this.#view, question);
    } catch {
      // Whoever asks the same is told why it cannot be answered.
    }
    return true;
  }

  #questions(): Question[] | undefined {
    const { nowMs, sinceMs } = this.#view;
    if (sinceMs === undefined || nowMs - sinceMs < minuteMs) return undefined;
    const key = this.#view.targets()[0]?.target.key;
    return Array.from({ length: rounds }, () => questionsAt(nowMs, key)).flat();
  }
}

/** Of a day, as far as it goes: the steps of shorter ranges take the same way. */
function questionsAt(toMs: number, key: string | undefined): Question[] {
  const time = { fromMs: toMs - 24 * hourMs, toMs };
  const all = { ...time, cluster: "", zone: undefined };
  return [
    { ask: "history", query: { ...all, key } },
    { ask: "events", query: { ...all, key, kinds: [], before: undefined, limit: 50 } },
    { ask: "overview", query: { ...all, nodes: "sick", search: "", offset: 0, limit: 200 } },
  ];
}
