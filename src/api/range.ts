import type { StepMs, TimeQuery } from "./queries.ts";
import type { Range } from "./v1.ts";

const hourMs = 3_600_000;

/** A range of steps that a history keeps. */
export interface SteppedRange extends Range {
  readonly stepMs: StepMs;
}

/** The step for a range of this length: the shortest that makes no more than some 200 columns of it. */
export function stepFor(lengthMs: number): StepMs {
  if (lengthMs <= 3 * hourMs) return 60_000;
  if (lengthMs <= 30 * hourMs) return 600_000;
  if (lengthMs <= 192 * hourMs) return 3_600_000;
  return 21_600_000;
}

/** The whole steps that hold all from `fromMs` to before `toMs`; one at least. */
export function rangeOf({ fromMs, toMs }: TimeQuery): SteppedRange {
  const stepMs = stepFor(toMs - fromMs);
  const first = Math.floor(fromMs / stepMs);
  const columns = Math.max(1, Math.ceil(toMs / stepMs) - first);
  return { fromMs: first * stepMs, toMs: (first + columns) * stepMs, stepMs, columns };
}

/** The column of a step that starts then; it may lie outside. */
export function columnOf({ fromMs, stepMs }: Range, startMs: number): number {
  return Math.floor((startMs - fromMs) / stepMs);
}
