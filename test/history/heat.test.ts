import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ResultCounts } from "../../src/api/v1.ts";
import { heatOf, worseHeat } from "../../src/history/heat.ts";
import { LatencySketch } from "../../src/history/latency-sketch.ts";
import { type Bucket, noHeat } from "../../src/history/model.ts";

function bucket(results: ResultCounts, more: { syns?: [number, number]; us?: number } = {}): Bucket {
  const latency = new LatencySketch();
  if (more.us !== undefined) latency.add(more.us);
  const [synSent, synRetransmits] = more.syns ?? [0, 0];
  return { results, synSent, synRetransmits, latency };
}

describe("heatOf()", () => {
  const cases: [string, Bucket, number | undefined, number][] = [
    ["nothing measured is no heat", bucket([0, 0, 0, 0, 0, 0]), undefined, noHeat],
    ["this machine's own trouble is no heat", bucket([0, 0, 0, 0, 0, 9]), undefined, noHeat],
    ["all replies are fine", bucket([4, 0, 0, 0, 0, 0]), undefined, 0],
    ["nothing came through", bucket([0, 1, 1, 1, 1, 0]), undefined, 33],
    ["local does not soften a loss", bucket([0, 1, 0, 0, 0, 9]), undefined, 33],
    ["a tenth lost is much", bucket([9, 0, 1, 0, 0, 0]), undefined, 32],
    ["less is some", bucket([10, 1, 0, 0, 0, 0]), undefined, 31],
    ["retransmits of 30 % are the worst of their kind", bucket([7, 0, 0, 0, 0, 0], { syns: [10, 3] }), undefined, 23],
    ["of 5 % much", bucket([19, 0, 0, 0, 0, 0], { syns: [20, 1] }), undefined, 22],
    ["of less some", bucket([20, 0, 0, 0, 0, 0], { syns: [21, 1] }), undefined, 21],
    ["twice the normal is some", bucket([1, 0, 0, 0, 0, 0], { us: 2_100 }), 1_000, 11],
    ["four times is much", bucket([1, 0, 0, 0, 0, 0], { us: 4_200 }), 1_000, 12],
    ["ten times is the worst", bucket([1, 0, 0, 0, 0, 0], { us: 10_500 }), 1_000, 13],
    ["less than 500 us more is nothing", bucket([1, 0, 0, 0, 0, 0], { us: 480 }), 20, 0],
    ["without a normal there is no trouble with latency", bucket([1, 0, 0, 0, 0, 0], { us: 90_000 }), undefined, 0],
    ["the higher level wins over the worse kind", bucket([99, 1, 0, 0, 0, 0], { us: 5_000 }), 1_000, 12],
    ["of one level loss wins", bucket([99, 1, 0, 0, 0, 0], { syns: [101, 1] }), undefined, 31],
    ["and retransmits win over latency", bucket([99, 0, 0, 0, 0, 0], { syns: [100, 1], us: 2_500 }), 1_000, 21],
  ];
  for (const [name, of, normalUs, heat] of cases) test(name, () => assert.equal(heatOf(of, normalUs), heat));
});

describe("worseHeat()", () => {
  test("goes by level, then by kind, and by nothing else", () => {
    const ascending = [noHeat, 0, 11, 21, 31, 12, 22, 32, 13, 23, 33];
    for (const [rank, heat] of ascending.entries()) {
      for (const lesser of ascending.slice(0, rank + 1)) {
        assert.equal(worseHeat(heat, lesser), heat, `${heat} against ${lesser}`);
        assert.equal(worseHeat(lesser, heat), heat, `${lesser} against ${heat}`);
      }
    }
  });
});
