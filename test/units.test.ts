import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as units from "../src/units.ts";

test("conversions", () => {
  assert.equal(units.msToSeconds(1_500), 1.5);
  assert.equal(units.msToUs(1.5), 1_500);
  assert.equal(units.usToMs(1_500), 1.5);
  assert.equal(units.usToSeconds(1_500_000), 1.5);
});

describe("a handshake's time as people read it", () => {
  for (const [us, shown] of [
    [0, "0.000 ms"],
    [41, "0.041 ms"],
    [412, "0.412 ms"],
    [999.4, "0.999 ms"],
    [999.6, "1.00 ms"],
    [1_000, "1.00 ms"],
    [9_994, "9.99 ms"],
    [9_996, "10.0 ms"],
    [10_000, "10.0 ms"],
    [99_949, "99.9 ms"],
    [99_960, "100 ms"],
    [412_345, "412 ms"],
    [999_499, "999 ms"],
    [999_600, "1.00 s"],
    [3_000_000, "3.00 s"],
    [14_000_000, "14.0 s"],
    [123_000_000, "123 s"],
  ] as const) {
    test(`${us} us is ${shown}`, () => assert.equal(units.formatUs(us), shown));
  }
});

describe("a longer span as people read it", () => {
  for (const [ms, shown] of [
    [0, "0 ms"],
    [850, "850 ms"],
    [999.4, "999 ms"],
    [999.6, "1 s"],
    [1_000, "1 s"],
    [12_499, "12 s"],
    [59_499, "59 s"],
    [59_600, "1 min"],
    [185_000, "3 min 5 s"],
    [3_599_600, "1 h"],
    [7_800_000, "2 h 10 min"],
    [86_400_000, "24 h"],
  ] as const) {
    test(`${ms} ms is ${shown}`, () => assert.equal(units.formatMs(ms), shown));
  }
});
