import { IndexHeap } from "./index-heap.ts";

/**
 * Which item is due when: each once an interval, at its own place in it. Pure: it knows neither clocks nor timers
 * nor sockets; whoever uses it brings the time. Items are small whole numbers, so that a round allocates nothing.
 *
 * Due times are multiples of the interval plus the place, never "the last start plus the interval", so that nothing
 * drifts however late a round begins. A round may start late by up to half an interval. Later than that it is
 * missed: after a long hold-up, all rounds at once would be a burst that measures itself, where the next places of
 * each are already spread.
 */
export class Schedule {
  readonly #intervalMs: number;
  readonly #heap = new IndexHeap();
  #offsetsMs = new Float64Array(64);
  #rounds = new Float64Array(64);

  /** Of the item that the last take() gave: when it was due, on the clock of the caller. */
  dueMs = 0;
  /** Rounds of it that went by without a start, because the program was held up. */
  missed = 0;
  /** False where this round, too, is over: it is better missed than started far from its place. */
  start = false;

  /** `intervalMs` is above 0. */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  get size(): number {
    return this.#heap.size;
  }

  /** Puts an item at its place, a fraction of the interval from 0 up to 1; first due at the next time of that place. */
  add(item: number, fraction: number, nowMs: number): void {
    this.#reserve(item);
    const offsetMs = fraction * this.#intervalMs;
    this.#offsetsMs[item] = offsetMs;
    this.#moveTo(item, Math.ceil((nowMs - offsetMs) / this.#intervalMs));
  }

  remove(item: number): void {
    this.#heap.delete(item);
  }

  /** When the next item is due; infinite where there is none. */
  get nextDueMs(): number {
    return this.#heap.firstKey;
  }

  /**
   * Gives the item that has been due the longest at `nowMs`, and moves it on to its next round; -1 where none is due.
   * What is to be known of it stands in `dueMs`, `missed` and `start` until the next call.
   */
  take(nowMs: number): number {
    const item = this.#heap.first;
    const firstDueMs = this.#heap.firstKey;
    if (firstDueMs > nowMs) return -1;
    const behind = Math.floor((nowMs - firstDueMs) / this.#intervalMs);
    this.dueMs = firstDueMs + behind * this.#intervalMs;
    this.start = nowMs - this.dueMs <= this.#intervalMs / 2;
    this.missed = this.start ? behind : behind + 1;
    this.#moveTo(item, (this.#rounds[item] as number) + behind + 1);
    return item;
  }

  #moveTo(item: number, round: number): void {
    this.#rounds[item] = round;
    this.#heap.set(item, round * this.#intervalMs + (this.#offsetsMs[item] as number));
  }

  #reserve(item: number): void {
    if (item < this.#rounds.length) return;
    const capacity = Math.max(item + 1, 2 * this.#rounds.length);
    const [offsets, rounds] = [this.#offsetsMs, this.#rounds];
    this.#offsetsMs = new Float64Array(capacity);
    this.#rounds = new Float64Array(capacity);
    this.#offsetsMs.set(offsets);
    this.#rounds.set(rounds);
  }
}
