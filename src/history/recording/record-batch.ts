import { type Outcome, resultIndex } from "../../outcome.ts";

/** Fields of a record, a 32-bit number each. -1 stands for "none". */
export const field = {
  /** The target's slot. */
  slot: 0,
  /** Index in `results`, `isNews`, and the number of the errno's name: see `packed`. */
  what: 1,
  /** When it ended, in milliseconds after the batch's base. */
  atMs: 2,
  /** The latency that counts, in tenths of a microsecond: a round trip on loopback is a few of them. */
  latency: 3,
  connectUs: 4,
  synSent: 5,
} as const;
export const recordLength = 6;
export const tenthsPerUs = 10;
/** From a batch's base: 24.8 days. */
const furthestMs = 2 ** 31 - 1;

const newsBit = 8;
const resultMask = 7;
const codeShift = 8;

export const packed = {
  result: (what: number) => what & resultMask,
  isNews: (what: number) => (what & newsBit) !== 0,
  code: (what: number) => what >> codeShift,
};

/** Outcomes on their way to the history, in one piece of memory: an append allocates nothing. */
export class RecordBatch {
  readonly #records: Int32Array;
  #length = 0;
  /** Milliseconds since 1970. */
  baseUnixMs = 0;

  constructor(capacity: number) {
    this.#records = new Int32Array(capacity * recordLength);
  }

  get size(): number {
    return this.#length / recordLength;
  }

  get isFull(): boolean {
    return this.#length === this.#records.length;
  }

  /** Whether a handshake of then can be told of here: a clock that was set may be weeks away, which 32 bits do not hold. */
  reaches(unixMs: number): boolean {
    return this.#length === 0 || Math.abs(unixMs - this.baseUnixMs) <= furthestMs;
  }

  append(slot: number, outcome: Outcome, isNews: boolean, code: number, unixMs: number): void {
    if (this.#length === 0) this.baseUnixMs = unixMs;
    const at = this.#length;
    this.#length += recordLength;
    const records = this.#records;
    records[at + field.slot] = slot;
    records[at + field.what] = resultIndex[outcome.result] | (isNews ? newsBit : 0) | (code << codeShift);
    records[at + field.atMs] = unixMs - this.baseUnixMs;
    const latencyUs = latencyOf(outcome);
    records[at + field.latency] = latencyUs === undefined ? -1 : Math.round(latencyUs * tenthsPerUs);
    const connectUs = outcome.result === "ok" ? outcome.connectUs : undefined;
    records[at + field.connectUs] = connectUs === undefined ? -1 : Math.round(connectUs);
    records[at + field.synSent] = outcome.synSent ?? -1;
  }

  /** A copy of what was appended; the batch is empty again. */
  take(): Int32Array<ArrayBuffer> {
    const taken = this.#records.slice(0, this.#length) as Int32Array<ArrayBuffer>;
    this.#length = 0;
    return taken;
  }
}

/**
 * The kernel's round trip; the connect time only where no engine could have seen one. Of a handshake that needed a SYN
 * again neither: it would be the retransmission timer's time.
 */
export function latencyOf(outcome: Outcome): number | undefined {
  if (outcome.result !== "ok") return undefined;
  if (outcome.rttUs !== undefined) return outcome.rttUs;
  return outcome.synSent === undefined ? outcome.connectUs : undefined;
}
