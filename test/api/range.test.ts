import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { columnOf, rangeOf, stepFor } from "../../src/api/range.ts";

const minuteMs = 60_000;
const hourMs = 3_600_000;
const noonMs = Date.UTC(2026, 10, 26, 12);

describe("the step of a range", () => {
  for (const [hours, stepMs] of [
    [0.25, minuteMs],
    [3, minuteMs],
    [3.01, 10 * minuteMs],
    [30, 10 * minuteMs],
    [31, hourMs],
    [192, hourMs],
    [193, 6 * hourMs],
    [31 * 24, 6 * hourMs],
  ] as const) {
    test(`of ${hours} h is ${stepMs / minuteMs} min, which makes no more than 200 columns`, () => {
      assert.equal(stepFor(hours * hourMs), stepMs);
      const { columns } = rangeOf({ fromMs: noonMs - hours * hourMs + 1, toMs: noonMs + 1 });
      assert.ok(columns <= 200, `${columns} columns`);
    });
  }
});

describe("a range", () => {
  test("has the whole steps that hold all of what was asked for", () => {
    assert.deepEqual(rangeOf({ fromMs: noonMs + 1, toMs: noonMs + 10 * minuteMs + 1 }), {
      fromMs: noonMs,
      toMs: noonMs + 11 * minuteMs,
      stepMs: minuteMs,
      columns: 11,
    });
  });

  test("between whole steps has none more", () => {
    const { columns, toMs } = rangeOf({ fromMs: noonMs, toMs: noonMs + 3 * hourMs });
    assert.deepEqual([columns, toMs], [180, noonMs + 3 * hourMs]);
  });

  test("of an instant has one column", () => {
    assert.equal(rangeOf({ fromMs: noonMs, toMs: noonMs }).columns, 1);
  });

  test("knows the column of a step", () => {
    const range = rangeOf({ fromMs: noonMs, toMs: noonMs + hourMs });
    assert.deepEqual(
      [columnOf(range, noonMs), columnOf(range, noonMs + 59 * minuteMs), columnOf(range, noonMs - minuteMs)],
      [0, 59, -1],
    );
  });
});
