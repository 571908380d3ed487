import {
  type DynamicConfigValue,
  type Panel,
  type ThresholdsConfig,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as SeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

/** What is asked of Prometheus, and what a series of the answer is called. */
export interface Query {
  readonly expr: string;
  readonly legend?: string;
}

/** What each kind of panel has. */
export interface PanelOptions {
  readonly title: string;
  /** What it shows and how to read it. */
  readonly description: string;
  /** Grafana's name of the unit; the default is a plain number. */
  readonly unit?: string;
  /** Columns of 24. */
  readonly width?: number;
  readonly queries: readonly Query[];
  /** From which value on a colour holds, rising; below the first it is green. */
  readonly thresholds?: readonly (readonly [value: number, color: string])[];
  /** Below the first threshold. */
  readonly baseColor?: string;
  readonly max?: number;
  /** What is said where nothing is found. */
  readonly noValue?: string;
}

interface Builder {
  build(): Panel;
}

const datasource = { type: "prometheus", uid: "$datasource" };

function query({ expr, legend = "__auto" }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .datasource(datasource)
    .expr(expr)
    .legendFormat(legend)
    .refId(String.fromCharCode("A".charCodeAt(0) + index));
}

function thresholdsOf({ thresholds = [], baseColor = "green" }: PanelOptions): ThresholdsConfigBuilder {
  const steps: ThresholdsConfig["steps"] = [
    // What holds for everything below the first.
    { value: null, color: baseColor },
    ...thresholds.map(([value, color]) => ({ value, color })),
  ];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

/** Lines over time. */
export function lines(options: PanelOptions): Builder {
  const { title, description, unit = "short", width = 12, queries, max } = options;
  const panel = new SeriesBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .unit(unit)
    .min(0)
    .height(8)
    .span(width)
    .fillOpacity(8)
    .thresholds(thresholdsOf(options))
    .targets(queries.map((each, index) => query(each, index)));
  return max === undefined ? panel : panel.max(max);
}

/** One figure of now. */
export function figure(options: PanelOptions): Builder {
  const { title, description, unit = "short", width = 4, queries, noValue = "-" } = options;
  return new StatBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .unit(unit)
    .noValue(noValue)
    .height(5)
    .span(width)
    .thresholds(thresholdsOf(options))
    .targets(queries.map((each, index) => query(each, index).instant()));
}

/** A row for each series of now. `columns` are the labels that are shown, and `value` is what the value is called. */
export function rows(options: PanelOptions & { readonly columns: readonly string[]; readonly value: string }): Builder {
  const { title, description, unit = "short", width = 12, queries, noValue = "none", columns, value } = options;
  const panel = new TableBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .noValue(noValue)
    .height(8)
    .span(width)
    .targets(queries.map((each, index) => query(each, index).instant().format(PromQueryFormat.Table)))
    .withTransformation({
      id: "organize",
      options: {
        includeByName: Object.fromEntries([...columns, "Value"].map((name) => [name, true])),
        renameByName: { Value: value },
      },
    });
  const ofValue: DynamicConfigValue[] = [
    { id: "unit", value: unit },
    { id: "thresholds", value: thresholdsOf(options).build() },
    { id: "custom.cellOptions", value: { type: "color-background" } },
  ];
  return panel.overrideByName(value, ofValue);
}
