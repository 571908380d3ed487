import assert from "node:assert/strict";
import { test } from "node:test";
import { bucketAt, bucketsPerOctave, firstIndex, octaves } from "../../../src/metrics/histogram/native-scale.ts";
import { randomNumbers } from "../../support/random-numbers.ts";

/** Exact: whether us / 10^6 <= 2^(index / 8), both sides to the eighth power. */
function isAtMost(us: number, index: number): boolean {
  const left = BigInt(us) ** 8n;
  const scale = 10n ** 48n;
  return index >= 0 ? left <= scale << BigInt(index) : left << BigInt(-index) <= scale;
}

const last = octaves * bucketsPerOctave - 1;

test("a time is in the bucket whose bounds it lies between, by exact arithmetic", () => {
  const numbers = randomNumbers(5);
  const random = () => numbers(1e9) / 1e9;
  const times = [1, 2, 3, 15_625, 31_250, 62_500, 125_000, 250_000, 500_000, 1_000_000, 2_000_000, 64_000_000];
  for (let power = 0; power < 27; power++) {
    const near = Math.round(2 ** (power - 20) * 1e6);
    times.push(...[near - 1, near, near + 1].filter((us) => us >= 1));
  }
  for (let count = 0; count < 5_000; count++) times.push(Math.max(1, Math.floor(1e8 ** random())));
  for (const us of times) {
    const at = bucketAt(us);
    const index = firstIndex + at;
    assert.ok(at >= 0 && at <= last, `${us} us is in bucket ${at}`);
    assert.ok(isAtMost(us, index), `${us} us is above bucket ${index}`);
    assert.ok(!isAtMost(us, index - 1), `${us} us is below bucket ${index}`);
  }
});

test("zero has a bucket of its own, and what exceeds all is in the last", () => {
  assert.equal(bucketAt(0), -1);
  assert.equal(bucketAt(0.5), -1);
  assert.equal(bucketAt(128_000_000), last);
  assert.equal(bucketAt(1e12), last);
});

test("no bucket is wider than a tenth", () => {
  assert.ok(2 ** (1 / bucketsPerOctave) < 1.1);
});
