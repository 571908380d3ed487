import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StaticTargetSet } from "../../../src/targets/static/static-target-set.ts";
import { makeTarget } from "../../support/make-target.ts";

function setUp() {
  const events: string[] = [];
  const set = new StaticTargetSet({
    added: (target) => events.push(`+ ${target.node}`),
    removed: (target) => events.push(`- ${target.node}`),
    relabelled: (target, before) => events.push(`~ ${target.node} ${before.zone} to ${target.zone}`),
  });
  return { set, news: () => events.splice(0) };
}

const a = makeTarget({ node: "a", zone: "z1" });
const b = makeTarget({ node: "b", zone: "z1" });
const c = makeTarget({ node: "c", zone: "z1" });

describe("a set of static targets", () => {
  test("tells what came, went and changed, those that leave first", () => {
    const { set, news } = setUp();
    set.replace([a, b]);
    assert.deepEqual(news(), ["+ a", "+ b"]);
    set.replace([c, { ...b, zone: "z2" }]);
    assert.deepEqual(news(), ["- a", "+ c", "~ b z1 to z2"]);
    assert.deepEqual([set.size, set.targets().map(({ node }) => node)], [2, ["c", "b"]]);
    set.replace([]);
    assert.deepEqual(news(), ["- c", "- b"]);
  });

  test("says nothing of what stays, in whatever order", () => {
    const { set, news } = setUp();
    set.replace([a, b]);
    news();
    set.replace([{ ...b }, a]);
    assert.deepEqual(news(), []);
  });

  test("has the first of two under one key", () => {
    const { set, news } = setUp();
    set.replace([a, { ...a, zone: "z2" }]);
    set.replace([a, { ...a, zone: "z3" }]);
    assert.deepEqual(news(), ["+ a"]);
    assert.equal(set.targets()[0]?.zone, "z1");
  });
});
