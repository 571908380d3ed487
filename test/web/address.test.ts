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
import { boundRange, rangesMs } from "../../web/state/ranges.ts";
import { randomNumbers } from "../support/random-numbers.ts";

test("an address says all that was chosen, whatever it is", () => {
  const below = randomNumbers(6);
  for (let round = 0; round < 500; round++) {
    const state = anyState(below);
    assert.deepEqual(parseAddress(formatAddress(state)), state);
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
  assert.equal(parseAddress("?at=1764158640000").atMs, 1_764_158_640_000);
  assert.equal(parseAddress("?range=1m").rangeMs, 900_000, "no shorter than a history answers");
});

function anyState(below: (limit: number) => number): PageState {
  const word = () => ["", "eu-west-1c", "a b&c=d", "ä/ö?#", "%00"][below(5)] ?? "";
  return {
    view: views[below(3)] ?? "overview",
    atMs: below(2) === 0 ? undefined : below(1_000_000_000) * 1_000 + 1,
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
