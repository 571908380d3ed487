import type { Ailing } from "./world.ts";

/** What began this close together is one thing: probes are spread over their interval, and a timeout takes its time. */
const togetherMs = 600_000;

/** A time as headlines write it; who shows it puts local time in its place. */
export function timeOf(ms: number): string {
  return `{${Math.round(ms)}}`;
}

/** ` since {...}`; empty where nobody knows. */
export function since(ms: number | null): string {
  return ms === null ? "" : ` since ${timeOf(ms)}`;
}

/**
 * Since when many are as they are: the first of most of them, however long others have been so. Where they did not begin
 * together, the newest tells that there is news.
 */
export function sinceOfMany(ailing: readonly Ailing[]): string {
  const times = ailing.flatMap(({ sinceMs }) => (sinceMs === null ? [] : [sinceMs])).toSorted((a, b) => a - b);
  const [middle, last] = [times[times.length >> 1], times.at(-1)];
  if (middle === undefined || last === undefined) return "";
  const together = times.filter((ms) => Math.abs(ms - middle) <= togetherMs);
  if (together.length * 2 > ailing.length) return since(together[0] as number);
  return `, the last since ${timeOf(last)}`;
}

/** When the middle one of them began; null where it is not known of any. */
export function middleSinceMs(ailing: readonly Ailing[]): number | null {
  const times = ailing.flatMap(({ sinceMs }) => (sinceMs === null ? [] : [sinceMs])).toSorted((a, b) => a - b);
  return times[times.length >> 1] ?? null;
}
