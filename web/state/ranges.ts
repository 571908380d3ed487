import { parseSpan } from "../../src/api/parse-time.ts";
import { stepsMs } from "../../src/api/queries.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A history's shortest and longest question. */
export const minRangeMs = 15 * minuteMs;
export const maxRangeMs = 30 * dayMs;

/** The ranges that are offered. */
export const rangesMs = [
  15 * minuteMs,
  hourMs,
  3 * hourMs,
  6 * hourMs,
  24 * hourMs,
  2 * dayMs,
  7 * dayMs,
  30 * dayMs,
] as const;

/** `15m`, `1h`, `24h`, `7d`; undefined for what is none. What is too short or too long is brought into bounds. */
export function parseRange(text: string): number | undefined {
  const ms = parseSpan(text);
  return ms === undefined ? undefined : boundRange(ms);
}

/** In the unit that leaves it whole, and a day as `24h`. */
export function formatRange(rangeMs: number): string {
  if (rangeMs % dayMs === 0 && rangeMs > dayMs) return `${rangeMs / dayMs}d`;
  if (rangeMs % hourMs === 0) return `${rangeMs / hourMs}h`;
  return `${Math.round(rangeMs / minuteMs)}m`;
}

export function boundRange(rangeMs: number): number {
  return Math.min(maxRangeMs, Math.max(minRangeMs, Math.round(rangeMs / minuteMs) * minuteMs));
}

export interface TimeWindow {
  /** Undefined for now. */
  readonly atMs: number | undefined;
  readonly rangeMs: number;
}

/** The window for what was marked: never shorter than a history answers, about the same middle, never ahead of now. */
export function windowOf(fromMs: number, toMs: number, nowMs: number): TimeWindow {
  const rangeMs = boundRange(toMs - fromMs);
  return endingAt((fromMs + toMs + rangeMs) / 2, rangeMs, nowMs);
}

/** The same range, so many of its lengths later. */
export function moved({ atMs, rangeMs }: TimeWindow, lengths: number, nowMs: number): TimeWindow {
  return endingAt((atMs ?? nowMs) + lengths * rangeMs, rangeMs, nowMs);
}

/** About the same middle, so many times as long. */
export function stretched({ atMs, rangeMs }: TimeWindow, factor: number, nowMs: number): TimeWindow {
  const longMs = boundRange(rangeMs * factor);
  if (atMs === undefined) return { atMs, rangeMs: longMs };
  return endingAt(atMs + (longMs - rangeMs) / 2, longMs, nowMs);
}

/** What reaches to now goes on with it. */
function endingAt(endMs: number, rangeMs: number, nowMs: number): TimeWindow {
  const atMs = Math.round(endMs / minuteMs) * minuteMs;
  return { atMs: atMs >= nowMs - minuteMs / 2 ? undefined : atMs, rangeMs };
}

/** The step a history is likely to answer such a range in: how often there is something new even where nothing happens. */
export function likelyStepMs(rangeMs: number): number {
  return stepsMs.find((stepMs) => rangeMs / stepMs <= 200) ?? stepsMs[stepsMs.length - 1] ?? minuteMs;
}
