import type { Family } from "../catalogue.ts";
import type { HistogramView } from "../histogram/rtt-histograms.ts";

export type LabelSet = Readonly<Record<string, string>>;

/** A label that some series of a family have beside those of their row. One object for each, by which it is known. */
export interface ExtraLabel {
  readonly name: string;
  readonly value: string;
}

/** The labels of one label's values, as those of a `result`. */
export function extraLabels<Value extends string>(name: string, values: readonly Value[]): readonly ExtraLabel[] {
  return values.map((value) => ({ name, value }));
}

/** Label sets by row, one for each target or zone. Families of the same table share the work of writing them. */
export interface LabelTable {
  /** Rows are numbered from 0 up to this. */
  readonly rows: number;
  /** Undefined in rows that are free. */
  labels(row: number): LabelSet | undefined;
}

/** What a row of a family has, written one after another. `created`: since when it counts, in seconds since 1970. */
export interface SeriesWriter {
  value(value: number, created?: number): void;
  /** A series with one label more. */
  labelled(label: ExtraLabel, value: number, created?: number): void;
  /** A summary without quantiles; `sum` in the family's unit. */
  summary(sum: number, count: number, created?: number): void;
  /** Read at once, and not after. */
  histogram(view: HistogramView, created?: number): void;
}

/** All series of a family at one moment, whatever they are written as. */
export interface FamilySeries {
  readonly family: Family;
  readonly table: LabelTable;
  /** Writes the row's series, of which there may be none. */
  write(row: number, to: SeriesWriter): void;
}

/** A table of label sets that are all there. */
export function tableOf(sets: readonly LabelSet[]): LabelTable {
  return { rows: sets.length, labels: (row) => sets[row] };
}

/** A family with a value for each label set. */
export function valueSeries(family: Family, samples: readonly (readonly [LabelSet, number])[]): FamilySeries {
  return {
    family,
    table: tableOf(samples.map(([labels]) => labels)),
    write: (row, to) => to.value((samples[row] as readonly [LabelSet, number])[1]),
  };
}
