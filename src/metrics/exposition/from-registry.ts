import type { MetricObjectWithValues, MetricValue, MetricValueWithName, Registry } from "prom-client";
import type { Family } from "../catalogue.ts";
import type { HistogramView } from "../histogram/rtt-histograms.ts";
import { type FamilySeries, type LabelSet, tableOf, valueSeries } from "./family-series.ts";

type Metric = MetricObjectWithValues<MetricValue<string>>;

/** The labels of a registry's series are whatever its code set. */
const ofProcess = { of: "process", level: "minimal", labels: [] } as const;

/** Reads the families of a registry of prom-client; `families` are those whose kind it does not know, by name. */
export async function seriesOf(
  registry: Registry,
  families: ReadonlyMap<string, Family>,
  created: number,
): Promise<FamilySeries[]> {
  const metrics = (await registry.getMetricsAsJSON()) as unknown as Metric[];
  return metrics.map((metric) => {
    const type = String(metric.type) as "counter" | "gauge" | "histogram";
    const family = families.get(metric.name) ?? { name: metric.name, help: metric.help, type, ...ofProcess };
    return type === "histogram" ? histogramSeries(family, metric, created) : simpleSeries(family, metric, created);
  });
}

function simpleSeries(family: Family, { values }: Metric, created: number): FamilySeries {
  const series = valueSeries(
    family,
    values.map(({ labels, value }) => [labelsOf(labels), value]),
  );
  if (family.type !== "counter") return series;
  return { ...series, write: (row, to) => to.value((values[row] as MetricValue<string>).value, created) };
}

/** prom-client gives a histogram as its samples: those of one label set together make one. */
function histogramSeries(family: Family, metric: Metric, created: number): FamilySeries {
  const samples = metric.values as MetricValueWithName<string>[];
  const groups = Map.groupBy(samples, ({ labels }) => {
    const { le: _bound, ...rest } = labels;
    return JSON.stringify(rest);
  });
  const views = [...groups.values()].map(readHistogram);
  return {
    family,
    table: tableOf(views.map(({ labels }) => labels)),
    write: (row, to) => to.histogram((views[row] as (typeof views)[number]).view, created),
  };
}

function readHistogram(samples: readonly MetricValueWithName<string>[]) {
  const buckets = samples.filter(({ labels }) => labels.le !== undefined);
  const bounded = buckets.filter(({ labels }) => labels.le !== "+Inf");
  const sampleValue = (suffix: string) => samples.find(({ metricName }) => metricName?.endsWith(suffix))?.value ?? 0;
  const count = sampleValue("_count");
  const below = [0, ...bounded.map(({ value }) => value), count];
  const view: HistogramView = {
    count,
    sum: sampleValue("_sum"),
    bounds: { seconds: bounded.map(({ labels }) => Number(labels.le)) },
    bucket: (index) => (below[index + 1] as number) - (below[index] as number),
    native: undefined,
  };
  const { le: _bound, ...labels } = samples[0]?.labels ?? {};
  return { labels: labelsOf(labels), view };
}

function labelsOf(labels: Partial<Record<string, string | number>>): LabelSet {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}
