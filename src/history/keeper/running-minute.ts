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

  /** The latencies so far, by id and then ascending. */
  sortedLatencies(): Uint32Array {
    return this.#latencies.slice(0, this.#latencyCount).sort();
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

/** Where the latencies of a target begin in what is sorted. */
export function firstLatencyOf(latencies: Uint32Array, id: number): number {
  const sought = id * (bucketMask + 1);
  let [low, high] = [0, latencies.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((latencies[middle] as number) < sought) low = middle + 1;
    else high = middle;
  }
  return low;
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
