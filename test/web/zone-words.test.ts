import assert from "node:assert/strict";
import { test } from "node:test";
import { zoneWords } from "../../web/state/zone-words.ts";

const said = (targets: number, unreachable = 0, degraded = 0) =>
  zoneWords({ targets, unreachable, degraded }).map(({ condition, text }) => [condition, text]);

test("a zone that all its nodes have left is not said to be reachable", () => {
  assert.deepEqual(said(0), [[undefined, "no nodes any more"]]);
});

test("a zone is said to be reachable, or how many of its nodes are not and how many are not well", () => {
  assert.deepEqual(said(3), [[undefined, "all reachable"]]);
  assert.deepEqual(said(1_200, 1_000), [["unreachable", "1,000 of 1,200 unreachable"]]);
  assert.deepEqual(said(3, 0, 1), [["degraded", "1 degraded"]]);
  assert.deepEqual(said(3, 1, 2), [
    ["unreachable", "1 of 3 unreachable"],
    ["degraded", "2 degraded"],
  ]);
});
