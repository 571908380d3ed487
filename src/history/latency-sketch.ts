/**
 * The most that a quantile may be off, as a share of it. Every bucket's bounds lie as far apart as this allows
 * (DDSketch: Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees",
 * VLDB 2019), so that 3 buckets tell of 3 handshakes, and 922 of any number between 1 us and 100 s.
 */
export const relativeError = 0.01;
const gamma = (1 + relativeError) / (1 - relativeError);
const perLog = 1 / Math.log(gamma);
/** What lies beyond counts as this: no deadline is longer. Microseconds. */
const maxUs = 100_000_000;
export const maxIndex = indexOf(maxUs);

/** The bucket of a latency in microseconds: that whose upper bound is the least power of gamma not below it. */
export function indexOf(us: number): number {
  return us <= 1 ? 0 : Math.ceil(Math.log(Math.min(us, maxUs)) * perLog);
}

/** The latency that stands for all of a bucket: no further than the relative error from any in it. */
export function latencyOf(index: number): number {
  return index === 0 ? 1 : (2 * gamma ** index) / (gamma + 1);
}

/** Latencies as counts of buckets: sketches of minutes merge to those of hours and zones without any loss. */
export class LatencySketch {
  /** Of the buckets that are not empty, ascending; `counts` has theirs. */
  readonly indexes: number[] = [];
  readonly counts: number[] = [];

  get count(): number {
    let sum = 0;
    for (const count of this.counts) sum += count;
    return sum;
  }

  add(us: number): void {
    this.addTo(indexOf(us), 1);
  }

  addTo(index: number, count: number): void {
    const place = this.#placeOf(index);
    if (this.indexes[place] === index) {
      this.counts[place] = (this.counts[place] as number) + count;
      return;
    }
    this.indexes.splice(place, 0, index);
    this.counts.splice(place, 0, count);
  }

  merge(other: LatencySketch): void {
    for (let place = 0; place < other.indexes.length; place++) {
      this.addTo(other.indexes[place] as number, other.counts[place] as number);
    }
  }

  /** The nearest-rank quantile in microseconds, `share` from 0 (the least) to 1 (the greatest); undefined where there is none. */
  quantile(share: number): number | undefined {
    let left = Math.max(1, Math.ceil(share * this.count));
    for (let place = 0; place < this.indexes.length; place++) {
      left -= this.counts[place] as number;
      if (left <= 0) return latencyOf(this.indexes[place] as number);
    }
    return undefined;
  }

  #placeOf(index: number): number {
    let [low, high] = [0, this.indexes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.indexes[middle] as number) < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
