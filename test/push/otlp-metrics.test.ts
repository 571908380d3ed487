import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DataPointType } from "@opentelemetry/sdk-metrics";
import type { Family } from "../../src/metrics/catalogue.ts";
import { type FamilySeries, tableOf, valueSeries } from "../../src/metrics/exposition/family-series.ts";
import { BucketBounds } from "../../src/metrics/histogram/bucket-bounds.ts";
import { RttHistograms } from "../../src/metrics/histogram/rtt-histograms.ts";
import { toBatches } from "../../src/push/otlp-metrics.ts";

const family: Family = { name: "m", type: "gauge", help: "Help.", labels: [], of: "process", level: "minimal" };
const now = 1_700_000_100.5;
const since = 1_700_000_000.25;

describe("batches", () => {
  test("are of a bounded size, and together all there is", () => {
    const many = (name: string, count: number) =>
      valueSeries(
        { ...family, name },
        Array.from({ length: count }, (_, index) => [{ a: String(index) }, index] as const),
      );
    const batches = [...toBatches([many("a", 1_500), many("b", 5_000), many("c", 3)], now)].filter(
      (batch) => batch !== undefined,
    );
    assert.deepEqual(
      batches.map(({ points }) => points),
      [2_000, 2_000, 2_000, 503],
    );
    const seen = new Map<string, Set<unknown>>();
    for (const { metrics, points } of batches) {
      const counted = metrics.reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
      assert.equal(counted, points);
      for (const { descriptor, dataPoints } of metrics) {
        const values = seen.get(descriptor.name) ?? new Set();
        seen.set(descriptor.name, values);
        for (const { value } of dataPoints) values.add(value);
      }
    }
    assert.deepEqual(
      [...seen].map(([name, values]) => [name, values.size]),
      [
        ["a", 1_500],
        ["b", 5_000],
        ["c", 3],
      ],
    );
  });

  test("of nothing are none", () => {
    assert.deepEqual([...toBatches([valueSeries(family, [])], now)], []);
  });
});

test("each kind of family is what OpenTelemetry has for it, with its beginning", () => {
  const histograms = new RttHistograms(new BucketBounds([1_000]));
  histograms.clear(0);
  // Of index -79 and -77, and the zero bucket.
  for (const us of [0, 1_000, 1_000, 1_200]) histograms.observe(0, us);
  const cursor = histograms.cursor();
  const of = (type: Family["type"], write: FamilySeries["write"]): FamilySeries => ({
    family: { ...family, type },
    table: tableOf([{ a: "b" }]),
    write,
  });
  const [batch] = toBatches(
    [
      of("counter", (_row, to) => to.labelled({ name: "result", value: "ok" }, 3, since)),
      of("untyped", (_row, to) => to.value(4)),
      of("summary", (_row, to) => to.summary(1.5, 2, since)),
      of("histogram", (row, to) => to.histogram(cursor.moveTo(row), since)),
      of("histogram", (row, to) => to.histogram({ ...cursor.moveTo(row), bucket: () => 2, native: undefined }, since)),
    ],
    now,
  );
  const point = (metric: number) => batch?.metrics[metric]?.dataPoints[0];
  assert.deepEqual(
    batch?.metrics.map(({ dataPointType }) => dataPointType),
    [
      DataPointType.SUM,
      DataPointType.GAUGE,
      DataPointType.HISTOGRAM,
      DataPointType.EXPONENTIAL_HISTOGRAM,
      DataPointType.HISTOGRAM,
    ],
  );
  assert.deepEqual(point(0), {
    startTime: [1_700_000_000, 250_000_000],
    endTime: [1_700_000_100, 500_000_000],
    attributes: { a: "b", result: "ok" },
    value: 3,
  });
  assert.deepEqual(point(1)?.startTime, point(1)?.endTime);
  assert.deepEqual(point(2)?.value, { sum: 1.5, count: 2, buckets: { boundaries: [], counts: [2] } });
  assert.deepEqual(point(3)?.value, {
    sum: 0.0032,
    count: 4,
    scale: 3,
    zeroCount: 1,
    positive: { offset: -80, bucketCounts: [2, 0, 1] },
    negative: { offset: 0, bucketCounts: [] },
  });
  assert.deepEqual(point(4)?.value, { sum: 0.0032, count: 4, buckets: { boundaries: [0.001], counts: [2, 2] } });
});
