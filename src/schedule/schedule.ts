/** One item that is due. */
export interface Due<Item> {
  readonly item: Item;
  /** When it was due, on the clock of the caller, in milliseconds. */
  readonly dueMs: number;
  /** Rounds that went by without a start since the last one, because the program was held up. */
  readonly missed: number;
  /** False where this round, too, is over: it is better missed than started far from its place. */
  readonly start: boolean;
}

interface Entry<Item> {
  readonly key: string;
  readonly item: Item;
  /** The place in the interval, in milliseconds. */
  readonly offsetMs: number;
  /** Which round comes next: due at `round * interval + offset`. */
  round: number;
  dueMs: number;
  removed: boolean;
}

/** Removed entries that are not worth a rebuild of the heap. */
const slack = 64;

/**
 * Which item is due when: each once an interval, at its own place in it. Pure: it knows neither clocks nor timers
 * nor sockets; whoever uses it brings the time.
 *
 * Due times are multiples of the interval plus the place, never "the last start plus the interval", so that nothing
 * drifts however late a round begins. A round may start late by up to half an interval. Later than that it is
 * missed: after a long hold-up, all rounds at once would be a burst that measures itself, where the next places of
 * each are already spread.
 */
export class Schedule<Item> {
  readonly #intervalMs: number;
  readonly #entries = new Map<string, Entry<Item>>();
  /** A binary heap by due time; removed entries leave when they come to its top. */
  readonly #heap: Entry<Item>[] = [];

  /** `intervalMs` is above 0. */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Puts an item at its place, a fraction of the interval from 0 up to 1; first due at the next time of that place. */
  add(key: string, item: Item, fraction: number, nowMs: number): void {
    this.remove(key);
    const offsetMs = fraction * this.#intervalMs;
    const round = Math.ceil((nowMs - offsetMs) / this.#intervalMs);
    const entry = { key, item, offsetMs, round, dueMs: round * this.#intervalMs + offsetMs, removed: false };
    this.#entries.set(key, entry);
    this.#heap.push(entry);
    this.#siftUp(this.#heap.length - 1);
  }

  remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.removed = true;
    this.#entries.delete(key);
    if (this.#heap.length > 2 * this.#entries.size + slack) this.#compact();
  }

  /** When the next item is due, or undefined where there is none. */
  nextDueMs(): number | undefined {
    this.#dropRemoved();
    return this.#heap[0]?.dueMs;
  }

  /** Gives out every item that is due at `nowMs`, earliest first, and moves each on to its next round. */
  *takeDue(nowMs: number): Generator<Due<Item>> {
    for (;;) {
      this.#dropRemoved();
      const entry = this.#heap[0];
      if (entry === undefined || entry.dueMs > nowMs) return;
      yield this.#take(entry, nowMs);
    }
  }

  /** What is to be said of an entry that is due, and the move to its next round. */
  #take(entry: Entry<Item>, nowMs: number): Due<Item> {
    const behind = Math.floor((nowMs - entry.dueMs) / this.#intervalMs);
    const dueMs = entry.dueMs + behind * this.#intervalMs;
    const start = nowMs - dueMs <= this.#intervalMs / 2;
    entry.round += behind + 1;
    entry.dueMs = entry.round * this.#intervalMs + entry.offsetMs;
    this.#siftDown(0);
    return { item: entry.item, dueMs, missed: start ? behind : behind + 1, start };
  }

  /** Takes the removed entries out before they come to the top, where they are the most. */
  #compact(): void {
    const kept = this.#heap.filter((entry) => !entry.removed);
    this.#heap.length = 0;
    for (const entry of kept) {
      this.#heap.push(entry);
      this.#siftUp(this.#heap.length - 1);
    }
  }

  #dropRemoved(): void {
    while (this.#heap[0]?.removed) {
      const last = this.#heap.pop();
      if (last === undefined || this.#heap.length === 0) return;
      this.#heap[0] = last;
      this.#siftDown(0);
    }
  }

  #dueAt(index: number): number {
    return this.#heap[index]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }

  #siftUp(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#dueAt(parent) <= this.#dueAt(index)) return;
      this.#swap(parent, index);
      index = parent;
    }
  }

  #siftDown(from: number): void {
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      const child = this.#dueAt(left + 1) < this.#dueAt(left) ? left + 1 : left;
      if (this.#dueAt(child) >= this.#dueAt(index)) return;
      this.#swap(index, child);
      index = child;
    }
  }
}
