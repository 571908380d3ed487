import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ResultCounts } from "../../../src/api/v1.ts";
import { decodeBlock, encodeBlock } from "../../../src/history/codec/block-codec.ts";
import { ByteReader, ByteWriter, DamagedError } from "../../../src/history/codec/bytes.ts";
import { decodeHandshakes, encodeHandshakes } from "../../../src/history/codec/handshake-codec.ts";
import { decodeZones, encodeZones } from "../../../src/history/codec/zone-codec.ts";
import { DenseSketch, type GroupBlock, groupSize, mergeBlocks, resultWidth } from "../../../src/history/group-block.ts";
import { LatencySketch, maxIndex } from "../../../src/history/latency-sketch.ts";
import { randomNumbers } from "../../support/random-numbers.ts";

function randomBlock(random: (below: number) => number, share: number): GroupBlock {
  const results = new Uint32Array(groupSize * resultWidth);
  const [synSent, synRetransmits] = [new Uint32Array(groupSize), new Uint32Array(groupSize)];
  const firsts = new Uint32Array(groupSize + 1);
  const indexes: number[] = [];
  const counts: number[] = [];
  for (let offset = 0; offset < groupSize; offset++) {
    firsts[offset] = indexes.length;
    if (random(100) >= share) continue;
    results[offset * resultWidth + random(resultWidth)] = 1 + random(1_000_000);
    synSent[offset] = random(3) * random(100_000);
    synRetransmits[offset] = random(2) * random(100);
    const dense = new DenseSketch();
    for (let sample = random(20); sample > 0; sample--) dense.add(random(maxIndex + 1), 1 + random(300));
    dense.drain((index, count) => {
      indexes.push(index);
      counts.push(count);
    });
  }
  firsts[groupSize] = indexes.length;
  return {
    results,
    synSent,
    synRetransmits,
    firsts,
    indexes: Uint16Array.from(indexes),
    counts: Uint32Array.from(counts),
  };
}

describe("the codecs", () => {
  test("numbers of all sizes and both signs come back", () => {
    const numbers = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER];
    const to = new ByteWriter();
    for (const number of numbers) to.varint(number);
    for (const number of numbers.slice(0, -1)) to.signed(-number);
    to.text("zürich-1a");
    const from = new ByteReader(to.written());
    for (const number of numbers) assert.equal(from.varint(), number);
    for (const number of numbers.slice(0, -1)) assert.equal(from.signed() + number, 0);
    assert.equal(from.text(), "zürich-1a");
    assert.throws(() => from.byte(), DamagedError);
  });

  test("blocks come back as they were, full, sparse and empty", () => {
    const random = randomNumbers(17);
    for (const share of [0, 3, 50, 100]) {
      const block = randomBlock(random, share);
      assert.deepEqual(decodeBlock(encodeBlock(block)), block);
    }
  });

  test("the sum of blocks is the sum of their counts and sketches", () => {
    const random = randomNumbers(4);
    const blocks = [randomBlock(random, 60), randomBlock(random, 60), randomBlock(random, 10)];
    const sum = mergeBlocks(blocks);
    const total = (column: ArrayLike<number>) => Array.from(column).reduce((all, value) => all + value, 0);
    for (const name of ["results", "synSent", "synRetransmits", "counts"] as const) {
      assert.equal(
        total(sum[name]),
        blocks.reduce((all, block) => all + total(block[name]), 0),
        name,
      );
    }
    assert.deepEqual(decodeBlock(encodeBlock(sum)), sum);
  });

  test("zones come back with their names", () => {
    const latency = new LatencySketch();
    for (const us of [1, 20, 20, 400, 99_000_000]) latency.add(us);
    const results: ResultCounts = [5, 0, 1, 0, 0, 2];
    const zone = { cluster: "a", zone: "", heat: 32, targets: 9, unreachable: 1 };
    const zones = [{ ...zone, bucket: { results, synSent: 12, synRetransmits: 3, latency } }];
    assert.deepEqual(decodeZones(encodeZones(zones)), zones);
    assert.deepEqual(decodeZones(encodeZones([])), []);
  });

  test("handshakes come back with their codes", () => {
    const common = { turns: false, synSent: undefined, connectUs: undefined };
    const records = [
      { ...common, offset: 0, atMs: 59_999, result: 1, code: "DEADLINE", turns: true, synSent: 4 },
      { ...common, offset: 255, atMs: 0, result: 2, code: "ECONNREFUSED" },
      { ...common, offset: 255, atMs: 15_000, result: 0, code: "", synSent: 2, connectUs: 1_004_000 },
    ];
    assert.deepEqual(decodeHandshakes(encodeHandshakes(records)), records);
  });

  test("what is damaged is said to be, wherever a byte is another", () => {
    const packed = encodeBlock(randomBlock(randomNumbers(9), 80));
    for (let at = 0; at < packed.length; at += 7) {
      const broken = Uint8Array.from(packed);
      broken[at] = (broken[at] as number) ^ 0x41;
      assert.throws(() => decodeBlock(broken), DamagedError, `byte ${at}`);
    }
    assert.throws(() => decodeBlock(packed.subarray(0, packed.length - 9)), DamagedError);
    assert.throws(() => decodeBlock(new Uint8Array(0)), DamagedError);
  });
});
