import type { HistogramView } from "../histogram/rtt-histograms.ts";
import { ByteBuffer, utf8 } from "./byte-buffer.ts";
import type { ExtraLabel, FamilySeries } from "./family-series.ts";
import { writeLabels } from "./labels.ts";
import { chunkBytes, type PageWriter } from "./page-writer.ts";
import { RowBytes } from "./row-bytes.ts";
import type { TextDialect } from "./text-dialects.ts";

const lineFeed = 0x0a;
const space = 0x20;
const comma = 0x2c;
const openingBrace = 0x7b;
const closingBrace = 0x7d;

/** What the lines of a family begin with: the names of its samples. */
interface SampleNames {
  readonly plain: Uint8Array;
  readonly bucket: Uint8Array;
  readonly sum: Uint8Array;
  readonly count: Uint8Array;
  /** Undefined where none is written. */
  readonly created: Uint8Array | undefined;
}

function sampleNames(name: string, created: string | undefined): SampleNames {
  return {
    plain: utf8(name),
    bucket: utf8(`${name}_bucket`),
    sum: utf8(`${name}_sum`),
    count: utf8(`${name}_count`),
    created: created === undefined ? undefined : utf8(created),
  };
}

/** A chunk is full once it has its bytes; what one row adds to that is no more, as a rule. */
const slackBytes = 8 * 1024;

/**
 * Writes a page in one of Prometheus' text formats. Bytes, not strings: nearly all of a page is labels, which are
 * encoded once a row and then copied; a line takes some 50 ns where a concatenated string takes 160.
 */
export class TextWriter implements PageWriter {
  readonly #dialect: TextDialect;
  readonly #buffer = new ByteBuffer(chunkBytes + slackBytes);
  readonly #rows = new RowBytes(writeLabels);
  readonly #extras = new Map<ExtraLabel, Uint8Array>();
  readonly #bounds = new Map<HistogramView["bounds"], readonly Uint8Array[]>();
  #names = sampleNames("", undefined);
  /** Not written yet: a family without a series leaves no trace. */
  #head: Uint8Array | undefined;

  constructor(dialect: TextDialect) {
    this.#dialect = dialect;
  }

  get length(): number {
    return this.#buffer.length;
  }

  take(): Uint8Array {
    return this.#buffer.take();
  }

  begin({ family, table }: FamilySeries): void {
    const { head, created } = this.#dialect.family(family);
    this.#head = utf8(head);
    this.#names = sampleNames(family.name, created);
    this.#rows.use(table);
  }

  moveTo(row: number): boolean {
    return this.#rows.moveTo(row);
  }

  end(): Uint8Array[] {
    return [];
  }

  finish(): Uint8Array {
    return utf8(this.#dialect.end);
  }

  value(value: number, created?: number): void {
    this.#line(this.#names.plain, value);
    this.#created(created);
  }

  labelled(label: ExtraLabel, value: number, created?: number): void {
    const extra = this.#extra(label);
    this.#labelledLine(this.#names.plain, extra, value);
    if (this.#names.created !== undefined && created !== undefined) {
      this.#labelledLine(this.#names.created, extra, created);
    }
  }

  summary(sum: number, count: number, created?: number): void {
    this.#line(this.#names.sum, sum);
    this.#line(this.#names.count, count);
    this.#created(created);
  }

  histogram(view: HistogramView, created?: number): void {
    const buffer = this.#buffer;
    const bounds = this.#boundLabels(view.bounds);
    const start = this.#startLine(this.#names.bucket);
    const startLength = buffer.length - start;
    let below = 0;
    for (let index = 0; index < bounds.length; index++) {
      if (index > 0) buffer.again(start, startLength);
      below += view.bucket(index);
      this.#endLabelledLine(bounds[index] as Uint8Array, below);
    }
    this.#line(this.#names.sum, view.sum);
    this.#line(this.#names.count, view.count);
    this.#created(created);
  }

  #created(created: number | undefined): void {
    if (this.#names.created !== undefined && created !== undefined) this.#line(this.#names.created, created);
  }

  #line(name: Uint8Array, value: number): void {
    this.#startLine(name);
    if (this.#rows.length > 0) this.#buffer.byte(closingBrace);
    this.#endLine(value);
  }

  #labelledLine(name: Uint8Array, extra: Uint8Array, value: number): void {
    this.#startLine(name);
    this.#endLabelledLine(extra, value);
  }

  /** The line up to the end of the row's labels; gives where it begins. */
  #startLine(name: Uint8Array): number {
    const buffer = this.#buffer;
    if (this.#head !== undefined) buffer.bytes(this.#head);
    this.#head = undefined;
    const from = buffer.length;
    buffer.bytes(name);
    if (this.#rows.length === 0) return from;
    buffer.byte(openingBrace);
    buffer.part(this.#rows.arena, this.#rows.start, this.#rows.length);
    return from;
  }

  #endLabelledLine(extra: Uint8Array, value: number): void {
    const buffer = this.#buffer;
    buffer.byte(this.#rows.length === 0 ? openingBrace : comma);
    buffer.bytes(extra);
    this.#endLine(value);
  }

  #endLine(value: number): void {
    const buffer = this.#buffer;
    buffer.byte(space);
    buffer.number(value);
    buffer.byte(lineFeed);
  }

  #extra(label: ExtraLabel): Uint8Array {
    const known = this.#extras.get(label);
    if (known !== undefined) return known;
    const made = lastLabel(label.name, label.value);
    this.#extras.set(label, made);
    return made;
  }

  #boundLabels(bounds: HistogramView["bounds"]): readonly Uint8Array[] {
    const known = this.#bounds.get(bounds);
    if (known !== undefined) return known;
    const texts = [...bounds.seconds.map((seconds) => this.#dialect.bound(seconds)), "+Inf"];
    const made = texts.map((le) => lastLabel("le", le));
    this.#bounds.set(bounds, made);
    return made;
  }
}

/** A label and the brace that ends the labels: it is the last of them. */
function lastLabel(name: string, value: string): Uint8Array {
  const buffer = new ByteBuffer(0);
  writeLabels({ [name]: value }, buffer);
  buffer.byte(closingBrace);
  return buffer.take();
}
