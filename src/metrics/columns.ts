type NumberArray = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Numbers by row, in one piece of memory: a million of them is one object for the garbage collector. */
export class Columns {
  #values: NumberArray;
  readonly #width: number;

  /** `width` numbers a row; `Kind` is what each is kept as. */
  constructor(width: number, Kind: new (length: number) => NumberArray) {
    this.#width = width;
    this.#values = new Kind(0);
  }

  get(row: number, column: number): number {
    return this.#values[row * this.#width + column] as number;
  }

  set(row: number, column: number, value: number): void {
    this.#values[row * this.#width + column] = value;
  }

  add(row: number, column: number, amount: number): void {
    const at = row * this.#width + column;
    this.#values[at] = (this.#values[at] as number) + amount;
  }

  /** Makes the row all zero, and room for it. */
  clear(row: number): void {
    const from = row * this.#width;
    if (from + this.#width > this.#values.length) this.#grow(from + this.#width);
    this.#values.fill(0, from, from + this.#width);
  }

  /** The first `rows` rows as they are now. */
  copy(rows: number): Columns {
    const Kind = this.#values.constructor as new (length: number) => NumberArray;
    const copy = new Columns(this.#width, Kind);
    copy.#values = this.#values.slice(0, rows * this.#width);
    return copy;
  }

  /** Gives the memory back now; the garbage collector may take minutes to see that megabytes hang on a small object. */
  free(): void {
    this.#values.buffer.transfer(0);
  }

  #grow(length: number): void {
    const before = this.#values;
    const Kind = before.constructor as new (length: number) => NumberArray;
    this.#values = new Kind(Math.max(length, 2 * before.length, 64 * this.#width));
    this.#values.set(before);
    before.buffer.transfer(0);
  }
}
