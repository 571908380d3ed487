import { results } from "../outcome.ts";
import { usToSeconds } from "../units.ts";

/** Bounds of the RTT's buckets, in microseconds: 50 us to 10 s, the steps 1, 2.5, 5 of each decade. */
const rttBoundsUs = [
  50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
  5_000_000, 10_000_000,
] as const;
/** As `le` shows them, in seconds. */
export const rttBounds = rttBoundsUs.map((us) => String(usToSeconds(us)));

/** What is counted of a target, by column of doubles. */
export const column = {
  /** 1 if the last handshake was answered, -1 if it was lost, 0 before the first that tells. */
  up: 0,
  connectCount: 1,
  connectUs: 2,
  synSent: 3,
  synRetransmits: 4,
  rttUs: 5,
  /** When the handshake that `up` is of began, on the monotonic clock, in milliseconds. */
  upStartedMs: 6,
} as const;
/** Handshakes by result, in the order of `resultIndex`. */
export const firstResult = 7;
export const width = firstResult + results.length;

/**
 * RTTs by bucket, each in the first whose bound it does not exceed; the last is beyond all bounds. In columns of their
 * own, of 32 bits: at ten handshakes a second one is full after 13 years.
 */
export const buckets = rttBounds.length + 1;

/** The index of an RTT's bucket. */
export function bucketOf(rttUs: number): number {
  let bucket = 0;
  while (bucket < rttBoundsUs.length && rttUs > (rttBoundsUs[bucket] as number)) bucket++;
  return bucket;
}
