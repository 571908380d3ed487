import type { Outcome } from "../outcome.ts";
import type { Target } from "../target.ts";

/** Why a round of a target had no handshake; the `reason` label of `pingo_probes_skipped_total`. */
export const skipReasons = ["late", "overlap", "capacity"] as const;
export type SkipReason = (typeof skipReasons)[number];

/** Hears of everything that is probed. */
export interface ProbeListener {
  /** A handshake began, `lagMs` after it was due. Told at its start, or, by an engine on another thread, at its end. */
  started(target: Target, lagMs: number): void;
  ended(target: Target, outcome: Outcome): void;
  skipped(target: Target, reason: SkipReason, rounds: number): void;
}

export interface ProbingOptions {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** To all targets together. */
  readonly maxInFlight: number;
  readonly listener: ProbeListener;
}

/**
 * Probes each target once an interval, at the place that its name gives it. Who keeps the schedule, and on which
 * thread, is the implementation's own affair.
 */
export interface Probing {
  add(target: Target): void;
  /** Ends a probe at once; what is in flight is given up and counts for nothing. */
  remove(key: string): void;
  /** Same target, other labels. */
  relabel(target: Target): void;
  /** Ends every probe; the engine behind it is stopped by itself. Can be called again. */
  stop(): void;
}

/**
 * How many handshakes to one target may be in flight. More than one only where the timeout reaches the interval: then
 * one may still be ending when the next is due.
 */
export function maxInFlightPerTarget({ timeoutMs, intervalMs }: { timeoutMs: number; intervalMs: number }): number {
  return 1 + Math.floor(timeoutMs / intervalMs);
}
