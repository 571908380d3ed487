import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { emptyStatus } from "../../src/sandbox/node-object.ts";
import { parseFieldSelector, parseLabelSelector, type SelectorResult } from "../../src/sandbox/selectors.ts";

const node = {
  metadata: { name: "a-ash", labels: { zone: "a", "node-role.kubernetes.io/worker": "", tier: "gold" } },
  spec: {},
  status: emptyStatus,
};

function matches(result: SelectorResult): boolean {
  assert.ok(result.ok, JSON.stringify(result));
  return result.matches(node);
}

describe("parseLabelSelector", () => {
  for (const [text, expected] of [
    ["", true],
    ["zone=a", true],
    ["zone==a", true],
    ["zone = a", true],
    ["zone=b", false],
    ["zone!=b", true],
    ["zone!=a", false],
    ["absent!=a", true],
    ["absent=", false],
    ["zone in (a,b)", true],
    ["zone in (b, c)", false],
    ["zone notin (b)", true],
    ["absent notin (b)", true],
    ["absent in (b)", false],
    ["node-role.kubernetes.io/worker", true],
    ["node-role.kubernetes.io/worker=", true],
    ["!absent", true],
    ["!zone", false],
    ["constructor", false],
    ["zone in (a,b),tier=gold", true],
    ["zone=a,tier!=gold", false],
  ] as const) {
    test(`${JSON.stringify(text)} ${expected ? "selects" : "leaves out"} the node`, () => {
      assert.equal(matches(parseLabelSelector(text)), expected);
    });
  }
  for (const text of ["zone=a=b", "zone in a", "=a", "a b", "zone in (a", "(a)"]) {
    test(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseLabelSelector(text).ok, false));
  }
});

describe("parseFieldSelector", () => {
  for (const [text, expected] of [
    ["", true],
    ["metadata.name=a-ash", true],
    ["metadata.name=other", false],
    ["metadata.name!=other", true],
    ["spec.unschedulable=false", true],
    ["metadata.name=a-ash,spec.unschedulable=true", false],
  ] as const) {
    test(`${JSON.stringify(text)} ${expected ? "selects" : "leaves out"} the node`, () => {
      assert.equal(matches(parseFieldSelector(text)), expected);
    });
  }
  for (const text of ["status.phase=Running", "metadata.name", "toString=x"]) {
    test(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseFieldSelector(text).ok, false));
  }
});
