import { type GroupBlock, groupSize, resultWidth } from "../group-block.ts";
import { maxIndex } from "../latency-sketch.ts";
import { ByteReader, ByteWriter, DamagedError } from "./bytes.ts";
import { compress, decompress } from "./compress.ts";

/**
 * A block as bytes: columns one after the other, of each what is left when the usual is taken off, so that a quiet
 * minute is zeros and ones to the compressor. First a byte a target that says which results it had.
 */
export function encodeBlock(block: GroupBlock): Uint8Array {
  const to = new ByteWriter();
  const masks = masksOf(block);
  to.bytes(masks);
  writeResults(to, block, masks);
  const present = presentIn(masks);
  for (const offset of present) to.varint(block.synRetransmits[offset] as number);
  for (const offset of present) to.signed((block.synSent[offset] as number) - usualSyns(block, offset));
  writeSketches(to, block, present);
  return compress(to.written());
}

/** Throws DamagedError where it is not what `encodeBlock` gave. */
export function decodeBlock(bytes: Uint8Array): GroupBlock {
  const from = new ByteReader(decompress(bytes));
  const { present, ...counts } = readCounted(from);
  const block = { ...counts, synSent: new Uint32Array(groupSize) };
  for (const offset of present) block.synSent[offset] = usualSyns(block, offset) + from.signed();
  return { ...block, ...readSketches(from, present) };
}

/** Its first columns alone: the others are most of the work. */
export function decodeResults(bytes: Uint8Array): Pick<GroupBlock, "results" | "synRetransmits"> {
  return readCounted(new ByteReader(decompress(bytes)));
}

function readCounted(from: ByteReader) {
  const masks = from.bytes(groupSize);
  const results = readResults(from, masks);
  const present = presentIn(masks);
  const synRetransmits = new Uint32Array(groupSize);
  for (const offset of present) synRetransmits[offset] = from.varint();
  return { results, synRetransmits, present };
}

/** Of each target a bit a result that it had. */
function masksOf({ results }: GroupBlock): Uint8Array {
  const masks = new Uint8Array(groupSize);
  for (let at = 0; at < results.length; at++) {
    if (results[at] === 0) continue;
    const offset = Math.floor(at / resultWidth);
    masks[offset] = (masks[offset] as number) | (1 << (at % resultWidth));
  }
  return masks;
}

function presentIn(masks: Uint8Array): number[] {
  const present: number[] = [];
  for (let offset = 0; offset < groupSize; offset++) if (masks[offset] !== 0) present.push(offset);
  return present;
}

function writeResults(to: ByteWriter, { results }: GroupBlock, masks: Uint8Array): void {
  for (let result = 0; result < resultWidth; result++) {
    for (let offset = 0; offset < groupSize; offset++) {
      if (((masks[offset] as number) >> result) & 1) to.varint(results[offset * resultWidth + result] as number);
    }
  }
}

function readResults(from: ByteReader, masks: Uint8Array): Uint32Array {
  const results = new Uint32Array(groupSize * resultWidth);
  for (let result = 0; result < resultWidth; result++) {
    for (let offset = 0; offset < groupSize; offset++) {
      if (((masks[offset] as number) >> result) & 1) results[offset * resultWidth + result] = from.varint();
    }
  }
  return results;
}

/** One a handshake, and those that were sent again. */
function usualSyns(
  { results, synRetransmits }: Pick<GroupBlock, "results" | "synRetransmits">,
  offset: number,
): number {
  let handshakes = 0;
  for (let at = offset * resultWidth; at < (offset + 1) * resultWidth; at++) handshakes += results[at] as number;
  return handshakes + (synRetransmits[offset] as number);
}

function writeSketches(to: ByteWriter, { firsts, indexes, counts }: GroupBlock, present: readonly number[]): void {
  const lengthOf = (offset: number) => (firsts[offset + 1] as number) - (firsts[offset] as number);
  for (const offset of present) to.varint(lengthOf(offset));
  let before = 0;
  for (const offset of present) {
    if (lengthOf(offset) === 0) continue;
    const first = indexes[firsts[offset] as number] as number;
    to.signed(first - before);
    before = first;
  }
  for (const offset of present) {
    for (let at = (firsts[offset] as number) + 1; at < (firsts[offset + 1] as number); at++) {
      to.varint((indexes[at] as number) - (indexes[at - 1] as number) - 1);
    }
  }
  for (const count of counts) to.varint(count - 1);
}

function readSketches(from: ByteReader, present: readonly number[]) {
  const firsts = readFirsts(from, present);
  const length = firsts[groupSize] as number;
  const indexes = new Uint16Array(length);
  let before = 0;
  for (const offset of present) {
    const first = firsts[offset] as number;
    if (first === firsts[offset + 1]) continue;
    before += from.signed();
    indexes[first] = before;
  }
  for (const offset of present) {
    const end = firsts[offset + 1] as number;
    let at = firsts[offset] as number;
    if (at === end) continue;
    let index = indexes[at] as number;
    while (++at < end) indexes[at] = index += from.varint() + 1;
    // They ascend: if the last is within bounds, all are.
    if (index > maxIndex) throw new DamagedError("a latency in a block is beyond all bounds");
  }
  return { firsts, indexes, counts: readCounts(from, length) };
}

function readCounts(from: ByteReader, length: number): Uint32Array {
  const counts = new Uint32Array(length);
  for (let at = 0; at < length; at++) counts[at] = from.varint() + 1;
  return counts;
}

function readFirsts(from: ByteReader, present: readonly number[]): Uint32Array {
  const lengths = new Uint32Array(groupSize);
  for (const offset of present) lengths[offset] = from.varint();
  const firsts = new Uint32Array(groupSize + 1);
  for (let offset = 0; offset < groupSize; offset++) {
    firsts[offset + 1] = (firsts[offset] as number) + (lengths[offset] as number);
  }
  if ((firsts[groupSize] as number) > groupSize * (maxIndex + 1))
    throw new DamagedError("a block has too many latencies");
  return firsts;
}
