import { clockTime, dayMs, dayName, hourMs, minuteMs } from "./times.ts";

export interface Tick {
  readonly atMs: number;
  readonly text: string;
  /** Whether a day begins there. */
  readonly isDay: boolean;
}

const distancesMs = [
  minuteMs,
  2 * minuteMs,
  5 * minuteMs,
  10 * minuteMs,
  15 * minuteMs,
  30 * minuteMs,
  hourMs,
  2 * hourMs,
  3 * hourMs,
  6 * hourMs,
  12 * hourMs,
  dayMs,
  2 * dayMs,
  7 * dayMs,
];

/** The ticks of a time axis, at most `most` of them, at times that are round in the reader's time zone. */
export function ticksOf(fromMs: number, toMs: number, most: number): Tick[] {
  const distanceMs = distancesMs.find((ms) => (toMs - fromMs) / ms <= Math.max(1, most)) ?? 7 * dayMs;
  const ticks: Tick[] = [];
  for (let atMs = firstRound(fromMs, distanceMs); atMs < toMs; atMs = next(atMs, distanceMs)) ticks.push(tickAt(atMs));
  return ticks;
}

function tickAt(atMs: number): Tick {
  const isDay = clockTime(atMs) === "00:00";
  return { atMs, isDay, text: isDay ? dayName(atMs) : clockTime(atMs) };
}

function firstRound(fromMs: number, distanceMs: number): number {
  const midnightMs = new Date(fromMs).setHours(0, 0, 0, 0);
  if (distanceMs >= dayMs) return midnightMs === fromMs ? fromMs : next(midnightMs, dayMs);
  return midnightMs + Math.ceil((fromMs - midnightMs) / distanceMs) * distanceMs;
}

/** Days are counted in the calendar: where clocks are changed, one has 23 or 25 hours. */
function next(atMs: number, distanceMs: number): number {
  if (distanceMs < dayMs) return atMs + distanceMs;
  const date = new Date(atMs);
  return date.setDate(date.getDate() + distanceMs / dayMs);
}
