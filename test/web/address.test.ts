import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatAddress,
  initialState,
  measures,
  type PageState,
  parseAddress,
  themes,
  views,
} from "../../web/state/address.ts";
import { misreadIn } from "../../web/state/misread.ts";
import { boundRange, rangesMs } from "../../web/state/ranges.ts";
import { randomNumbers } from "../support/random-numbers.ts";

test("an address says all that was chosen, whatever it is", () => {
  const below = randomNumbers(6);
  for (let round = 0; round < 500; round++) {
    const state = anyState(below);
    assert.deepEqual(parseAddress(formatAddress(state), never), state);
  }
});

test("an address says nothing but what is otherwise than at the beginning, the view and the range", () => {
  assert.equal(formatAddress(initialState), "?view=overview&range=1h");
  const chosen = { ...initialState, atMs: Date.UTC(2026, 10, 26, 12, 4), zone: "", search: "10.0" };
  assert.equal(formatAddress(chosen), "?view=overview&at=2026-11-26T12%3A04%3A00Z&range=1h&zone=&search=10.0");
});

test("what makes no sense in an address is as at the beginning", () => {
  const nonsense = "?view=moon&at=yesterday&range=9y&measure=luck&theme=pink&table=yes";
  assert.deepEqual(parseAddress(nonsense), initialState);
  assert.deepEqual(parseAddress(""), initialState);
  assert.equal(parseAddress("?at=now").atMs, undefined);
  assert.equal(parseAddress("?at=1764158640000", never).atMs, 1_764_158_640_000);
  assert.equal(parseAddress("?range=1m").rangeMs, 900_000, "no shorter than a history answers");
});

test("half a time is none, whatever a browser would make of it", () => {
  for (const at of [
    "",
    "2026-11-26",
    "2026-11-26T12:0",
    "2026-11-26T12:04:00",
    "Thu 26 Nov",
    "noon 12",
    "1764158640",
    "-1",
  ]) {
    assert.equal(parseAddress(`?at=${encodeURIComponent(at)}`).atMs, undefined, at);
  }
  assert.equal(parseAddress("?at=2026-11-26T13:04:00+01:00", never).atMs, Date.UTC(2026, 10, 26, 12, 4));
});

test("an address of the page's own is understood, whatever was chosen", () => {
  const below = randomNumbers(7);
  for (let round = 0; round < 500; round++) assert.deepEqual(misreadIn(formatAddress(anyState(below)), never), []);
  assert.deepEqual(misreadIn(""), []);
  assert.deepEqual(misreadIn("?at=now&theme=auto&table="), []);
});

for (const [search, said] of [
  [
    "?at=2026-11-26T12:0",
    'at "2026-11-26T12:0" is no time; give 2026-11-26T12:00:00Z (RFC 3339) or milliseconds since 1970: now is shown',
  ],
  ["?at=", 'at "" is no time; give 2026-11-26T12:00:00Z (RFC 3339) or milliseconds since 1970: now is shown'],
  ["?range=1m", 'range "1m" is too short; give 15m to 30d: 15m is shown'],
  ["?range=99d", 'range "99d" is too long; give 15m to 30d: 30d is shown'],
  ["?range=yesterday", 'range "yesterday" is no length of time; give 15m to 30d: 1h is shown'],
  ["?view=moon", 'view "moon" is not known; give overview, node, zones: the overview is shown'],
  ["?measure=luck", 'measure "luck" is not known; give worst, loss, p50: the worst of all is shown'],
  ["?theme=pink", 'theme "pink" is not known; give auto, light, dark: light or dark is as the system has it'],
  ["?table=yes", 'table "yes" is not known; give 1: strips and charts are shown'],
  ["?sort=secret", '"sort" is no parameter of this page: it is left out'],
  [
    `?view=${"m".repeat(99)}`,
    `view "${"m".repeat(60)}\u2026" is not known; give overview, node, zones: the overview is shown`,
  ],
] as const) {
  test(`of ${search.slice(0, 40)} is said what was seen, what would do, and what is shown`, () => {
    assert.deepEqual(
      misreadIn(search).map(({ trouble, instead }) => `${trouble}: ${instead}`),
      [said],
    );
  });
}

test("a moment that lies ahead, by more than clocks differ, is none", () => {
  const nowMs = Date.UTC(2026, 10, 26, 12);
  assert.equal(parseAddress("?at=2026-11-26T12:01:00Z", nowMs).atMs, nowMs + 60_000);
  assert.equal(parseAddress("?at=2026-11-26T23:00:00Z", nowMs).atMs, undefined);
  assert.deepEqual(misreadIn("?at=2026-11-26T12:01:00Z", nowMs), []);
  assert.deepEqual(misreadIn("?at=2026-11-26T23:00:00Z", nowMs), [
    { trouble: 'at "2026-11-26T23:00:00Z" lies ahead', instead: "now is shown" },
  ]);
});

/** A clock to which no moment lies ahead. */
const never = Number.POSITIVE_INFINITY;

function anyState(below: (limit: number) => number): PageState {
  const word = () => ["", "eu-west-1c", "a b&c=d", "ä/ö?#", "%00"][below(5)] ?? "";
  return {
    view: views[below(3)] ?? "overview",
    atMs: below(2) === 0 ? undefined : Date.UTC(2000) + below(1_000_000_000) * 1_000 + 1,
    rangeMs: below(2) === 0 ? (rangesMs[below(8)] ?? 0) : boundRange(below(40_000) * 60_000),
    cluster: word(),
    zone: below(2) === 0 ? undefined : word(),
    node: word(),
    search: word(),
    open: Array.from({ length: below(3) }, word),
    folded: Array.from({ length: below(3) }, word),
    measure: measures[below(3)] ?? "worst",
    isTable: below(2) === 0,
    theme: themes[below(3)] ?? "auto",
  };
}
