import assert from "node:assert/strict";
import { test } from "node:test";
import { retain } from "../../web/state/retain.ts";

const row = (key: string, heat: readonly (number | null)[]) => ({ key, heat: [...heat], why: null });
const answer = (nowMs: number, rows: readonly ReturnType<typeof row>[]) => ({
  nowMs,
  range: { fromMs: 1, toMs: 2 },
  rows: [...rows],
});

test("what says the same is the same object as before; what does not is new, and so is what it stands in", () => {
  const before = answer(1, [row("a", [0, null]), row("b", [0, 31])]);
  const next = answer(2, [row("a", [0, null]), row("b", [0, 33])]);
  const kept = retain(before, next);
  assert.deepEqual(kept, answer(2, [row("a", [0, null]), row("b", [0, 33])]));
  assert.equal(kept.range, before.range);
  assert.equal(kept.rows[0], before.rows[0]);
  assert.notEqual(kept, before);
  assert.notEqual(kept.rows, before.rows);
  assert.notEqual(kept.rows[1], before.rows[1]);
});

test("an answer that says the same in all is the one before", () => {
  const before = answer(1, [row("a", [1, 2])]);
  assert.equal(retain(before, answer(1, [row("a", [1, 2])])), before);
});

test("a row is found by its key wherever it is now", () => {
  const before = answer(1, [row("a", [0]), row("b", [31])]);
  const kept = retain(before, answer(1, [row("b", [31]), row("c", [0]), row("a", [0])]));
  assert.deepEqual(
    kept.rows.map(({ key }) => key),
    ["b", "c", "a"],
  );
  assert.equal(kept.rows[0], before.rows[1]);
  assert.equal(kept.rows[2], before.rows[0]);
});

test("what is shorter, longer, of another kind, or new is taken as it is", () => {
  for (const [before, next] of [
    [
      [1, 2, 3],
      [1, 2],
    ],
    [
      [1, 2],
      [1, 2, 3],
    ],
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: 1 }, { a: 1, b: undefined }],
    [{ a: 1 }, [1]],
    [[1], { 0: 1 }],
    [null, { a: 1 }],
    [{ a: 1 }, null],
    [undefined, [{ key: "a" }]],
    [[{ key: "a" }], [{ key: 1 }, null, { key: "a" }]],
    [{ a: [{}] }, { a: [[]] }],
  ] as const) {
    const expected = structuredClone(next);
    assert.deepStrictEqual(retain(before, next as unknown), expected);
  }
});
