import { isProblem, type Problem } from "../../../api/problem.ts";
import type { Question } from "../../../api/queries.ts";
import { filesAtMost, type Part } from "../../file-parts.ts";
import type { HistoryView } from "../../model.ts";
import { csvParts } from "./parts.ts";

/** A part that is to go to another thread. */
export interface MadePart extends Part {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A part is that long, or what was made in so much time: others wait no longer. */
const partLength = 64 * 1_024;
const partMs = 15;

const encoder = new TextEncoder();

/** Files on their way to those who asked, of the thread that has the view: the next part is made when it is asked for. */
export class OpenParts {
  readonly #open = new Map<number, Iterator<string>>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#open.size;
  }

  /** `id`: names it from now on. Throws as `next` does. */
  first(id: number, view: HistoryView, question: Question): MadePart | Problem {
    if (this.#open.size >= filesAtMost)
      return { problem: `${filesAtMost} files are being read; ask again`, status: 503 };
    const parts = csvParts(view, question);
    if (isProblem(parts)) return parts;
    this.#open.set(id, parts[Symbol.iterator]());
    return this.next(id);
  }

  /**
   * Of a file that is not known, because it has ended or another thread had it, there is no end: half a file is never
   * whole. Throws where there is a bug; the file has ended then.
   */
  next(id: number): MadePart | Problem {
    const parts = this.#open.get(id);
    if (parts === undefined) return unknown;
    let isMore = false;
    try {
      const part = this.#make(parts);
      isMore = part.isMore;
      return part;
    } finally {
      if (!isMore) this.#open.delete(id);
    }
  }

  #make(parts: Iterator<string>): MadePart {
    let text = "";
    const untilMs = this.#nowMs() + partMs;
    do {
      const next = parts.next();
      if (next.done === true) return { bytes: encoder.encode(text), isMore: false };
      text += next.value;
    } while (text.length < partLength && this.#nowMs() < untilMs);
    return { bytes: encoder.encode(text), isMore: true };
  }

  /** Nobody reads on. */
  end(id: number): void {
    this.#open.delete(id);
  }
}

const unknown: Problem = { problem: "nothing is known of that file" };
