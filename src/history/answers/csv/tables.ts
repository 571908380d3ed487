import type {
  EventsAnswer,
  HistoryAnswer,
  Latency,
  Overview,
  Range,
  TargetsAnswer,
  ZonesAnswer,
} from "../../../api/v1.ts";
import { results } from "../../../outcome.ts";
import type { Answers } from "../answer.ts";
import { kindOf, levelOf, whyOf } from "../heat-words.ts";
import { type Cell, writeCsv } from "./write-csv.ts";

const heatNames = ["trouble", "level"];
const latencyNames = ["min_us", "p50_us", "p90_us", "p99_us", "max_us"];

/** An answer as lines for a spreadsheet: one for each column of each row, or for each event or target. */
export const tables: { readonly [Ask in keyof Answers]: (answer: Answers[Ask]) => string } = {
  overview: ({ range, nodes }: Overview) =>
    writeCsv(
      ["time", "cluster", "zone", "node", "target", ...heatNames],
      nodes.flatMap(({ cluster, zone, node, target, heat }) =>
        heat.map((one, column) => [timeOf(range, column), cluster, zone, node, target, ...heatCells(one)]),
      ),
    ),
  history: ({ range, series }: HistoryAnswer) =>
    writeCsv(
      ["time", ...results, "syn_sent", "syn_retransmits", ...latencyNames, ...heatNames],
      series.results.map((counts, column) => [
        timeOf(range, column),
        ...counts,
        series.synSent[column] ?? null,
        series.synRetransmits[column] ?? null,
        ...latencyCells(series.latency[column]),
        ...heatCells(series.heat[column] ?? null),
      ]),
    ),
  zones: ({ range, zones }: ZonesAnswer) =>
    writeCsv(
      ["time", "cluster", "zone", "loss_share", "p50_us", ...heatNames],
      zones.flatMap(({ cluster, zone, lossShare, p50Us, heat }) =>
        heat.map((one, column) => [
          timeOf(range, column),
          cluster,
          zone,
          lossShare[column] ?? null,
          p50Us[column] ?? null,
          ...heatCells(one),
        ]),
      ),
    ),
  events: ({ events }: EventsAnswer) =>
    writeCsv(
      ["time", "kind", "cluster", "zone", "node", "target", "result", "syn_sent", "connect_us", "text"],
      events.map(({ atMs, kind, cluster, zone, node, target, result, synSent, connectUs, text }) => [
        iso(atMs),
        kind,
        cluster,
        zone,
        node,
        target,
        result,
        synSent,
        connectUs,
        text,
      ]),
    ),
  targets: ({ targets }: TargetsAnswer) =>
    writeCsv(
      [
        "cluster",
        "zone",
        "node",
        "target",
        "port_name",
        "condition",
        "since",
        "ready",
        "probed",
        "joined",
        "left",
        "key",
      ],
      targets.map((target) => [
        target.cluster,
        target.zone,
        target.node,
        target.target,
        target.portName,
        target.condition,
        isoOrNull(target.sinceMs),
        yesOrNo(target.isReady),
        yesOrNo(target.isProbed),
        isoOrNull(target.joinedMs),
        isoOrNull(target.leftMs),
        target.key,
      ]),
    ),
};

/** What kind of trouble and how much; both are empty where nothing was measured. */
function heatCells(heat: number | null): Cell[] {
  if (heat === null) return [null, null];
  return [kindOf(heat) === 0 ? "none" : whyOf(heat), levelOf(heat)];
}

function latencyCells(latency: Latency | undefined): Cell[] {
  if (latency === undefined) return latencyNames.map(() => null);
  const { minUs, p50Us, p90Us, p99Us, maxUs } = latency;
  return [minUs, p50Us, p90Us, p99Us, maxUs];
}

function timeOf({ fromMs, stepMs }: Range, column: number): string {
  return iso(fromMs + column * stepMs);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : iso(ms);
}

function yesOrNo(value: boolean | null): string | null {
  return value === null ? null : value ? "yes" : "no";
}
