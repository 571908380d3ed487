import { Writer } from "protobufjs/minimal.js";
import type { Family } from "../catalogue.ts";
import type { HistogramView } from "../histogram/rtt-histograms.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import type { ExtraLabel, FamilySeries, LabelSet } from "./family-series.ts";
import { writeNativeHistogram } from "./native-histogram.ts";
import { chunkBytes, type PageWriter } from "./page-writer.ts";
import { field } from "./protobuf-fields.ts";
import { RowBytes } from "./row-bytes.ts";

const none = new Uint8Array();
const nanosPerSecond = 1e9;

/**
 * Writes a page as io.prometheus.client.MetricFamily messages, each behind its length. A family is one message, and its
 * length stands before it, so that its chunks wait until it is whole.
 */
export class ProtobufWriter implements PageWriter {
  readonly #writer = Writer.create();
  readonly #rows = new RowBytes((labels, to) => to.bytes(encodeLabels(labels)));
  readonly #extras = new Map<ExtraLabel, Uint8Array>();
  #family: Family | undefined;
  /** The family's metrics so far. */
  readonly #held = new ByteBuffer(2 * chunkBytes);
  #labels: Uint8Array = none;

  get length(): number {
    return this.#writer.len;
  }

  take(): Uint8Array {
    this.#held.bytes(this.#writer.finish(true));
    this.#writer.reset();
    return none;
  }

  begin({ family, table }: FamilySeries): void {
    this.#family = family;
    this.#rows.use(table);
  }

  moveTo(row: number): boolean {
    const isThere = this.#rows.moveTo(row);
    if (isThere) this.#labels = this.#rows.arena.view(this.#rows.start, this.#rows.length);
    return isThere;
  }

  *end(): Generator<Uint8Array> {
    this.take();
    const metrics = this.#held.take();
    if (metrics.length === 0 || this.#family === undefined) return;
    const head = encodeHead(this.#family);
    yield Writer.create()
      .uint32(head.length + metrics.length)
      .raw(head)
      .finish();
    for (let from = 0; from < metrics.length; from += chunkBytes) yield metrics.subarray(from, from + chunkBytes);
  }

  finish(): Uint8Array {
    return none;
  }

  value(value: number, created?: number): void {
    this.#value(none, value, created);
  }

  labelled(label: ExtraLabel, value: number, created?: number): void {
    this.#value(this.#extra(label), value, created);
  }

  summary(sum: number, count: number, created?: number): void {
    const writer = this.#startMetric(none);
    writer.uint32(field.metric.summary).fork();
    writer.uint32(field.summary.sampleCount).uint64(count);
    writer.uint32(field.summary.sampleSum).double(sum);
    if (created !== undefined) writeTimestamp(writer, field.summary.created, created);
    writer.ldelim().ldelim();
  }

  histogram(view: HistogramView, created?: number): void {
    const writer = this.#startMetric(none);
    writer.uint32(field.metric.histogram).fork();
    writer.uint32(field.histogram.sampleCount).uint64(view.count);
    writer.uint32(field.histogram.sampleSum).double(view.sum);
    let below = 0;
    // The bucket without a bound is what sampleCount says.
    for (const [index, seconds] of view.bounds.seconds.entries()) {
      below += view.bucket(index);
      writer.uint32(field.histogram.bucket).fork();
      writer.uint32(field.bucket.cumulativeCount).uint64(below);
      writer.uint32(field.bucket.upperBound).double(seconds).ldelim();
    }
    if (view.native !== undefined) writeNativeHistogram(writer, view.native);
    if (created !== undefined) writeTimestamp(writer, field.histogram.created, created);
    writer.ldelim().ldelim();
  }

  #value(extra: Uint8Array, value: number, created: number | undefined): void {
    const writer = this.#startMetric(extra);
    const kind = this.#family?.type;
    writer.uint32(field.metric[kind === "counter" ? "counter" : kind === "untyped" ? "untyped" : "gauge"]).fork();
    writer.uint32(field.value).double(value);
    if (kind === "counter" && created !== undefined) writeTimestamp(writer, field.counterCreated, created);
    writer.ldelim().ldelim();
  }

  /** To be ended with ldelim(). */
  #startMetric(extra: Uint8Array): Writer {
    return this.#writer.uint32(field.family.metric).fork().raw(this.#labels).raw(extra);
  }

  #extra(label: ExtraLabel): Uint8Array {
    const known = this.#extras.get(label);
    if (known !== undefined) return known;
    const made = Uint8Array.from(encodeLabels({ [label.name]: label.value }));
    this.#extras.set(label, made);
    return made;
  }
}

/** For what is copied at once. */
const labelWriter = Writer.create();

/** Valid until the next labels. */
function encodeLabels(labels: LabelSet): Uint8Array {
  labelWriter.reset();
  for (const name in labels) {
    labelWriter.uint32(field.metric.label).fork().uint32(field.label.name).string(name);
    labelWriter
      .uint32(field.label.value)
      .string(labels[name] as string)
      .ldelim();
  }
  return labelWriter.finish(true);
}

function encodeHead({ name, help, type }: Family): Uint8Array {
  const writer = Writer.create();
  writer.uint32(field.family.name).string(name).uint32(field.family.help).string(help);
  return writer.uint32(field.family.type).int32(metricType[type]).finish();
}

/** The values of the enum MetricType. */
const metricType = { counter: 0, gauge: 1, info: 1, summary: 2, untyped: 3, histogram: 4 } as const;

/** A google.protobuf.Timestamp. */
function writeTimestamp(writer: Writer, tag: number, seconds: number): void {
  const whole = Math.floor(seconds);
  writer.uint32(tag).fork().uint32(field.timestamp.seconds).int64(whole);
  const nanos = Math.round((seconds - whole) * nanosPerSecond);
  writer
    .uint32(field.timestamp.nanos)
    .int32(Math.min(nanos, nanosPerSecond - 1))
    .ldelim();
}
