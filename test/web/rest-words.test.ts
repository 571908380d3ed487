import assert from "node:assert/strict";
import { test } from "node:test";
import { restWords } from "../../web/state/rest-words.ts";

const rows = (probed: number, left = 0) => [
  ...Array.from({ length: probed }, () => ({ isProbed: true })),
  ...Array.from({ length: left }, () => ({ isProbed: false })),
];

test("what is left of a zone is told by how it is", () => {
  assert.equal(restWords({ targets: 1_202, sick: rows(2), shown: rows(2), isCut: false }), "1,200 healthy nodes");
  assert.equal(
    restWords({ targets: 11, sick: rows(10), shown: rows(8), isCut: false }),
    "2 more with trouble, 1 healthy node",
  );
  assert.equal(restWords({ targets: 3, sick: rows(3), shown: rows(3), isCut: false }), "");
});

test("nodes that have left do not stand for healthy ones that are there", () => {
  assert.equal(restWords({ targets: 5, sick: rows(0, 5), shown: rows(0, 5), isCut: false }), "5 healthy nodes");
  assert.equal(restWords({ targets: 3, sick: rows(1, 1), shown: rows(1, 1), isCut: false }), "2 healthy nodes");
  assert.equal(restWords({ targets: 2, sick: rows(2, 7), shown: rows(2, 6), isCut: false }), "1 more with trouble");
});

test("where not all that had trouble are known, nobody is said to be healthy", () => {
  assert.equal(restWords({ targets: 40, sick: rows(8), shown: rows(8), isCut: true }), "all 40 nodes");
  assert.equal(restWords({ targets: 8, sick: rows(0, 8), shown: rows(0, 8), isCut: true }), "all 8 nodes");
  assert.equal(restWords({ targets: 8, sick: rows(8), shown: rows(8), isCut: true }), "");
});
