import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Family } from "../../../src/metrics/catalogue.ts";
import { type FamilySeries, tableOf, valueSeries } from "../../../src/metrics/exposition/family-series.ts";
import { chunkBytes, pageChunks } from "../../../src/metrics/exposition/page-writer.ts";
import { ProtobufWriter } from "../../../src/metrics/exposition/protobuf-writer.ts";
import { BucketBounds } from "../../../src/metrics/histogram/bucket-bounds.ts";
import { bucketAt, firstIndex } from "../../../src/metrics/histogram/native-scale.ts";
import { RttHistograms } from "../../../src/metrics/histogram/rtt-histograms.ts";
import { type HistogramMessage, nativeCounts, readFamilies } from "../../support/metric-families.ts";
import { randomNumbers } from "../../support/random-numbers.ts";
import { writtenBy } from "../../support/written-page.ts";

const family: Family = { name: "m", type: "gauge", help: "What it is.", labels: [], of: "process", level: "minimal" };
const since = 1_700_000_000.25;
const created = { seconds: 1_700_000_000, nanos: 250_000_000 };

function read(families: readonly FamilySeries[]) {
  return readFamilies(writtenBy(new ProtobufWriter(), families));
}

function histogramOf(times: readonly number[], boundsUs: readonly number[] = []): HistogramMessage {
  const histograms = new RttHistograms(new BucketBounds(boundsUs));
  histograms.clear(0);
  for (const us of times) histograms.observe(0, us);
  const cursor = histograms.cursor();
  const [message] = read([
    {
      family: { ...family, type: "histogram" },
      table: tableOf([{}]),
      write: (row, to) => to.histogram(cursor.moveTo(row), since),
    },
  ]);
  return message?.metric[0]?.histogram ?? assert.fail("there is no histogram");
}

describe("a page of messages", () => {
  test("has families with their types, values and labels", () => {
    const value = (type: Family["type"], name: string): FamilySeries => ({
      family: { ...family, type, name },
      table: tableOf([{ a: "ü", b: "" }]),
      write: (_row, to) => to.value(0.5, since),
    });
    const summary: FamilySeries = {
      family: { ...family, name: "s", type: "summary" },
      table: tableOf([{}]),
      write: (_row, to) => to.summary(1.5, 3, since),
    };
    const label = [
      { name: "a", value: "ü" },
      { name: "b", value: "" },
    ];
    const help = family.help;
    const families = [value("gauge", "g"), value("info", "i"), value("counter", "c"), value("untyped", "u"), summary];
    assert.deepEqual(read(families), [
      { name: "g", help, type: 1, metric: [{ label, gauge: { value: 0.5 } }] },
      { name: "i", help, type: 1, metric: [{ label, gauge: { value: 0.5 } }] },
      { name: "c", help, type: 0, metric: [{ label, counter: { value: 0.5, created } }] },
      { name: "u", help, type: 3, metric: [{ label, untyped: { value: 0.5 } }] },
      { name: "s", help, type: 2, metric: [{ label: [], summary: { sampleCount: 3, sampleSum: 1.5, created } }] },
    ]);
  });

  test("has a series with one label more", () => {
    const extra = { name: "result", value: "ok" };
    const [message] = read([{ family, table: tableOf([{ a: "1" }]), write: (_row, to) => to.labelled(extra, 2) }]);
    assert.deepEqual(message?.metric[0]?.label, [{ name: "a", value: "1" }, extra]);
  });

  test("has no trace of a family without samples", () => {
    assert.deepEqual(read([valueSeries(family, [])]), []);
  });

  test("is given in turns, each family one message however long", () => {
    const samples = Array.from({ length: 30_000 }, (_, index) => [{ a: `label ${index}` }, index] as const);
    const chunks = Array.from(pageChunks([valueSeries(family, samples)], new ProtobufWriter()), (chunk) =>
      Buffer.from(chunk),
    );
    assert.ok(chunks.filter(({ length }) => length === 0).length > 8, "turns in which nothing can be sent yet");
    assert.ok(chunks.every(({ length }) => length < 1.1 * chunkBytes));
    const [message, ...others] = readFamilies(Buffer.concat(chunks));
    assert.deepEqual([message?.metric.length, others], [30_000, []]);
    assert.deepEqual(message?.metric[29_999], {
      label: [{ name: "a", value: "label 29999" }],
      gauge: { value: 29_999 },
    });
  });
});

describe("a native histogram", () => {
  test("holds what was observed, whatever that is", () => {
    const numbers = randomNumbers(3);
    const random = () => numbers(1e9) / 1e9;
    for (let round = 0; round < 300; round++) {
      const spread = 1 + random() * 1e6;
      const times = Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(spread ** random()));
      const message = histogramOf(times);
      const truth = new Map<number, number>();
      for (const us of times) truth.set(firstIndex + bucketAt(us), (truth.get(firstIndex + bucketAt(us)) ?? 0) + 1);
      assert.deepEqual(nativeCounts(message), new Map([...truth].toSorted(([a], [b]) => a - b)));
      assert.equal(message.sampleCount, times.length);
    }
  });

  test("is told from a classic one even while it is empty", () => {
    const { schema, zeroThreshold, zeroCount, positiveSpan, positiveDelta } = histogramOf([]);
    assert.deepEqual([schema, zeroCount, positiveSpan, positiveDelta], [3, 0, [], []]);
    assert.equal(zeroThreshold, 2 ** -20);
  });

  test("bridges a short gap and begins a new span after a long one", () => {
    // Indices -79 (1 ms), -77, -74 and 0 (1 s): one and two empty buckets between the first three.
    const message = histogramOf([1_000, 1_000, 1_200, 1_600, 1_000_000]);
    const indices = [...nativeCounts(message).keys()];
    assert.deepEqual(indices, [-79, -77, -74, 0]);
    assert.deepEqual(message.positiveSpan, [
      { offset: -79, length: 6 },
      { offset: 73, length: 1 },
    ]);
    assert.deepEqual(message.positiveDelta, [2, -2, 1, -1, 0, 1, 0]);
  });

  test("has a zero bucket, a sum, a beginning, and classic buckets where there are bounds", () => {
    const message = histogramOf([0, 0, 50, 150], [100, 1_000]);
    assert.deepEqual([message.zeroCount, message.sampleCount, message.sampleSum], [2, 4, 0.0002]);
    assert.deepEqual(message.created, created);
    assert.deepEqual(message.bucket, [
      { cumulativeCount: 3, upperBound: 0.0001 },
      { cumulativeCount: 4, upperBound: 0.001 },
    ]);
  });
});
