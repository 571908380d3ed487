import assert from "node:assert/strict";
import { test } from "node:test";
import { Exhaustion } from "../../src/handshake/exhaustion.ts";

test("rounds are held back longer with each failure for want of descriptors or memory, until one gets through", () => {
  const exhaustion = new Exhaustion();
  const pauses: number[] = [];
  let nowMs = 1_000;
  for (let tries = 0; tries < 7; tries++) {
    exhaustion.started("EMFILE", nowMs);
    const sinceMs = nowMs;
    while (exhaustion.holdsBack(nowMs)) nowMs += 10;
    pauses.push(nowMs - sinceMs);
  }
  assert.deepEqual(pauses, [50, 100, 200, 400, 800, 1_000, 1_000]);
  exhaustion.started(undefined, nowMs);
  exhaustion.started("ENOBUFS", nowMs);
  assert.deepEqual([exhaustion.holdsBack(nowMs + 49), exhaustion.holdsBack(nowMs + 50)], [true, false]);
});

test("what is missing to one address, or is no want at all, holds nobody back", () => {
  const exhaustion = new Exhaustion();
  for (const code of ["EADDRNOTAVAIL", "ENETUNREACH", "EPERM", undefined]) exhaustion.started(code, 0);
  assert.equal(exhaustion.holdsBack(0), false);
});
