import { encodeHandshakes, type HandshakeRecord } from "../codec/handshake-codec.ts";
import { groupSize } from "../group-block.ts";
import { grown } from "./typed-columns.ts";

/** Of a minute: 65,000 targets of which none answers, every 15 s. What is beyond is in the counts alone. */
const atMost = 300_000;
const width = 5;

export interface ToldHandshake extends Omit<HandshakeRecord, "offset" | "code"> {
  readonly id: number;
  /** The number of the errno's name. */
  readonly code: number;
}

/** A handshake as it is read back: with its target. */
export type ReadHandshake = Omit<HandshakeRecord, "offset"> & { readonly id: number };

/** The handshakes of the running minute that are told of one by one, in one piece of memory. */
export class MinuteHandshakes {
  #columns = new Int32Array(0);
  #length = 0;
  #dropped = 0;
  readonly #nameOf: (code: number) => string;

  constructor(nameOf: (code: number) => string) {
    this.#nameOf = nameOf;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get size(): number {
    return this.#length;
  }

  add({ id, atMs, result, turns, code, synSent, connectUs }: ToldHandshake): void {
    if (this.#length === atMost) {
      this.#dropped++;
      return;
    }
    const at = this.#length++ * width;
    if (at + width > this.#columns.length) this.#columns = grown(this.#columns, at + width);
    this.#columns.set([id, atMs, result | (turns ? 8 : 0) | (code << 8), synSent ?? -1, connectUs ?? -1], at);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Those of one target, or of all. */
  read(id?: number): ReadHandshake[] {
    const records: ReadHandshake[] = [];
    for (let at = 0; at < this.#length; at++) {
      if (id === undefined || this.#columns[at * width] === id) records.push(this.#readOne(at));
    }
    return records;
  }

  /** By group, packed. */
  encode(): Map<number, Uint8Array> {
    const byGroup = new Map<number, HandshakeRecord[]>();
    for (let at = 0; at < this.#length; at++) {
      const { id, ...record } = this.#readOne(at);
      const group = Math.floor(id / groupSize);
      const records = byGroup.get(group) ?? [];
      records.push({ ...record, offset: id % groupSize });
      byGroup.set(group, records);
    }
    const sorted = (records: HandshakeRecord[]) => records.sort((a, b) => a.offset - b.offset || a.atMs - b.atMs);
    return new Map([...byGroup].map(([group, records]) => [group, encodeHandshakes(sorted(records))]));
  }

  #readOne(at: number): ReadHandshake {
    const [id, atMs, what, synSent, connectUs] = this.#columns.subarray(at * width, (at + 1) * width) as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    return {
      id,
      atMs,
      result: what & 7,
      turns: (what & 8) !== 0,
      code: this.#nameOf(what >> 8),
      synSent: synSent < 0 ? undefined : synSent,
      connectUs: connectUs < 0 ? undefined : connectUs,
    };
  }
}
