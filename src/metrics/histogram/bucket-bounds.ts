import { usToSeconds } from "../../units.ts";

/** 50 us to 10 s, the steps 1, 2.5, 5 of each decade, in microseconds. */
export const defaultBoundsUs = [
  50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
  5_000_000, 10_000_000,
] as const;

/** The upper bounds of a histogram's classic buckets; the bucket without one, `+Inf`, is not among them. */
export class BucketBounds {
  /** In seconds, rising. */
  readonly seconds: readonly number[];
  readonly #us: readonly number[];

  /** `us`: in microseconds, rising; none leaves the `+Inf` bucket alone. */
  constructor(us: readonly number[]) {
    this.#us = us;
    this.seconds = us.map(usToSeconds);
  }

  get length(): number {
    return this.#us.length;
  }

  /** The index of the first bound that a time in microseconds does not exceed; their number where it exceeds all. */
  indexOf(us: number): number {
    const bounds = this.#us;
    let index = 0;
    while (index < bounds.length && us > (bounds[index] as number)) index++;
    return index;
  }
}
