/** What was read is not what was written: the file it came from is damaged. */
export class DamagedError extends Error {
  override readonly name = "DamagedError";
}

/** Whole numbers and text as few bytes, one after the other. */
export class ByteWriter {
  #bytes = new Uint8Array(1_024);
  #length = 0;

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  /** Seven bits a byte, the least first; from 0 up to 2^53. */
  varint(value: number): void {
    if (value < 128) {
      this.byte(value);
      return;
    }
    let left = value;
    while (left > 127) {
      this.byte((left % 128) | 128);
      left = Math.floor(left / 128);
    }
    this.byte(left);
  }

  /** Of either sign; small ones are short. */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  text(value: string): void {
    this.blob(new TextEncoder().encode(value));
  }

  blob(value: Uint8Array): void {
    this.varint(value.length);
    this.bytes(value);
  }

  /** Without their length. */
  bytes(value: Uint8Array): void {
    if (this.#length + value.length > this.#bytes.length) this.#grow(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** All of it. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(by: number): void {
    const before = this.#bytes;
    this.#bytes = new Uint8Array(Math.max(2 * before.length, before.length + by));
    this.#bytes.set(before);
  }
}

/** Reads what a ByteWriter wrote, in the same order; throws DamagedError where there is less. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    if (this.#at >= this.#bytes.length) throw new DamagedError("a record ends too early");
    return this.#bytes[this.#at++] as number;
  }

  varint(): number {
    let value = this.byte();
    if (value < 128) return value;
    value &= 127;
    for (let weight = 128; ; weight *= 128) {
      const next = this.byte();
      value += (next & 127) * weight;
      if (next < 128) return value;
      if (weight > Number.MAX_SAFE_INTEGER) throw new DamagedError("a number in a record has no end");
    }
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  text(): string {
    return new TextDecoder().decode(this.blob());
  }

  blob(): Uint8Array {
    return this.bytes(this.varint());
  }

  bytes(length: number): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    if (bytes.length < length) throw new DamagedError("a record ends too early");
    this.#at += length;
    return bytes;
  }
}
