import { stepsMs } from "../../api/queries.ts";
import { resultIndex } from "../../outcome.ts";
import { decodeResults } from "../codec/block-codec.ts";
import { type GroupBlock, groupSize, resultWidth } from "../group-block.ts";
import type { Level, Store } from "../store/store.ts";
import { startOfStep } from "./closed-minute.ts";

/** What a target's handshakes of a step were; `gone`: nobody knows any more, or yet. */
type Seen = "gone" | "none" | "clean" | "bad";

/** The longer first: where an hour was quiet, its parts are not looked at. */
const levels: readonly Level[] = [2, 1];

/**
 * Passes over times in which nothing is told of a target, by the counts of hours and of ten minutes: its minutes are
 * many, and each that any of its group is told of would have to be opened. For one question.
 */
export class QuietSteps {
  readonly id: number;
  readonly #seen = new Map<string, Seen>();
  /** Blocks that were opened. */
  opened = 0;

  constructor(id: number) {
    this.id = id;
  }

  /** The latest moment up to `endMs` before which something may be told of it; `fromMs` or less where there is none. */
  lastTold(store: Store, endMs: number, fromMs: number): number {
    let atMs = endMs;
    while (atMs > fromMs) {
      const level = levels.find((one) => this.#isQuiet(store, one, atMs));
      if (level === undefined) break;
      atMs = startOfStep(level, atMs - 1);
    }
    return atMs;
  }

  /**
   * Whether the step that ends at `atMs`, or goes on then, tells of nothing. A target that is up again tells so with a
   * handshake like any other: what came before has to be clean too. (Where the clock was put back in between, that is not
   * what was before in truth: docs/history.md says so.)
   */
  #isQuiet(store: Store, level: Level, atMs: number): boolean {
    const startMs = startOfStep(level, atMs - 1);
    const seen = this.#look(store, level, startMs);
    if (seen !== "clean") return seen === "none";
    return this.#look(store, level, startMs - stepsMs[level]) === "clean";
  }

  #look(store: Store, level: Level, startMs: number): Seen {
    const key = `${level} ${startMs}`;
    const seen = this.#seen.get(key) ?? this.#open(store, level, startMs);
    this.#seen.set(key, seen);
    return seen;
  }

  #open(store: Store, level: Level, startMs: number): Seen {
    if (startMs + stepsMs[level] > store.rolledUpTo(level)) return "gone";
    const data = store.block(level, startMs, Math.floor(this.id / groupSize));
    if (data === undefined) return "gone";
    this.opened++;
    return seenIn(decodeResults(data), this.id % groupSize);
  }
}

function seenIn({ results, synRetransmits }: Pick<GroupBlock, "results" | "synRetransmits">, offset: number): Seen {
  const counts = results.subarray(offset * resultWidth, (offset + 1) * resultWidth);
  const isBad =
    (synRetransmits[offset] ?? 0) > 0 || counts.some((count, index) => count > 0 && index !== resultIndex.ok);
  if (isBad) return "bad";
  return (counts[resultIndex.ok] ?? 0) > 0 ? "clean" : "none";
}
