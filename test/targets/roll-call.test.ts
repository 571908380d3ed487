import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isEarlier } from "../../src/targets/kubernetes/resource-version.ts";
import { RollCall } from "../../src/targets/kubernetes/roll-call.ts";
import { Slices } from "../../src/targets/kubernetes/slices.ts";
import { FakeClock } from "../support/fake-clock.ts";

describe("a roll call", () => {
  test("of pages counts every item, and takes the first of each name", () => {
    const roll = new RollCall();
    assert.deepEqual([roll.listed("a"), roll.listed("b"), roll.listed("a")], [true, true, false]);
    assert.deepEqual([roll.nodes, roll.items], [2, 3]);
  });

  test("of a stream counts a node once, however often it changes, and not at all once it has left", () => {
    const roll = new RollCall();
    for (const name of ["a", "b", "a"]) roll.streamed(name);
    assert.deepEqual([roll.nodes, roll.items], [2, 2]);
    roll.left("b");
    roll.left("never there");
    assert.deepEqual([roll.nodes, roll.items, roll.mayHave("b")], [1, 1, false]);
  });

  test("keeps whom it named, and who may be among those it could not read", () => {
    const roll = new RollCall();
    roll.listed("a");
    roll.unreadable({ name: "b", flaw: "it has no status" });
    assert.deepEqual([roll.mayHave("a"), roll.mayHave("b"), roll.mayHave("c"), roll.items], [true, true, false, 2]);
    roll.unreadable({ name: "", flaw: "it is not an object" });
    assert.ok(roll.mayHave("c"), "it may be the one without a name");
  });

  test("counts a node once that could be read at first and then could not", () => {
    const roll = new RollCall();
    roll.streamed("a");
    roll.unreadable({ name: "a", flaw: "it has no status" });
    roll.streamed("a");
    assert.equal(roll.items, 1);
  });
});

describe("a version of the API's store", () => {
  for (const [version, than, expected] of [
    ["99", "100", true],
    ["100", "99", false],
    ["100", "100", false],
    ["9007199254740993", "9007199254740994", true],
    ["123456789012345678901234567890", "123456789012345678901234567891", true],
    ["", "100", false],
    ["100", "", false],
    ["5", "opaque-7", false],
    ["007", "8", false],
  ] as const) {
    test(`${JSON.stringify(version)} is ${expected ? "" : "not known to be "}before ${JSON.stringify(than)}`, () => {
      assert.equal(isEarlier(version, than), expected);
    });
  }
});

describe("slices of work", () => {
  test("go on for five milliseconds, then let others have their turn, again and again", async () => {
    const clock = new FakeClock();
    const slices = new Slices(clock);
    for (let round = 0; round < 2; round++) {
      assert.equal(slices.giveWay(), undefined);
      await clock.advance(4);
      assert.equal(slices.giveWay(), undefined);
      await clock.advance(1);
      let otherWork = false;
      setImmediate(() => {
        otherWork = true;
      });
      const pause = slices.giveWay();
      assert.ok(pause);
      await pause;
      assert.ok(otherWork);
    }
  });
});
