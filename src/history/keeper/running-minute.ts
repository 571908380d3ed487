import { resultIndex } from "../../outcome.ts";
import { type GroupBlock, groupSize, resultWidth } from "../group-block.ts";
import { indexOf } from "../latency-sketch.ts";
import { grown } from "./typed-columns.ts";

/** A latency is kept as `id * 1024 + bucket` while its minute runs: a number, however many targets there are. */
const bucketBits = 10;
const bucketMask = (1 << bucketBits) - 1;
/** Ids that fit beside a bucket in 32 bits. */
export const idsAtMost = 2 ** (32 - bucketBits);
/** Of a minute, 16 MB: 65,000 targets with a handshake a second. What is beyond counts, but without its latency. */
const latenciesAtMost = 4_000_000;

/** What of a handshake is counted. */
export interface CountedHandshake {
  readonly id: number;
  /** Its index in `results`. */
  readonly result: number;
  readonly latencyUs: number | undefined;
  readonly synSent: number | undefined;
}

/** Handshakes of a target; `lost`: those that tell of it and failed. */
export interface Figures {
  readonly all: number;
  readonly ok: number;
  readonly lost: number;
  readonly synSent: number;
  readonly synRetransmits: number;
}

/** What is measured in the minute that goes on, of all targets, in columns. */
export class RunningMinute {
  #results = new Uint32Array(0);
  #synSent = new Uint32Array(0);
  #synRetransmits = new Uint32Array(0);
  #latencies = new Uint32Array(0);
  #latencyCount = 0;
  /** One more than the highest id. */
  #ids = 0;
  #handshakes = 0;
  #lostLatencies = 0;

  get ids(): number {
    return this.#ids;
  }

  /** All that were counted in it; another number is another state. */
  get handshakes(): number {
    return this.#handshakes;
  }

  get lostLatencies(): number {
    return this.#lostLatencies;
  }

