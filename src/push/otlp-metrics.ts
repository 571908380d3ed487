import type { HrTime } from "@opentelemetry/api";
import { AggregationTemporality, type DataPoint, DataPointType, type MetricData } from "@opentelemetry/sdk-metrics";
import type { Family } from "../metrics/catalogue.ts";
import type { ExtraLabel, FamilySeries, LabelSet, SeriesWriter } from "../metrics/exposition/family-series.ts";
import type { NativeView } from "../metrics/histogram/native-buckets.ts";
import type { HistogramView } from "../metrics/histogram/rtt-histograms.ts";

/** As many data points as go into one request: the exporter encodes them in one go, which is to take milliseconds. */
const maxPoints = 2_000;
const nanosPerSecond = 1e9;

/** The data points of a request, and how many they are. */
export interface Batch {
  readonly metrics: MetricData[];
  readonly points: number;
}

/** Rows between two chances for others to have a turn. */
const rowsPerTurn = 200;

/**
 * The families as OpenTelemetry's metrics, in batches of a bounded size. `unixS`: the moment that they are of, in seconds
 * since 1970. Undefined now and then between the batches, where others may have a turn.
 */
export function* toBatches(families: readonly FamilySeries[], unixS: number): Generator<Batch | undefined> {
  let batch: Batch = { metrics: [], points: 0 };
  for (const series of families) {
    let points = new PointWriter(series.family, unixS);
    for (let row = 0; row < series.table.rows; row++) {
      if (row % rowsPerTurn === rowsPerTurn - 1) yield undefined;
      const labels = series.table.labels(row);
      if (labels === undefined) continue;
      points.labels = labels;
      series.write(row, points);
      if (batch.points + points.length < maxPoints) continue;
      yield joined(batch, points);
      batch = { metrics: [], points: 0 };
      points = new PointWriter(series.family, unixS);
    }
    batch = joined(batch, points);
  }
  if (batch.points > 0) yield batch;
}

/** How many data points the families have, without making them: in parts, between which others may have a turn. */
export function* countPoints(families: readonly FamilySeries[]): Generator<number> {
  const counter = new PointCounter();
  for (const { table, write } of families) {
    for (let row = 0; row < table.rows; row++) {
      if (table.labels(row) !== undefined) write(row, counter);
      if (row % rowsPerTurn === rowsPerTurn - 1) yield counter.take();
    }
  }
  yield counter.take();
}

class PointCounter implements SeriesWriter {
  #count = 0;

  take(): number {
    const counted = this.#count;
    this.#count = 0;
    return counted;
  }

  value(): void {
    this.#count++;
  }

  labelled(): void {
    this.#count++;
  }

  summary(): void {
    this.#count++;
  }

  histogram(): void {
    this.#count++;
  }
}

function joined({ metrics, points }: Batch, more: PointWriter): Batch {
  return { metrics: [...metrics, ...more.metrics()], points: points + more.length };
}

/** Collects the data points of a family. */
class PointWriter implements SeriesWriter {
  labels: LabelSet = {};
  readonly #family: Family;
  readonly #end: HrTime;
  readonly #values: DataPoint<number>[] = [];
  readonly #classic: DataPoint<ClassicValue>[] = [];
  readonly #native: DataPoint<ExponentialValue>[] = [];

  constructor(family: Family, unixS: number) {
    this.#family = family;
    this.#end = hrTime(unixS);
  }

  get length(): number {
    return this.#values.length + this.#classic.length + this.#native.length;
  }

  value(value: number, created?: number): void {
    this.#values.push(this.#point(this.labels, value, created));
  }

  labelled({ name, value: of }: ExtraLabel, value: number, created?: number): void {
    this.#values.push(this.#point({ ...this.labels, [name]: of }, value, created));
  }

  /** The SDK knows no summaries; a histogram without bounds says the same. */
  summary(sum: number, count: number, created?: number): void {
    this.#classic.push(this.#point(this.labels, { sum, count, buckets: { boundaries: [], counts: [count] } }, created));
  }

  histogram(view: HistogramView, created?: number): void {
    if (view.native === undefined) this.#classic.push(this.#point(this.labels, classicValue(view), created));
    else this.#native.push(this.#point(this.labels, exponentialValue(view, view.native), created));
  }

  metrics(): MetricData[] {
    const { name, help: description, type } = this.#family;
    const common = {
      descriptor: { name, description, unit: "", valueType: 1 },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
    } as const;
    const metrics: MetricData[] = [];
    if (this.#values.length > 0 && type === "counter") {
      metrics.push({ ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: this.#values });
    } else if (this.#values.length > 0) {
      // Also the first PinGo's counters: as sums, their names would get a suffix at the far side.
      metrics.push({ ...common, dataPointType: DataPointType.GAUGE, dataPoints: this.#values });
    }
    if (this.#classic.length > 0) {
      metrics.push({ ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints: this.#classic });
    }
    if (this.#native.length > 0) {
      metrics.push({ ...common, dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM, dataPoints: this.#native });
    }
    return metrics;
  }

  #point<Value>(attributes: LabelSet, value: Value, created: number | undefined): DataPoint<Value> {
    const startTime = created === undefined ? this.#end : hrTime(created);
    return { startTime, endTime: this.#end, attributes, value };
  }
}

interface ClassicValue {
  sum: number;
  count: number;
  buckets: { boundaries: number[]; counts: number[] };
}

interface ExponentialValue {
  sum: number;
  count: number;
  scale: number;
  zeroCount: number;
  positive: { offset: number; bucketCounts: number[] };
  negative: { offset: number; bucketCounts: number[] };
}

function classicValue(view: HistogramView): ClassicValue {
  const boundaries = [...view.bounds.seconds];
  const counts = Array.from({ length: boundaries.length + 1 }, (_, index) => view.bucket(index));
  return { sum: view.sum, count: view.count, buckets: { boundaries, counts } };
}

/** OpenTelemetry numbers a bucket by its lower bound where Prometheus does by the upper one: its index is one less. */
function exponentialValue({ sum, count }: HistogramView, native: NativeView): ExponentialValue {
  const first = native.length === 0 ? 0 : native.index(0);
  const last = native.length === 0 ? -1 : native.index(native.length - 1);
  const bucketCounts = new Array<number>(last - first + 1).fill(0);
  for (let position = 0; position < native.length; position++) {
    bucketCounts[native.index(position) - first] = native.count(position);
  }
  return {
    sum,
    count,
    scale: native.schema,
    zeroCount: native.zeroCount,
    positive: { offset: first - 1, bucketCounts },
    negative: { offset: 0, bucketCounts: [] },
  };
}

function hrTime(seconds: number): HrTime {
  const whole = Math.floor(seconds);
  return [whole, Math.min(nanosPerSecond - 1, Math.round((seconds - whole) * nanosPerSecond))];
}
