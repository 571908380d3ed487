import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { parseShard } from "../../src/config/parse-shard.ts";
import { ownsShard } from "../../src/targets/shard.ts";

describe("--shard", () => {
  for (const [text, index, count] of [
    ["2/5", 2, 5],
    ["1/1", 1, 1],
    [" 5/5 ", 5, 5],
    ["1000/1000", 1_000, 1_000],
    ["pingo-0/5", 1, 5],
    ["pingo-4/5", 5, 5],
    ["my-pingo-2-11/20", 12, 20],
    ["a.b-0/1", 1, 1],
  ] as const) {
    test(`${text} is ${index} of ${count}`, () => assert.deepEqual(parseShard(text), { value: { index, count } }));
  }

  for (const [text, problem] of [
    ["0/5", /^"0\/5": shards of 5 count from 1 to 5; write which shard of how many, e\.g\. 2\/5/],
    ["6/5", /shards of 5 count from 1 to 5/],
    ["1/0", /there can be 1 to 1000 shards, not 0/],
    ["1/1001", /there can be 1 to 1000 shards, not 1001/],
    ["pingo-5/5", /the pods of 5 shards are pingo-0 to pingo-4; give as many shards as there are replicas/],
    ["5", /^"5" is no shard/],
    ["", /is no shard/],
    ["two/five", /is no shard/],
    ["-1/5", /is no shard/],
    ["1.5/5", /is no shard/],
    ["2/5/7", /is no shard/],
    ["2 / 5", /is no shard/],
    ["pingo/5", /is no shard/],
    ["pingo-abc12/5", /is no shard/],
    ["$(POD_NAME)/5", /is no shard.*with POD_NAME from metadata\.name/],
    ["1e1/20", /is no shard/],
  ] as const) {
    test(`refuses ${JSON.stringify(text)}`, () => {
      const read = parseShard(text);
      assert.ok("problem" in read);
      assert.match(read.problem, problem);
    });
  }
});

const uids = Array.from({ length: 20_000 }, (_, index) => {
  const hex = createHash("sha256").update(`node ${index}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
});
const names = uids.map((_, index) => `node-${index}.example`);

/** Which shards say that a node is theirs. */
function ownersOf(uid: string, count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1).filter((index) => ownsShard(uid, { index, count }));
}

describe("shards", () => {
  test("have one owner for each node", () => {
    for (const uid of [...uids.slice(0, 2_000), "", "é"]) {
      for (const count of [1, 2, 3, 7, 20]) assert.equal(ownersOf(uid, count).length, 1, `${uid} of ${count}`);
    }
  });

  // A release that changes one of these moves every target of every user.
  test("stay what they were in every release", () => {
    const golden = {
      "3f0a1c9e-5d1b-4c7e-9a53-0c6f6f1d2b11": [1, 3, 19],
      "00000000-0000-0000-0000-000000000000": [1, 1, 1],
      "node-1": [1, 1, 7],
      "": [1, 4, 4],
      é: [2, 5, 8],
    };
    for (const [uid, owners] of Object.entries(golden)) {
      assert.deepEqual(
        [2, 5, 20].map((count) => ownersOf(uid, count)[0]),
        owners,
        uid,
      );
    }
  });

  for (const [what, ids] of [
    ["uids", uids],
    ["names that differ in a digit", names],
  ] as const) {
    test(`are of one size, by ${what}`, () => {
      for (const count of [2, 3, 5, 20]) {
        const sizes = new Array<number>(count).fill(0);
        for (const id of ids) {
          const at = (ownersOf(id, count)[0] ?? 0) - 1;
          sizes[at] = (sizes[at] ?? 0) + 1;
        }
        const expected = ids.length / count;
        const chiSquare = sizes.reduce((sum, size) => sum + (size - expected) ** 2 / expected, 0);
        // Mean count - 1; so far beyond it that chance brings it about once in thousands of seeds, and the seed is fixed.
        const bound = count - 1 + 4 * Math.sqrt(2 * (count - 1));
        assert.ok(chiSquare < bound, `${count} shards: ${sizes}; chi-square ${chiSquare}, bound ${bound}`);
      }
    });
  }

  test("give to a new one its share and keep all the rest", () => {
    for (const count of [1, 2, 4, 9]) {
      let moved = 0;
      for (const uid of uids) {
        const [before, after] = [ownersOf(uid, count)[0], ownersOf(uid, count + 1)[0]];
        if (before === after) continue;
        assert.equal(after, count + 1, uid);
        moved++;
      }
      const share = uids.length / (count + 1);
      assert.ok(Math.abs(moved - share) < share * 0.1, `${moved} moved where ${share} should`);
    }
  });
});
