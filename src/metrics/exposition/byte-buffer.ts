const encoder = new TextEncoder();
const digitZero = 0x30;
/** What is below fits the integer arithmetic that is fast. */
const fastInteger = 2 ** 31;
const firstBeyondAscii = 0x80;

/** Bytes that are added to and taken away in chunks. */
export class ByteBuffer {
  #bytes: Buffer;
  #length = 0;

  /** `capacity`: what is rarely exceeded. */
  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /**
   * What was added since the last time, valid until more is added: memory of its own for each chunk, a hundred megabytes a
   * page, sends the garbage collector through the whole heap several times (170 ms of CPU became 690).
   */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  bytes(added: Uint8Array): void {
    this.#reserve(added.length);
    this.#bytes.set(added, this.#length);
    this.#length += added.length;
  }

  /** Adds a part of another one; no object is made for the part. */
  part(from: ByteBuffer, start: number, length: number): void {
    this.#reserve(length);
    from.#bytes.copy(this.#bytes, this.#length, start, start + length);
    this.#length += length;
  }

  /** A part of it, valid until more is added. */
  view(start: number, length: number): Uint8Array {
    return this.#bytes.subarray(start, start + length);
  }

  /** Adds bytes that are in here already. */
  again(from: number, length: number): void {
    this.#reserve(length);
    this.#bytes.copyWithin(this.#length, from, from + length);
    this.#length += length;
  }

  /** In UTF-8. */
  text(text: string): void {
    // A UTF-16 unit takes three bytes of UTF-8 at most.
    this.#reserve(3 * text.length);
    const from = this.#length;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit < firstBeyondAscii) {
        this.#bytes[this.#length++] = unit;
        continue;
      }
      this.#length = from + this.#bytes.write(text, from);
      return;
    }
  }

  /** A number as Go's strconv.ParseFloat reads it. */
  number(value: number): void {
    if (Number.isInteger(value) && value >= 0 && value < fastInteger) this.#integer(value);
    else this.text(formatValue(value));
  }

  #integer(value: number): void {
    let digits = 1;
    for (let bound = 10; bound <= value; bound *= 10) digits++;
    this.#reserve(digits);
    const bytes = this.#bytes;
    let rest = value;
    for (let at = this.#length + digits - 1; at >= this.#length; at--) {
      const tenth = (rest / 10) | 0;
      bytes[at] = digitZero + rest - 10 * tenth;
      rest = tenth;
    }
    this.#length += digits;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const before = this.#bytes;
    this.#bytes = Buffer.allocUnsafeSlow(2 * (this.#length + more));
    this.#bytes.set(before.subarray(0, this.#length));
  }
}

export function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}
