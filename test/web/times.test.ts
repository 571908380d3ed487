import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ticksOf } from "../../web/state/ticks.ts";
import { moment, parseSentence, readSentence, roughly, span, zoneName } from "../../web/state/times.ts";

const noonMs = Date.UTC(2026, 10, 26, 12);
const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;

beforeEach(() => {
  process.env.TZ = "UTC";
});

test("a moment says its day only where that is another", () => {
  assert.equal(moment(noonMs, noonMs + minuteMs), "12:00");
  assert.equal(moment(noonMs - dayMs, noonMs), "Wed 25 Nov, 12:00");
});

test("a span says its day once", () => {
  assert.equal(span(noonMs, noonMs + minuteMs, noonMs), "12:00\u201312:01");
  assert.equal(span(noonMs - dayMs, noonMs - dayMs + minuteMs, noonMs), "Wed 25 Nov, 12:00\u201312:01");
  assert.equal(span(noonMs - dayMs, noonMs, noonMs), "Wed 25 Nov, 12:00\u2013Thu 26 Nov, 12:00");
});

test("a moment of another year has its year", () => {
  process.env.TZ = "UTC";
  assert.equal(moment(Date.UTC(2020, 0, 1), noonMs), "Wed 1 Jan 2020, 00:00");
  assert.equal(moment(Date.UTC(2026, 0, 1), noonMs), "Thu 1 Jan, 00:00");
});

test("times are the reader's", () => {
  process.env.TZ = "Asia/Kolkata";
  assert.equal(moment(noonMs, noonMs), "17:30");
  assert.equal(zoneName(noonMs), "UTC+5:30");
  process.env.TZ = "America/New_York";
  assert.equal(zoneName(noonMs), "UTC\u22125");
});

test("moments are taken out of the API's sentences", () => {
  const sentence = `38 of 38 nodes of zone c unreachable since {${noonMs}}`;
  assert.deepEqual(parseSentence(sentence), ["38 of 38 nodes of zone c unreachable since ", { atMs: noonMs }]);
  assert.equal(readSentence(sentence, noonMs), "38 of 38 nodes of zone c unreachable since 12:00");
  assert.deepEqual(parseSentence("all {12} of {a}"), ["all ", { atMs: 12 }, " of {a}"]);
});

test("ticks are at round times of the reader's, and not too many", () => {
  process.env.TZ = "Asia/Kolkata";
  const texts = (fromMs: number, toMs: number, most: number) => ticksOf(fromMs, toMs, most).map(({ text }) => text);
  assert.deepEqual(texts(noonMs, noonMs + 60 * minuteMs, 4), ["17:30", "17:45", "18:00", "18:15"]);
  assert.deepEqual(texts(noonMs - 2 * dayMs, noonMs, 2), ["Wed 25 Nov", "Thu 26 Nov"]);
  for (const days of [0.02, 0.5, 1, 2, 7, 30]) assert.ok(texts(noonMs - days * dayMs, noonMs, 9).length <= 10);
});

test("days are counted where clocks are changed", () => {
  process.env.TZ = "Europe/Berlin";
  const ticks = ticksOf(Date.UTC(2026, 9, 23), Date.UTC(2026, 9, 28), 6);
  assert.ok(ticks.length >= 4 && ticks.every(({ isDay }) => isDay));
});

test("durations are rough", () => {
  const said = [4_000, 12 * minuteMs, 90 * minuteMs, dayMs, 30 * dayMs].map(roughly);
  assert.deepEqual(said, ["4 s", "12 min", "1.5 h", "1 d", "30 d"]);
});
