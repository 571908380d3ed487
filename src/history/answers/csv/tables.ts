import type { EventsAnswer, Latency, Overview, Range, TargetsAnswer } from "../../../api/v1.ts";
import { results } from "../../../outcome.ts";
import { noHeat } from "../../model.ts";
import type { Answers } from "../answer.ts";
import { kindOf, levelOf, whyOf } from "../heat-words.ts";
import { type Cell, writeCells } from "./write-csv.ts";

const heatNames = ["trouble", "level"];
const latencyNames = ["min_us", "p50_us", "p90_us", "p99_us", "max_us"];

/** What of each answer is written. */
interface Written extends Omit<Answers, "overview" | "events" | "targets"> {
  readonly overview: Pick<Overview, "range" | "nodes">;
  readonly events: Pick<EventsAnswer, "events">;
  readonly targets: Pick<TargetsAnswer, "targets">;
}

/** A kind of answer as lines for a spreadsheet: the names of its columns, and a line for each column of each row, or for each event or target. */
interface Table<Answer> {
  readonly names: readonly string[];
  readonly lines: (answer: Answer) => string[];
}

export const tables: { readonly [Ask in keyof Answers]: Table<Written[Ask]> } = {
  overview: {
    names: ["time", "cluster", "zone", "node", "target", ...heatNames],
    lines: ({ range, nodes }) => {
      const times = timesOf(range);
      return nodes.flatMap(({ cluster, zone, node, target, heat }) => {
        const who = writeCells([cluster, zone, node, target]);
        return heat.map((one, column) => `${times[column]},${who},${heatCells(one)}`);
      });
    },
  },
  history: {
    names: ["time", ...results, "syn_sent", "syn_retransmits", ...latencyNames, ...heatNames],
    lines: ({ range, series }) => {
      const times = timesOf(range);
      return series.results.map((counts, column) => {
        const syns = [series.synSent[column] ?? null, series.synRetransmits[column] ?? null];
        const figures = writeCells([...counts, ...syns, ...latencyCells(series.latency[column])]);
        return `${times[column]},${figures},${heatCells(series.heat[column] ?? null)}`;
      });
    },
  },
  zones: {
    names: ["time", "cluster", "zone", "loss_share", "p50_us", ...heatNames],
    lines: ({ range, zones }) => {
      const times = timesOf(range);
      return zones.flatMap(({ cluster, zone, lossShare, p50Us, heat }) => {
        const who = writeCells([cluster, zone]);
        return heat.map((one, column) => {
          const figures = writeCells([lossShare[column] ?? null, p50Us[column] ?? null]);
          return `${times[column]},${who},${figures},${heatCells(one)}`;
        });
      });
    },
  },
  events: {
    names: ["time", "kind", "cluster", "zone", "node", "target", "result", "syn_sent", "connect_us", "text"],
    lines: ({ events }) =>
      events.map(({ atMs, kind, cluster, zone, node, target, result, synSent, connectUs, text }) =>
        writeCells([iso(atMs), kind, cluster, zone, node, target, result, synSent, connectUs, text]),
      ),
  },
  targets: {
    names: [
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
    lines: ({ targets }) =>
      targets.map((target) =>
        writeCells([
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
  },
};

const nothingMeasured = writeCells([null, null]);
const heatTexts = Array.from({ length: noHeat }, (_, heat) =>
  writeCells([kindOf(heat) === 0 ? "none" : whyOf(heat), levelOf(heat)]),
);

/** What kind of trouble and how much; both are empty where nothing was measured. */
function heatCells(heat: number | null): string {
  return heat === null ? nothingMeasured : (heatTexts[heat] as string);
}

function latencyCells(latency: Latency | undefined): Cell[] {
  if (latency === undefined) return latencyNames.map(() => null);
  const { minUs, p50Us, p90Us, p99Us, maxUs } = latency;
  return [minUs, p50Us, p90Us, p99Us, maxUs];
}

/** The start of each column. */
function timesOf({ fromMs, stepMs, columns }: Range): string[] {
  return Array.from({ length: columns }, (_, column) => iso(fromMs + column * stepMs));
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
