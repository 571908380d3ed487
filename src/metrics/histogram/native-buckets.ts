import { Columns } from "../columns.ts";
import { bucketAt, bucketsPerOctave, firstIndex, octaves, schema, zeroThreshold } from "./native-scale.ts";

/** One native histogram at a time, its buckets that hold something in rising order. */
export interface NativeView {
  readonly schema: number;
  /** In seconds. */
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly length: number;
  /** The index of the bucket on its scale, and what it alone holds. */
  index(position: number): number;
  count(position: number): number;
}

/** A block is an octave: the next block of its row (0 for none), which octave it is, and its buckets. */
const next = 0;
const octave = 1;
const firstBucket = 2;
const blockWidth = firstBucket + bucketsPerOctave;
/** The zero bucket is the first bucket of an octave of its own, below all others. */
const zeroOctave = 0;

/**
 * Native histograms by row. Most times to one target lie in two or three octaves of 27, so that a row has blocks for
 * those alone: 40 bytes each, where all the buckets there can be are 868.
 */
export class NativeBuckets {
  /** The first block of each row. */
  #heads: Columns = new Columns(1, Uint32Array);
  #blocks: Columns = new Columns(blockWidth, Uint32Array);
  /** How many blocks there are, the free ones and block 0, which is none, included. */
  #size = 1;
  /** The first of the free blocks. */
  #free = 0;

  /** Makes room for a row that has not been used yet, or was released. */
  clear(row: number): void {
    this.#heads.clear(row);
  }

  /** Takes away what the row counts. */
  release(row: number): void {
    let block = this.#heads.get(row, 0);
    while (block !== 0) {
      const following = this.#blocks.get(block, next);
      this.#blocks.set(block, next, this.#free);
      this.#free = block;
      block = following;
    }
    this.#heads.set(row, 0, 0);
  }

  /** Counts a time in microseconds. */
  observe(row: number, us: number): void {
    const at = bucketAt(us);
    const isZero = at < 0;
    const wanted = isZero ? zeroOctave : 1 + Math.floor(at / bucketsPerOctave);
    const bucket = isZero ? 0 : at % bucketsPerOctave;
    this.#blocks.add(this.#blockOf(row, wanted), firstBucket + bucket, 1);
  }

  /** The first `rows` rows as they are now. */
  copy(rows: number): NativeBuckets {
    const copy = new NativeBuckets();
    copy.#heads = this.#heads.copy(rows);
    copy.#blocks = this.#blocks.copy(this.#size);
    return copy;
  }

  /** Gives the memory back; nothing can be read after. */
  free(): void {
    this.#heads.free();
    this.#blocks.free();
  }

  /** Something to read rows with, one at a time. */
  cursor(): NativeCursor {
    return new NativeCursor(this.#heads, this.#blocks);
  }

  /** The row's block of an octave; they stand in rising order. */
  #blockOf(row: number, wanted: number): number {
    let before = 0;
    let block = this.#heads.get(row, 0);
    while (block !== 0 && this.#blocks.get(block, octave) < wanted) {
      before = block;
      block = this.#blocks.get(block, next);
    }
    if (block !== 0 && this.#blocks.get(block, octave) === wanted) return block;
    const created = this.#takeBlock();
    this.#blocks.set(created, octave, wanted);
    this.#blocks.set(created, next, block);
    if (before === 0) this.#heads.set(row, 0, created);
    else this.#blocks.set(before, next, created);
    return created;
  }

  #takeBlock(): number {
    const reused = this.#free;
    if (reused !== 0) this.#free = this.#blocks.get(reused, next);
    const block = reused === 0 ? this.#size++ : reused;
    this.#blocks.clear(block);
    return block;
  }
}

/** Reads one row at a time. */
export class NativeCursor implements NativeView {
  readonly schema = schema;
  readonly zeroThreshold = zeroThreshold;
  zeroCount = 0;
  length = 0;
  readonly #heads: Columns;
  readonly #blocks: Columns;
  readonly #indices = new Int32Array(octaves * bucketsPerOctave);
  readonly #counts = new Uint32Array(octaves * bucketsPerOctave);

  constructor(heads: Columns, blocks: Columns) {
    this.#heads = heads;
    this.#blocks = blocks;
  }

  moveTo(row: number): void {
    const blocks = this.#blocks;
    this.zeroCount = 0;
    this.length = 0;
    for (let block = this.#heads.get(row, 0); block !== 0; block = blocks.get(block, next)) {
      const of = blocks.get(block, octave);
      if (of === zeroOctave) this.zeroCount = blocks.get(block, firstBucket);
      else this.#read(block, firstIndex + (of - 1) * bucketsPerOctave);
    }
  }

  index(position: number): number {
    return this.#indices[position] as number;
  }

  count(position: number): number {
    return this.#counts[position] as number;
  }

  #read(block: number, lowest: number): void {
    for (let bucket = 0; bucket < bucketsPerOctave; bucket++) {
      const count = this.#blocks.get(block, firstBucket + bucket);
      if (count === 0) continue;
      this.#indices[this.length] = lowest + bucket;
      this.#counts[this.length] = count;
      this.length++;
    }
  }
}
