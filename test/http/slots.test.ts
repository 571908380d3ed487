import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Slots } from "../../src/http/slots.ts";

function fresh() {
  const clock = { nowMs: 0 };
  return { clock, slots: new Slots(4, 500, () => clock.nowMs) };
}

describe("places for long answers", () => {
  test("are as many as there are, and come back", () => {
    const { slots } = fresh();
    const taken = Array.from({ length: 4 }, () => slots.take("a"));
    assert.ok(taken.every((slot) => slot !== undefined));
    assert.equal(slots.take("a"), undefined);
    taken[1]?.free();
    taken[1]?.free();
    assert.ok(slots.take("a") !== undefined);
    assert.equal(slots.take("a"), undefined);
  });

  test("of whoever has several go to one who has none, at once, the one that moved least lately first", () => {
    const { clock, slots } = fresh();
    const [first, second] = ["greedy", "greedy", "greedy", "other"].map((peer) => slots.take(peer));
    clock.nowMs = 10;
    first?.moved();
    assert.ok(slots.take("new") !== undefined);
    assert.deepEqual([first?.signal.aborted, second?.signal.aborted], [false, true]);
    assert.equal(slots.take("new"), undefined, "who has one waits");
  });

  test("of one each are left alone while they move", () => {
    const { clock, slots } = fresh();
    const taken = ["a", "b", "c", "d"].map((peer) => slots.take(peer));
    clock.nowMs = 499;
    assert.equal(slots.take("e"), undefined);
    for (const slot of taken.slice(1)) slot?.moved();
    clock.nowMs = 500;
    assert.ok(slots.take("e") !== undefined);
    assert.deepEqual(
      taken.map((slot) => slot?.signal.aborted),
      [true, false, false, false],
    );
    assert.equal(slots.take("f"), undefined);
  });

  test("that were lost are not given back twice", () => {
    const { clock, slots } = fresh();
    const taken = ["a", "a", "a", "a"].map((peer) => slots.take(peer));
    const [lost] = taken;
    clock.nowMs = 1_000;
    assert.ok(slots.take("b") !== undefined);
    lost?.free();
    assert.ok(slots.take("c") !== undefined, "of a, which has three");
    for (const slot of taken) slot?.moved();
    assert.equal(slots.take("b"), undefined);
  });
});
