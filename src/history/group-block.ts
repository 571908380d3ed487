import type { ResultCounts } from "../api/v1.ts";
import { results } from "../outcome.ts";
import { LatencySketch, maxIndex } from "./latency-sketch.ts";
import type { Bucket } from "./model.ts";

/** Targets with consecutive ids that are stored as one. */
export const groupSize = 256;
/** Counts by result, of one target. */
export const resultWidth = results.length;

/** A step of time of a group of targets, in columns. `offset`: a target's place in its group. */
export interface GroupBlock {
  /** By offset, `resultWidth` each. */
  readonly results: Uint32Array;
  readonly synSent: Uint32Array;
  readonly synRetransmits: Uint32Array;
  /** Where the latencies of each offset begin in the two below; one more at the end. */
  readonly firsts: Uint32Array;
  /** Buckets of the sketch that are not empty, ascending within a target, and what they count. */
  readonly indexes: Uint16Array;
  readonly counts: Uint32Array;
}

/** What was measured of the target at `offset`; undefined where nothing was. */
export function bucketOf(block: GroupBlock, offset: number): Bucket | undefined {
  const from = offset * resultWidth;
  const counts = [...block.results.subarray(from, from + resultWidth)] as unknown as ResultCounts;
  if (counts.every((count) => count === 0)) return undefined;
  const latency = new LatencySketch();
  for (let at = block.firsts[offset] as number; at < (block.firsts[offset + 1] as number); at++) {
    latency.indexes.push(block.indexes[at] as number);
    latency.counts.push(block.counts[at] as number);
  }
  return {
    results: counts,
    synSent: block.synSent[offset] as number,
    synRetransmits: block.synRetransmits[offset] as number,
    latency,
  };
}

/** The sum of two buckets. */
export function addBuckets(a: Bucket | undefined, b: Bucket): Bucket {
  const latency = new LatencySketch();
  if (a !== undefined) latency.merge(a.latency);
  latency.merge(b.latency);
  return {
    results: b.results.map((count, index) => count + (a?.results[index] ?? 0)) as unknown as ResultCounts,
    synSent: b.synSent + (a?.synSent ?? 0),
    synRetransmits: b.synRetransmits + (a?.synRetransmits ?? 0),
    latency,
  };
}

/** The sum of blocks of one group: of the steps that make a longer one, or of what came late. */
export function mergeBlocks(blocks: readonly GroupBlock[]): GroupBlock {
  const [only] = blocks;
  if (only !== undefined && blocks.length === 1) return only;
  const { firsts, indexes, counts } = mergeSketches(blocks);
  return {
    results: sumColumns(blocks.map((block) => block.results)),
    synSent: sumColumns(blocks.map((block) => block.synSent)),
    synRetransmits: sumColumns(blocks.map((block) => block.synRetransmits)),
    firsts,
    indexes,
    counts,
  };
}

function sumColumns(columns: readonly Uint32Array[]): Uint32Array {
  const sum = new Uint32Array(Math.max(0, ...columns.map((column) => column.length)));
  for (const column of columns) {
    for (let at = 0; at < column.length; at++) sum[at] = (sum[at] as number) + (column[at] as number);
  }
  return sum;
}

type Sketches = Pick<GroupBlock, "firsts" | "indexes" | "counts">;

function mergeSketches(blocks: readonly GroupBlock[]): Sketches {
  const most = blocks.reduce((sum, block) => sum + block.indexes.length, 0);
  const firsts = new Uint32Array(groupSize + 1);
  const indexes = new Uint16Array(most);
  const counts = new Uint32Array(most);
  const dense = new DenseSketch();
  let length = 0;
  for (let offset = 0; offset < groupSize; offset++) {
    firsts[offset] = length;
    for (const block of blocks) {
      const to = block.firsts[offset + 1] as number;
      for (let at = block.firsts[offset] as number; at < to; at++) {
        dense.add(block.indexes[at] as number, block.counts[at] as number);
      }
    }
    dense.drain((index, count) => {
      indexes[length] = index;
      counts[length++] = count;
    });
  }
  firsts[groupSize] = length;
  return { firsts, indexes: indexes.slice(0, length), counts: counts.slice(0, length) };
}

/** A sketch with room for every bucket: quick to add to, used again and again. */
export class DenseSketch {
  readonly #counts = new Uint32Array(maxIndex + 1);
  #least = maxIndex + 1;
  #most = -1;

  add(index: number, count: number): void {
    this.#counts[index] = (this.#counts[index] as number) + count;
    if (index < this.#least) this.#least = index;
    if (index > this.#most) this.#most = index;
  }

  /** Gives each bucket that is not empty, ascending, and empties it. */
  drain(each: (index: number, count: number) => void): void {
    for (let index = this.#least; index <= this.#most; index++) {
      const count = this.#counts[index] as number;
      if (count === 0) continue;
      this.#counts[index] = 0;
      each(index, count);
    }
    this.#least = maxIndex + 1;
    this.#most = -1;
  }
}
