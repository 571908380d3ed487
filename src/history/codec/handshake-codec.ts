import { ByteReader, ByteWriter } from "./bytes.ts";
import { compress, decompress } from "./compress.ts";

/** A handshake that is told of: it failed, needed a SYN again, or turned its target. */
export interface HandshakeRecord {
  /** Of the target within its group. */
  readonly offset: number;
  /** Since the minute began. */
  readonly atMs: number;
  /** Its index in `results`. */
  readonly result: number;
  readonly code: string;
  /** Whether with it the target was down, or up again. */
  readonly turns: boolean;
  /** Undefined where the engine cannot see it. */
  readonly synSent: number | undefined;
  readonly connectUs: number | undefined;
}

/** The handshakes of a group in a minute, in columns. */
export function encodeHandshakes(records: readonly HandshakeRecord[]): Uint8Array {
  const to = new ByteWriter();
  const codes = [...new Set(records.map(({ code }) => code))];
  to.varint(codes.length);
  for (const code of codes) to.text(code);
  to.varint(records.length);
  for (const { offset } of records) to.byte(offset);
  for (const { atMs } of records) to.varint(atMs);
  for (const { result, turns } of records) to.byte(result * 2 + (turns ? 1 : 0));
  for (const { code } of records) to.varint(codes.indexOf(code));
  for (const { synSent } of records) to.varint(orNone(synSent));
  for (const { connectUs } of records) to.varint(orNone(connectUs));
  return compress(to.written());
}

/** Throws DamagedError where it is not what `encodeHandshakes` gave. */
export function decodeHandshakes(bytes: Uint8Array): HandshakeRecord[] {
  const from = new ByteReader(decompress(bytes));
  const codes = Array.from({ length: from.varint() }, () => from.text());
  const length = from.varint();
  const column = (read: () => number) => Array.from({ length }, read);
  const offsets = column(() => from.byte());
  const times = column(() => from.varint());
  const results = column(() => from.byte());
  const codeIndexes = column(() => from.varint());
  const syns = column(() => from.varint());
  const connects = column(() => from.varint());
  return offsets.map((offset, at) => ({
    offset,
    atMs: times[at] as number,
    result: (results[at] as number) >> 1,
    turns: ((results[at] as number) & 1) === 1,
    code: codes[codeIndexes[at] as number] ?? "",
    synSent: unlessNone(syns[at] as number),
    connectUs: unlessNone(connects[at] as number),
  }));
}

function orNone(value: number | undefined): number {
  return value === undefined ? 0 : Math.round(value) + 1;
}

function unlessNone(value: number): number | undefined {
  return value === 0 ? undefined : value - 1;
}
