import { resultIndex, results } from "../../outcome.ts";
import { ByteReader, ByteWriter } from "../codec/bytes.ts";
import { compress, decompress } from "../codec/compress.ts";
import type { Silence } from "../model.ts";
import { grown } from "./typed-columns.ts";

/**
 * What a handshake made of its target's state. `turned`: down, or up again. `known`: as it was, or up, where nothing was
 * known. `changed`: it fails in another way now.
 */
export type Turn = "same" | "changed" | "known" | "turned";

/** So long may nothing be measured before nothing is known, and so many of a target's own intervals, where those are longer. */
const silentMs = 300_000;
const silentIntervals = 3;

/** How each target is at this moment, and how it was when PinGo last ended. */
export class LiveStates {
  /** One more than the index in `results`; 0 where nothing is known. */
  #result = new Uint8Array(0);
  #sinceMs = new Float64Array(0);
  #latencyUs = new Float64Array(0);
  /** The same two as they were before this start: they hold until the first handshake says otherwise. */
  #pastResult = new Uint8Array(0);
  #pastSinceMs = new Float64Array(0);
  /** When its last handshake ended, and the last one that told of it; 0: none did. */
  #endedMs = new Float64Array(0);
  #toldMs = new Float64Array(0);
  /** The time between the last two, and between the two before them; 0 where there were none. */
  #gapMs = new Float64Array(0);
  #gapBeforeMs = new Float64Array(0);
  /** Of any target, for those that have none of their own yet. */
  #lastGapMs = 0;

  resultOf(id: number): (typeof results)[number] | undefined {
    return results[(this.#result[id] ?? 0) - 1];
  }

  sinceMsOf(id: number): number | undefined {
    return (this.#result[id] ?? 0) === 0 ? undefined : this.#sinceMs[id];
  }

  latencyUsOf(id: number): number | undefined {
    return (this.#latencyUs[id] ?? 0) === 0 ? undefined : this.#latencyUs[id];
  }

  /** Undefined where what is known of it is new enough, and before its first handshake. */
  silenceOf(id: number, nowMs: number): Silence | undefined {
    const [endedMs = 0, toldMs = 0] = [this.#endedMs[id], this.#toldMs[id]];
    if (endedMs === 0) return undefined;
    const isLocal = endedMs !== toldMs;
    if (toldMs === 0) return { sinceMs: null, isLocal };
    return nowMs - toldMs > this.#patienceMs(id) ? { sinceMs: toldMs, isLocal } : undefined;
  }

  /** Of two gaps the shorter: one in which the machine slept tells nothing. Without any, nobody can say what is late. */
  #patienceMs(id: number): number {
    const [gapMs, beforeMs] = [this.#gapMs[id] || this.#lastGapMs, this.#gapBeforeMs[id] as number];
    if (gapMs === 0) return Number.POSITIVE_INFINITY;
    return Math.max(silentMs, silentIntervals * (beforeMs === 0 ? gapMs : Math.min(gapMs, beforeMs)));
  }

  /** A handshake ended, and none that began later has; `tells`: of its target, and not of this machine. */
  ended(id: number, tells: boolean, atMs: number): void {
    this.#reach(id);
    const gapMs = atMs - (this.#endedMs[id] as number);
    // Less than nothing where the clock was put back.
    if (this.#endedMs[id] !== 0 && gapMs > 0) {
      this.#gapBeforeMs[id] = this.#gapMs[id] as number;
      this.#gapMs[id] = gapMs;
      this.#lastGapMs = gapMs;
    }
    this.#endedMs[id] = atMs;
    if (tells) this.#toldMs[id] = atMs;
  }

  latencyIs(id: number, latencyUs: number): void {
    this.#reach(id);
    this.#latencyUs[id] = latencyUs;
  }

  /** A handshake that tells of the target ended so; `result` is its index in `results`. */
  resultIs(id: number, result: number, atMs: number): Turn {
    this.#reach(id);
    const wasSilent = this.silenceOf(id, atMs) !== undefined;
    this.ended(id, true, atMs);
    const before = this.#result[id] as number;
    this.#result[id] = result + 1;
    if (before === 0) return this.#firstResultIs(id, result, atMs);
    if (isUp(before) === isUp(result + 1)) {
      if (wasSilent) return "known";
      return before === result + 1 ? "same" : "changed";
    }
    this.#sinceMs[id] = atMs;
    return "turned";
  }

  /** The first since PinGo runs: what it found when it ended has lasted, as far as anybody knows. */
  #firstResultIs(id: number, result: number, atMs: number): Turn {
    const past = this.#pastResult[id] as number;
    const lasts = past !== 0 && isUp(past) === isUp(result + 1);
    this.#sinceMs[id] = lasts ? (this.#pastSinceMs[id] as number) : atMs;
    if (lasts) return "known";
    return past === 0 && isUp(result + 1) ? "known" : "turned";
  }

  forget(id: number): void {
    if (id >= this.#result.length) return;
    this.#result[id] = 0;
    this.#latencyUs[id] = 0;
    this.#pastResult[id] = 0;
    this.#forgetTimes(id);
  }

  /** The target is not probed any more; should it come back, it is as it was until it is heard of. */
  rest(id: number): void {
    this.#forgetTimes(id);
    if ((this.#result[id] ?? 0) === 0) return;
    this.#pastResult[id] = this.#result[id] as number;
    this.#pastSinceMs[id] = this.#sinceMs[id] as number;
    this.#result[id] = 0;
    this.#latencyUs[id] = 0;
  }

  #forgetTimes(id: number): void {
    if (id >= this.#endedMs.length) return;
    for (const times of [this.#endedMs, this.#toldMs, this.#gapMs, this.#gapBeforeMs]) times[id] = 0;
  }

  encode(): Uint8Array {
    const to = new ByteWriter();
    const length = this.#result.length;
    const isLive = (id: number) => this.#result[id] !== 0;
    to.varint(length);
    for (let id = 0; id < length; id++) to.byte((isLive(id) ? this.#result[id] : this.#pastResult[id]) as number);
    let before = 0;
    for (let id = 0; id < length; id++) {
      const sinceMs = (isLive(id) ? this.#sinceMs[id] : this.#pastSinceMs[id]) as number;
      to.signed(sinceMs - before);
      before = sinceMs;
    }
    return compress(to.written());
  }

  /** What `encode` gave is how everything was. Throws DamagedError where it is not that. */
  load(bytes: Uint8Array): void {
    const from = new ByteReader(decompress(bytes));
    const length = from.varint();
    if (length > 0) this.#reach(length - 1);
    for (let id = 0; id < length; id++) this.#pastResult[id] = Math.min(from.byte(), results.length);
    let before = 0;
    for (let id = 0; id < length; id++) {
      before += from.signed();
      this.#pastSinceMs[id] = before;
    }
  }

  #reach(id: number): void {
    if (id < this.#result.length) return;
    this.#result = grown(this.#result, id + 1);
    this.#sinceMs = grown(this.#sinceMs, id + 1);
    this.#latencyUs = grown(this.#latencyUs, id + 1);
    this.#pastResult = grown(this.#pastResult, id + 1);
    this.#pastSinceMs = grown(this.#pastSinceMs, id + 1);
    this.#endedMs = grown(this.#endedMs, id + 1);
    this.#toldMs = grown(this.#toldMs, id + 1);
    this.#gapMs = grown(this.#gapMs, id + 1);
    this.#gapBeforeMs = grown(this.#gapBeforeMs, id + 1);
  }
}

function isUp(result: number): boolean {
  return result === resultIndex.ok + 1;
}
