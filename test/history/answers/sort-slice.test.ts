import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sortSlice } from "../../../src/history/answers/sort-slice.ts";

const byNumber = (a: number, b: number) => a - b;

/** Numbers that are as good as by chance, and the same each time. */
function scattered(count: number, distinct: number): number[] {
  return Array.from({ length: count }, (_, index) => (((index + 1) * 2_654_435_761) >>> 8) % distinct);
}

describe("a part of what is sorted", () => {
  for (const [name, items] of [
    ["scattered", scattered(1_000, 1_000_000)],
    ["scattered, few values", scattered(1_000, 3)],
    ["sorted", Array.from({ length: 1_000 }, (_, index) => index)],
    ["sorted backwards", Array.from({ length: 1_000 }, (_, index) => -index)],
    ["all the same", Array.from({ length: 1_000 }, () => 7)],
    ["one", [1]],
    ["none", []],
  ] as const) {
    for (const [from, to] of [
      [0, 10],
      [495, 505],
      [990, 1_010],
      [0, 1_000],
      [5, 5],
      [2_000, 2_100],
    ] as const) {
      test(`${name}: from ${from} to ${to}`, () => {
        assert.deepEqual(sortSlice([...items], from, to, byNumber), items.toSorted(byNumber).slice(from, to));
      });
    }
  }

  test("takes few comparisons, however the items lie", () => {
    for (const items of [
      scattered(50_000, 1_000_000),
      scattered(50_000, 2),
      Array.from({ length: 50_000 }, (_, i) => i),
    ]) {
      let compared = 0;
      sortSlice([...items], 0, 100, (a, b) => {
        compared++;
        return a - b;
      });
      assert.ok(compared < 400_000, `${compared} comparisons`);
    }
  });
});
