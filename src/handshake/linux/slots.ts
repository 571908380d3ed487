/** What is known of each handshake in flight, in columns, by the number of its slot. Grows, and never shrinks. */
export class Slots {
  fd = new Int32Array(0);
  /** Of its address. */
  family = new Uint8Array(0);
  /** The next slot in flight to the same target; -1 where there is none. */
  next = new Int32Array(0);
  /** Request or target. */
  kind = new Uint8Array(0);
  id = new Int32Array(0);
  startedMs = new Float64Array(0);
  lagMs = new Float64Array(0);
  #free = new Int32Array(0);
  #freeCount = 0;

  get inFlight(): number {
    return this.fd.length - this.#freeCount;
  }

  take(): number {
    if (this.#freeCount === 0) this.#grow();
    return this.#free[--this.#freeCount] as number;
  }

  giveBack(slot: number): void {
    this.#free[this.#freeCount++] = slot;
  }

  #grow(): void {
    const before = this.fd.length;
    const capacity = Math.max(256, 2 * before);
    this.fd = grown(Int32Array, this.fd, capacity);
    this.family = grown(Uint8Array, this.family, capacity);
    this.next = grown(Int32Array, this.next, capacity);
    this.kind = grown(Uint8Array, this.kind, capacity);
    this.id = grown(Int32Array, this.id, capacity);
    this.startedMs = grown(Float64Array, this.startedMs, capacity);
    this.lagMs = grown(Float64Array, this.lagMs, capacity);
    this.#free = grown(Int32Array, this.#free, capacity);
    for (let slot = capacity - 1; slot >= before; slot--) this.#free[this.#freeCount++] = slot;
  }
}

interface Column extends ArrayLike<number> {
  set(from: ArrayLike<number>): void;
}

function grown<Kind extends Column>(make: new (length: number) => Kind, column: Kind, capacity: number): Kind {
  const larger = new make(capacity);
  larger.set(column);
  return larger;
}
