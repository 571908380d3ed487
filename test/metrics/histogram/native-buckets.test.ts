import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NativeBuckets } from "../../../src/metrics/histogram/native-buckets.ts";
import { bucketAt, firstIndex } from "../../../src/metrics/histogram/native-scale.ts";
import { randomNumbers } from "../../support/random-numbers.ts";

/** The buckets of a row that hold something, by index. */
function read(buckets: NativeBuckets, row: number) {
  const cursor = buckets.cursor();
  cursor.moveTo(row);
  const counts = Array.from({ length: cursor.length }, (_, at) => [cursor.index(at), cursor.count(at)] as const);
  assert.deepEqual(
    counts.map(([index]) => index),
    counts.map(([index]) => index).toSorted((a, b) => a - b),
  );
  return { zero: cursor.zeroCount, counts: new Map(counts) };
}

describe("native histograms", () => {
  test("count as a table of all buckets does, while rows come and go", () => {
    const numbers = randomNumbers(11);
    const random = () => numbers(1e9) / 1e9;
    const buckets = new NativeBuckets();
    const rows = 40;
    const truth = Array.from({ length: rows }, () => ({ zero: 0, counts: new Map<number, number>() }));
    for (let row = 0; row < rows; row++) buckets.clear(row);
    for (let step = 0; step < 50_000; step++) {
      const row = Math.floor(random() * rows);
      if (random() < 0.002) {
        buckets.release(row);
        buckets.clear(row);
        truth[row] = { zero: 0, counts: new Map() };
        continue;
      }
      const us = random() < 0.01 ? 0 : Math.floor(1e8 ** random());
      buckets.observe(row, us);
      const expected = truth[row] as (typeof truth)[number];
      const at = bucketAt(us);
      if (at < 0) expected.zero++;
      else expected.counts.set(firstIndex + at, (expected.counts.get(firstIndex + at) ?? 0) + 1);
    }
    const copy = buckets.copy(rows);
    buckets.observe(0, 1);
    for (const [row, { zero, counts }] of truth.entries()) {
      const found = read(copy, row);
      assert.equal(found.zero, zero);
      assert.deepEqual(found.counts, new Map([...counts].toSorted(([a], [b]) => a - b)), `row ${row}`);
    }
  });

  test("give a released row's memory to the next", () => {
    const buckets = new NativeBuckets();
    const bytes = () => process.memoryUsage().arrayBuffers;
    const fill = () => {
      for (let row = 0; row < 100; row++) {
        buckets.clear(row);
        for (let us = 1; us < 1e8; us *= 2) buckets.observe(row, us);
      }
    };
    fill();
    const before = bytes();
    for (let round = 0; round < 50; round++) {
      for (let row = 0; row < 100; row++) buckets.release(row);
      fill();
    }
    assert.ok(bytes() - before < 500_000, `${bytes() - before} bytes more`);
    assert.equal(read(buckets, 99).counts.size, 27);
  });

  test("of a row that has none are empty", () => {
    const buckets = new NativeBuckets();
    buckets.clear(0);
    assert.deepEqual(read(buckets, 0), { zero: 0, counts: new Map() });
    buckets.observe(0, 5);
    buckets.release(0);
    assert.deepEqual(read(buckets, 0), { zero: 0, counts: new Map() });
  });
});
