import { indexOf, LatencySketch } from "../latency-sketch.ts";
import type { NativeBucket } from "./query-client.ts";

/** Upper bound in microseconds, and how many round trips there are between it and the one before. */
export interface BoundedCount {
  readonly lowerUs: number;
  readonly upperUs: number;
  readonly count: number;
}

/** In so many places at most the round trips of a bucket are put. */
const mostPlaces = 16;

/** A sketch of buckets: within each, round trips lie evenly on a logarithmic scale, for all that is known. */
export function sketchOf(buckets: readonly BoundedCount[]): LatencySketch {
  const sketch = new LatencySketch();
  for (const { lowerUs, upperUs, count } of buckets) {
    const whole = Math.round(count);
    const places = Math.min(mostPlaces, whole);
    const [low, high] = [Math.max(1, Math.min(lowerUs, upperUs)), Math.max(1, upperUs)];
    for (let place = 0; place < places; place++) {
      const us = low * (high / low) ** ((place + 0.5) / places);
      // The remainder goes to the first places, so that their sum is the count.
      sketch.addTo(indexOf(us), Math.floor((whole + places - 1 - place) / places));
    }
  }
  return sketch;
}

/** Classic buckets by their `le` in seconds, each with all below it in it. What is above the last bound lies at it. */
export function ofClassic(counts: ReadonlyMap<number, number>): BoundedCount[] {
  const bounds = [...counts].toSorted(([a], [b]) => a - b);
  const buckets: BoundedCount[] = [];
  let [lowerUs, below] = [0, 0];
  for (const [le, count] of bounds) {
    const upperUs = Number.isFinite(le) ? le * 1e6 : lowerUs;
    // A half: the lowest bucket has no lower bound, and its middle is nearer to the truth than its end.
    const from = lowerUs === 0 ? upperUs / 2 : lowerUs;
    if (count > below) buckets.push({ lowerUs: from, upperUs, count: count - below });
    [lowerUs, below] = [upperUs, Math.max(below, count)];
  }
  return buckets;
}

export function ofNative(buckets: readonly NativeBucket[]): BoundedCount[] {
  return buckets.map(([, lower, upper, count]) => ({
    lowerUs: Number(lower) * 1e6,
    upperUs: Number(upper) * 1e6,
    count: Number(count),
  }));
}
