import assert from "node:assert/strict";
import { test } from "node:test";
import { columnAt, columnLeft, columnOf, spanOf } from "../../web/state/columns.ts";
import { runsOf, shadeOf, troubles } from "../../web/state/heat.ts";
import { latencyPlace, lossPlace, spanOfLatency } from "../../web/state/scales.ts";

test("no data is neither trouble nor fine", () => {
  assert.equal(shadeOf(null), "none");
  assert.equal(shadeOf(undefined), "none");
  assert.deepEqual(troubles([shadeOf(null), shadeOf(0)]), []);
});

test("heat is a kind and a level", () => {
  const shades = [0, 11, 22, 33].map(shadeOf);
  assert.deepEqual(shades, ["ok", "latency1", "syn2", "loss3"]);
  assert.equal(shadeOf(47), "loss3", "what this page does not know of is the worst it knows");
});

test("runs join what is alike and leave nothing out", () => {
  const runs = runsOf(["ok", "ok", "loss1", "none", "none"]);
  assert.deepEqual(
    runs.map(({ from, to }) => [from, to]),
    [
      [0, 2],
      [2, 3],
      [3, 5],
    ],
  );
});

test("every pixel of a strip is of one column, and columns have whole pixels", () => {
  for (const [columns, width] of [
    [180, 1_003],
    [60, 359],
    [15, 800],
    [200, 190],
  ] as const) {
    assert.equal(columnLeft(0, columns, width), 0);
    assert.equal(columnLeft(columns, columns, width), width);
    for (let x = 0; x < width; x++) {
      const column = columnAt(x, columns, width);
      assert.ok(columnLeft(column, columns, width) <= x + 1 && x <= columnLeft(column + 1, columns, width));
    }
  }
});

test("a place on a strip is a time, and back", () => {
  const range = { fromMs: 1_000, toMs: 11_000, stepMs: 1_000, columns: 10 };
  assert.deepEqual(spanOf(range, 5, 2), { fromMs: 3_000, toMs: 7_000 });
  assert.equal(columnOf(range, 3_999), 2);
  assert.equal(columnOf(range, 11_000), undefined);
});

test("nothing lost and all lost have colours that nothing between has", () => {
  assert.deepEqual(
    [0, 1, null].map((share) => lossPlace(share, 7)),
    [0, 6, undefined],
  );
  for (const share of [0.001, 0.2, 0.5, 0.999]) assert.ok([1, 2, 3, 4, 5].includes(lossPlace(share, 7) ?? 0));
});

test("latencies stand on a scale of factors that noise does not fill", () => {
  const span = spanOfLatency([200, null, 210]);
  assert.deepEqual(span, { minUs: 200, maxUs: 400 });
  assert.equal(latencyPlace(200, span, 7), 0);
  assert.equal(latencyPlace(400, span, 7), 6);
  assert.deepEqual(spanOfLatency([null]), { minUs: 100, maxUs: 200 });
});
