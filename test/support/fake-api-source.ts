import { isProblem, type Problem } from "../../src/api/problem.ts";
import type { Question } from "../../src/api/queries.ts";
import type { Status } from "../../src/api/v1.ts";
import { answerBytes } from "../../src/history/answers/answer-bytes.ts";
import { OpenParts } from "../../src/history/answers/csv/open-parts.ts";
import { type FileParts, partsFrom } from "../../src/history/file-parts.ts";
import type { HistoryView } from "../../src/history/model.ts";
import type { ApiSource, Changed } from "../../src/http/api/source.ts";
import { noonMs } from "./fake-history-view.ts";

/** Answers from a view, on this thread; a test may have it answer otherwise. */
export class FakeApiSource implements ApiSource {
  readonly asked: Question[] = [];
  readonly files = new OpenParts();
  readonly #listeners = new Set<(changed: Changed) => void>();
  readonly #view: HistoryView;
  instead: ((question: Question) => Promise<Uint8Array | Problem>) | undefined;

  constructor(view: HistoryView) {
    this.#view = view;
  }

  async ask(question: Question): Promise<Uint8Array | Problem> {
    this.asked.push(question);
    return this.instead === undefined ? answerBytes(this.#view, question) : this.instead(question);
  }

  async read(question: Question): Promise<FileParts | Problem> {
    this.asked.push(question);
    const instead = await this.instead?.(question);
    if (instead !== undefined)
      return isProblem(instead) ? instead : partsFrom({ bytes: instead, isMore: false }, ended, () => {});
    const id = this.asked.length;
    const first = this.files.first(id, this.#view, question);
    if (isProblem(first)) return first;
    return partsFrom(
      first,
      async () => this.files.next(id),
      () => this.files.end(id),
    );
  }

  status(): Status {
    return {
      version: "1.2.3",
      revision: "abcdef123456",
      nowMs: noonMs,
      startedMs: noonMs - 60_000,
      probeMs: 15_000,
      latencyIs: "rtt",
      history: {
        kind: "memory",
        sinceMs: noonMs - 60_000,
        bytes: 1_000,
        problem: "",
        problemSinceMs: null,
        damagedFiles: 0,
        damagedMs: null,
      },
    };
  }

  onChange(listener: (changed: Changed) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  changed(...keys: string[]): void {
    for (const listener of this.#listeners) listener({ keys, isMore: false });
  }
}

async function ended(): Promise<Problem> {
  return { problem: "it had one part" };
}
