import assert from "node:assert/strict";
import { test } from "node:test";
import { formatRange, likelyStepMs, moved, parseRange, rangesMs, stretched, windowOf } from "../../web/state/ranges.ts";

const nowMs = Date.UTC(2026, 10, 26, 12, 4);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

test("ranges are written as they are read", () => {
  assert.deepEqual(rangesMs.map(formatRange), ["15m", "1h", "3h", "6h", "24h", "2d", "7d", "30d"]);
  for (const ms of rangesMs) assert.equal(parseRange(formatRange(ms)), ms);
  assert.equal(parseRange("1.5h"), undefined);
  assert.equal(parseRange("400d"), 30 * 24 * hourMs);
});

test("what was marked is what is shown, to the minute", () => {
  const fromMs = nowMs - 3 * hourMs;
  assert.deepEqual(windowOf(fromMs, fromMs + hourMs, nowMs), { atMs: fromMs + hourMs, rangeMs: hourMs });
});

test("what was marked too short is shown with what is around it", () => {
  const fromMs = nowMs - 3 * hourMs;
  assert.deepEqual(windowOf(fromMs, fromMs + minuteMs, nowMs), { atMs: fromMs + 8 * minuteMs, rangeMs: 15 * minuteMs });
});

test("what reaches to now goes on with it", () => {
  assert.equal(windowOf(nowMs - hourMs, nowMs, nowMs).atMs, undefined);
  assert.equal(moved({ atMs: nowMs - hourMs, rangeMs: 2 * hourMs }, 0.5, nowMs).atMs, undefined);
  assert.equal(moved({ atMs: undefined, rangeMs: hourMs }, -0.5, nowMs).atMs, nowMs - hourMs / 2);
});

test("zooming keeps the middle, and of what goes on the end", () => {
  const zoomed = stretched({ atMs: nowMs - 4 * hourMs, rangeMs: 2 * hourMs }, 0.5, nowMs);
  assert.deepEqual(zoomed, { atMs: nowMs - 4.5 * hourMs, rangeMs: hourMs });
  assert.deepEqual(stretched({ atMs: undefined, rangeMs: hourMs }, 2, nowMs), { atMs: undefined, rangeMs: 2 * hourMs });
});

test("a range has at most 200 steps", () => {
  for (const ms of rangesMs) assert.ok(ms / likelyStepMs(ms) <= 200, formatRange(ms));
});
