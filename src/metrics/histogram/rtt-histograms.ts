import { usToSeconds } from "../../units.ts";
import { Columns } from "../columns.ts";
import type { BucketBounds } from "./bucket-bounds.ts";
import { NativeBuckets, type NativeCursor, type NativeView } from "./native-buckets.ts";

/** One histogram at one moment, in both of its forms. */
export interface HistogramView {
  readonly count: number;
  /** In seconds. */
  readonly sum: number;
  /** The same object for all of a family, which is what it is known by. */
  readonly bounds: Pick<BucketBounds, "seconds">;
  /** What a classic bucket alone holds; that behind the last bound is without a bound. */
  bucket(index: number): number;
  /** Undefined where there are classic buckets only. */
  readonly native: NativeView | undefined;
}

/**
 * Histograms of times by row, each in classic buckets and in native ones. Counts are of 32 bits: at ten handshakes a
 * second one is full after 13 years.
 */
export class RttHistograms {
  readonly #bounds: BucketBounds;
  #classic: Columns;
  /** In microseconds. */
  #sums: Columns;
  #native: NativeBuckets;

  constructor(bounds: BucketBounds) {
    this.#bounds = bounds;
    this.#classic = new Columns(bounds.length + 1, Uint32Array);
    this.#sums = new Columns(1, Float64Array);
    this.#native = new NativeBuckets();
  }

  /** Makes room for a row that has not been used yet, or was released. */
  clear(row: number): void {
    this.#classic.clear(row);
    this.#sums.clear(row);
    this.#native.clear(row);
  }

  release(row: number): void {
    this.#native.release(row);
  }

  observe(row: number, us: number): void {
    this.#classic.add(row, this.#bounds.indexOf(us), 1);
    this.#sums.add(row, 0, us);
    this.#native.observe(row, us);
  }

  /** The first `rows` rows as they are now. */
  copy(rows: number): RttHistograms {
    const copy = new RttHistograms(this.#bounds);
    copy.#classic = this.#classic.copy(rows);
    copy.#sums = this.#sums.copy(rows);
    copy.#native = this.#native.copy(rows);
    return copy;
  }

  /** Gives the memory back; nothing can be read after. */
  free(): void {
    for (const part of [this.#classic, this.#sums, this.#native]) part.free();
  }

  /** Something to read rows with, one at a time. */
  cursor(): HistogramCursor {
    return new HistogramCursor(this.#bounds, this.#classic, this.#sums, this.#native.cursor());
  }
}

/** Reads one row at a time. */
export class HistogramCursor implements HistogramView {
  readonly bounds: BucketBounds;
  readonly native: NativeCursor;
  count = 0;
  sum = 0;
  readonly #classic: Columns;
  readonly #sums: Columns;
  #row = 0;

  constructor(bounds: BucketBounds, classic: Columns, sums: Columns, native: NativeCursor) {
    this.bounds = bounds;
    this.native = native;
    this.#classic = classic;
    this.#sums = sums;
  }

  moveTo(row: number): this {
    this.#row = row;
    this.count = 0;
    for (let index = 0; index <= this.bounds.length; index++) this.count += this.bucket(index);
    this.sum = usToSeconds(this.#sums.get(row, 0));
    this.native.moveTo(row);
    return this;
  }

  bucket(index: number): number {
    return this.#classic.get(this.#row, index);
  }
}
