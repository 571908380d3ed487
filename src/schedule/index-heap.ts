/**
 * A binary heap of small whole numbers, ordered by a time each has: who is due next, and who reaches its deadline
 * next. All in typed arrays, so that nothing is allocated as long as it does not have to grow.
 */
export class IndexHeap {
  #keys: Float64Array;
  #heap: Int32Array;
  /** Place of each number in the heap; -1 where it is not in it. */
  #places: Int32Array;
  #size = 0;

  constructor(capacity = 64) {
    this.#keys = new Float64Array(capacity);
    this.#heap = new Int32Array(capacity);
    this.#places = new Int32Array(capacity).fill(-1);
  }

  get size(): number {
    return this.#size;
  }

  /** The number with the earliest time; -1 where there is none. */
  get first(): number {
    return this.#size === 0 ? -1 : (this.#heap[0] as number);
  }

  /** Its time; infinite where there is none. */
  get firstKey(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#keyAt(0);
  }

  /** The time of a number that is in it. */
  keyOf(index: number): number {
    return this.#keys[index] as number;
  }

  has(index: number): boolean {
    return index < this.#places.length && (this.#places[index] as number) >= 0;
  }

  /** Puts a number in, or gives one that is in it another time. */
  set(index: number, key: number): void {
    this.#reserve(index);
    let place = this.#places[index] as number;
    if (place < 0) {
      place = this.#size++;
      this.#put(place, index);
    }
    this.#keys[index] = key;
    this.#siftDown(this.#siftUp(place));
  }

  delete(index: number): void {
    if (!this.has(index)) return;
    const place = this.#places[index] as number;
    this.#places[index] = -1;
    this.#size--;
    if (place === this.#size) return;
    this.#put(place, this.#heap[this.#size] as number);
    this.#siftDown(this.#siftUp(place));
  }

  #keyAt(place: number): number {
    return this.#keys[this.#heap[place] as number] as number;
  }

  #put(place: number, index: number): void {
    this.#heap[place] = index;
    this.#places[index] = place;
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a] as number, this.#heap[b] as number];
    this.#put(a, second);
    this.#put(b, first);
  }

  #siftUp(from: number): number {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#keyAt(parent) <= this.#keyAt(place)) return place;
      this.#swap(parent, place);
      place = parent;
    }
    return place;
  }

  #siftDown(from: number): void {
    let place = from;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= this.#size) return;
      const right = left + 1;
      const child = right < this.#size && this.#keyAt(right) < this.#keyAt(left) ? right : left;
      if (this.#keyAt(child) >= this.#keyAt(place)) return;
      this.#swap(place, child);
      place = child;
    }
  }

  #reserve(index: number): void {
    if (index < this.#places.length) return;
    const capacity = Math.max(index + 1, 2 * this.#places.length);
    const [keys, heap, places] = [this.#keys, this.#heap, this.#places];
    this.#keys = new Float64Array(capacity);
    this.#heap = new Int32Array(capacity);
    this.#places = new Int32Array(capacity).fill(-1);
    this.#keys.set(keys);
    this.#heap.set(heap);
    this.#places.set(places);
  }
}
