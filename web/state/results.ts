import type { ResultCounts } from "../../src/api/v1.ts";
import { isLost, results } from "../../src/outcome.ts";

/** What is read out of counts by result. */

export const resultWords = ["answered", "timed out", "refused", "reset", "unreachable", "not sent"] as const;

export function total(counts: ResultCounts): number {
  return counts.reduce((sum, one) => sum + one, 0);
}

/** Those that count against the target. */
export function lost(counts: ResultCounts): number {
  return results.reduce((sum, result, index) => sum + (isLost(result) ? (counts[index] ?? 0) : 0), 0);
}

/** Those that tell of the target: all but what was this machine's own fault. */
export function told(counts: ResultCounts): number {
  return counts[0] + lost(counts);
}

/** `3 timed out, 1 refused`; empty where all were answered. */
export function failures(counts: ResultCounts): string {
  return resultWords
    .map((word, index) => ({ word, count: counts[index] ?? 0 }))
    .slice(1)
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${word}`)
    .join(", ");
}
