import type { KnownTarget } from "./model.ts";

/** The zone that a target was in at a moment. */
export function zoneAt({ target, pastZones }: KnownTarget, atMs: number): string {
  // Most have never been in another.
  if (pastZones.length === 0) return target.zone;
  return pastZones.find(({ untilMs }) => atMs < untilMs)?.zone ?? target.zone;
}

/** Whether a target is in a zone, or ever was as far as that is kept. */
export function wasEverIn({ target, pastZones }: KnownTarget, zone: string): boolean {
  return target.zone === zone || pastZones.some((past) => past.zone === zone);
}
