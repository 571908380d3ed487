import type { PastZone } from "../model.ts";

/** Of one target. One that changes its zone oftener than it is looked at loses its oldest ones. */
const atMost = 64;
/** Of all targets together, some 4 MB in the file; two stay of each, however many there are. */
const ofAllAtMost = 100_000;
const least = 2;

/** A target was in `zone` up to `nowMs`. `targets`: how many there are, all of which may do the same. */
export function withPast(past: readonly PastZone[], zone: string, nowMs: number, targets: number): PastZone[] {
  // A clock that was ahead may have said that others ended later.
  const before = past.filter(({ untilMs }) => untilMs < nowMs);
  const most = Math.max(least, Math.min(atMost, Math.floor(ofAllAtMost / targets)));
  return [...before, { zone, untilMs: nowMs }].slice(-most);
}

/** Those that reach into what is kept; the same array where that is all of them. */
export function pastSince(past: readonly PastZone[], oldestMs: number): readonly PastZone[] {
  return past.every(({ untilMs }) => untilMs > oldestMs) ? past : past.filter(({ untilMs }) => untilMs > oldestMs);
}

/** None ended later than `latestMs`, whatever a clock that was ahead has said; the same array where that is so. */
export function notAfter(past: readonly PastZone[], latestMs: number): readonly PastZone[] {
  if ((past.at(-1)?.untilMs ?? latestMs) <= latestMs) return past;
  return past.map(({ zone, untilMs }) => ({ zone, untilMs: Math.min(untilMs, latestMs) }));
}