  count({ id, result, latencyUs, synSent }: CountedHandshake): void {
    if (id >= this.#ids) this.#reach(id);
    this.#handshakes++;
    addAt(this.#results, id * resultWidth + result, 1);
    if (latencyUs !== undefined) this.#keepLatency(id, latencyUs);
    if (synSent === undefined) return;
    addAt(this.#synSent, id, synSent);
    addAt(this.#synRetransmits, id, Math.max(0, synSent - 1));
  }

  /** The latencies so far, by id and then ascending. Each id has a few: they are put in its place, and sorted there. */
  sortedLatencies(): Uint32Array {
    const all = this.#latencies.subarray(0, this.#latencyCount);
    const ends = new Uint32Array(this.#ids);
    for (const latency of all) addAt(ends, idIn(latency), 1);
    let before = 0;
    for (let id = 0; id < this.#ids; id++) {
      const count = ends[id] as number;
      ends[id] = before;
      before += count;
    }
    const sorted = new Uint32Array(all.length);
    for (const latency of all) {
      const id = idIn(latency);
      sorted[ends[id] as number] = latency;
      addAt(ends, id, 1);
    }
    for (let id = 0; id < this.#ids; id++)
      sortPart(sorted, id === 0 ? 0 : (ends[id - 1] as number), ends[id] as number);
    return sorted;
  }

  /** Of one target, in no order. */
  latenciesOf(id: number): Uint32Array {
    const from = id * (bucketMask + 1);
    return this.#latencies
      .subarray(0, this.#latencyCount)
      .filter((value) => value >= from && value - from <= bucketMask);
  }

  resultsOf(id: number): Uint32Array {
    return this.#results.subarray(id * resultWidth, (id + 1) * resultWidth);
  }

  /** Its sums. */
  figuresOf(id: number): Figures {
    const from = id * resultWidth;
    let all = 0;
    for (let at = from; at < from + resultWidth; at++) all += this.#results[at] as number;
    const ok = this.#results[from + resultIndex.ok] as number;
    const lost = all - ok - (this.#results[from + resultIndex.local] as number);
    const [synSent, synRetransmits] = [this.#synSent[id] as number, this.#synRetransmits[id] as number];
    return { all, ok, lost, synSent, synRetransmits };
  }

  addResultsTo(sums: number[], id: number): void {
    for (let result = 0; result < resultWidth; result++) {
      sums[result] = (sums[result] as number) + (this.#results[id * resultWidth + result] as number);
    }
  }

  synsOf(id: number): { synSent: number; synRetransmits: number } {
    return { synSent: this.#synSent[id] as number, synRetransmits: this.#synRetransmits[id] as number };
  }

  /** A group's part; `latencies` as `sortedLatencies` gave them. Undefined where nothing was measured of the group. */
  group(group: number, latencies: Uint32Array): GroupBlock | undefined {
    const from = group * groupSize;
    const to = Math.min(from + groupSize, this.#ids);
    const counted = this.#results.subarray(from * resultWidth, Math.max(from, to) * resultWidth);
    if (counted.every((count) => count === 0)) return undefined;
    const results = new Uint32Array(groupSize * resultWidth);
    const [synSent, synRetransmits] = [new Uint32Array(groupSize), new Uint32Array(groupSize)];
    results.set(counted);
    synSent.set(this.#synSent.subarray(from, to));
    synRetransmits.set(this.#synRetransmits.subarray(from, to));
    return { results, synSent, synRetransmits, ...sketchesOf(latencies, from) };
  }

  /** The next minute begins: all is zero again. */
  clear(): void {
    this.#results.fill(0);
    this.#synSent.fill(0);
    this.#synRetransmits.fill(0);
    this.#latencyCount = 0;
    this.#ids = 0;
    this.#handshakes = 0;
  }

  #reach(id: number): void {
    this.#ids = id + 1;
    this.#results = grown(this.#results, this.#ids * resultWidth);
    this.#synSent = grown(this.#synSent, this.#ids);
    this.#synRetransmits = grown(this.#synRetransmits, this.#ids);
  }

  #keepLatency(id: number, latencyUs: number): void {
    if (this.#latencyCount >= latenciesAtMost) {
      this.#lostLatencies++;
      return;
    }
    if (this.#latencyCount === this.#latencies.length) this.#latencies = grown(this.#latencies, this.#latencyCount + 1);
    this.#latencies[this.#latencyCount++] = id * (bucketMask + 1) + indexOf(latencyUs);
  }
}

/** Up to so many, each is put where it belongs among those before it; more are left to who sorts any number well. */
const insertedAtMost = 24;

function sortPart(values: Uint32Array, from: number, to: number): void {
  if (to - from > insertedAtMost) {
    values.subarray(from, to).sort();
    return;
  }
  for (let next = from + 1; next < to; next++) {
    const value = values[next] as number;
    let at = next;
    for (; at > from && (values[at - 1] as number) > value; at--) values[at] = values[at - 1] as number;
    values[at] = value;
  }
}

/** Where the latencies of a target begin in what is sorted. */
function firstLatencyOf(latencies: Uint32Array, id: number): number {
  const sought = id * (bucketMask + 1);
  let [low, high] = [0, latencies.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((latencies[middle] as number) < sought) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function idIn(latency: number): number {
  return latency >>> bucketBits;
}

export function bucketIn(latency: number): number {
  return latency & bucketMask;
}

function sketchesOf(latencies: Uint32Array, firstId: number) {
  const from = firstLatencyOf(latencies, firstId);
  const most = firstLatencyOf(latencies, firstId + groupSize) - from;
  const firsts = new Uint32Array(groupSize + 1);
  const [indexes, counts] = [new Uint16Array(most), new Uint32Array(most)];
  let length = 0;
  let before = -1;
  for (const latency of latencies.subarray(from, from + most)) {
    if (latency !== before) {
      indexes[length++] = bucketIn(latency);
      const next = Math.floor(latency / (bucketMask + 1)) - firstId + 1;
      firsts[next] = length;
    }
    addAt(counts, length - 1, 1);
    before = latency;
  }
  // Those without any begin and end where the one before them ended.
  for (let at = 1; at <= groupSize; at++) firsts[at] = Math.max(firsts[at] as number, firsts[at - 1] as number);
  return { firsts, indexes: indexes.slice(0, length), counts: counts.slice(0, length) };
}

function addAt(column: Uint32Array, at: number, amount: number): void {
  column[at] = (column[at] as number) + amount;
}
