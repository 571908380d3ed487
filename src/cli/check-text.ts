import { quote } from "../config/values.ts";
import { oneLine } from "../log.ts";
import { kubeletPortName } from "../targets/select.ts";
import { count, formatUs } from "../units.ts";
import { median, type NodeReport, type Spread, type Verdict } from "./check-report.ts";
import { clusterColumn, readyCell } from "./targets.ts";
import type { Colour, Paint } from "./terminal.ts";
import { type Column, textTable } from "./text-table.ts";

const notProbedWords = 'not probed ("pingo targets" says why)';

const colours: Record<Verdict, Colour> = {
  reachable: "green",
  lossy: "yellow",
  unreachable: "red",
  unknown: "yellow",
  untried: "yellow",
};

/** How the report is to be told. */
export interface CheckStyle {
  /** Nodes that no handshake was made to. */
  readonly notProbed: number;
  /** The selector that the nodes had to fit; empty for all. */
  readonly selector: string;
  /** What made the handshakes. */
  readonly engine: string;
  /** Also with what only those want to know who know what it means. */
  readonly isWide: boolean;
  readonly paint: Paint;
}

/** The report of `pingo check` as a table and a sentence or two below it. */
export function checkText(reports: readonly NodeReport[], style: CheckStyle): string {
  const { notProbed, paint } = style;
  if (reports.length === 0) return `${nothingToCheck(style)}\n`;
  return `${textTable(columnsOf(reports, style), reports)}\n${summary(reports, notProbed, paint)}\n`;
}

/** What to say where there is no report. */
export function nothingToCheck({ notProbed, selector }: Pick<CheckStyle, "notProbed" | "selector">): string {
  if (notProbed > 0) return `no node to check; ${notProbed} ${notProbedWords}`;
  return `no node to check${selector === "" ? "" : `: none fits the selector ${quote(selector)}`}`;
}

function columnsOf(reports: readonly NodeReport[], { engine, isWide, paint }: CheckStyle): Column<NodeReport>[] {
  const clusters = reports.map(({ node }) => node);
  return [
    ...clusterColumn(clusters, ({ node }: NodeReport) => node.cluster),
    { title: "NODE", cell: ({ node }) => oneLine(node.name) },
    { title: "ZONE", cell: ({ node }) => oneLine(node.zone) || "-" },
    { title: "TARGET", cell: ({ target }) => target.address },
    ...(isWide ? [{ title: "ADDRESS TYPE", cell: ({ target }: NodeReport) => target.addressType }] : []),
    ...portColumn(reports, isWide),
    { title: "READY", cell: ({ node }) => readyCell(node.ready?.status, paint) },
    { title: "RESULT", cell: ({ result, verdict }) => paint(colours[verdict], result ?? "-") },
    { title: "REPLIES", cell: ({ counts, handshakes }) => `${counts.ok}/${handshakes - counts.local}`, align: "right" },
    { title: "MEDIAN", cell: ({ medianUs }) => showUs(medianUs), align: "right" },
    { title: "WORST", cell: ({ worstUs }) => showUs(worstUs), align: "right" },
    ...(isWide ? wideColumns(engine) : []),
  ];
}

/** What the kernel measured: `-` where the engine cannot see it. */
function wideColumns(engine: string): Column<NodeReport>[] {
  const rtt = (title: string, of: keyof Spread): Column<NodeReport> => ({
    title,
    cell: ({ rttUs }) => showUs(rttUs?.[of]),
    align: "right",
  });
  return [
    rtt("RTT MIN", "min"),
    rtt("RTT MEDIAN", "median"),
    rtt("RTT MAX", "max"),
    { title: "SYN RETRANSMITS", cell: ({ synRetransmits }) => `${synRetransmits ?? "-"}`, align: "right" },
    { title: "ENGINE", cell: () => engine },
  ];
}

/** Only where there are several, or all is wanted. */
function portColumn(reports: readonly NodeReport[], isWide: boolean): Column<NodeReport>[] {
  const several = new Set(reports.map(({ target }) => target.portName)).size > 1;
  return several || isWide ? [{ title: "PORT", cell: ({ target }) => target.portName || "-" }] : [];
}

function showUs(us: number | undefined): string {
  return us === undefined ? "-" : formatUs(us);
}

function summary(reports: readonly NodeReport[], notProbed: number, paint: Paint): string {
  const number = (verdict: Verdict) => reports.filter((report) => report.verdict === verdict).length;
  const said: [number, Colour, string][] = [
    [number("unreachable"), "red", "gave no connection"],
    [number("lossy"), "yellow", "lost some handshakes"],
    [number("unknown"), "yellow", "could not be tried from this machine"],
    [number("untried"), "yellow", "not tried before the interrupt"],
    [notProbed, "yellow", notProbedWords],
  ];
  const several = new Set(reports.map(({ node }) => node)).size < reports.length;
  const parts = [`${number("reachable")} of ${reports.length} ${several ? "targets" : "nodes"} reachable`];
  for (const [number, colour, words] of said) if (number > 0) parts.push(paint(colour, `${number} ${words}`));
  const medians = reports.flatMap(({ medianUs }) => medianUs ?? []).sort((a, b) => a - b);
  const middle = median(medians);
  if (middle !== undefined) parts.push(`median ${formatUs(middle)}`);
  return [
    parts.join(", "),
    ...localHint(reports, paint),
    ...readyHints(reports).map((hint) => paint("bold", hint)),
  ].join("\n");
}

/** What this machine could not do is nobody's loss, and nobody should look for it elsewhere. */
function localHint(reports: readonly NodeReport[], paint: Paint): string[] {
  const total = reports.reduce((sum, { counts }) => sum + counts.local, 0);
  if (total === 0) return [];
  const codes = new Set(reports.flatMap(({ codes }) => Object.keys(codes.local ?? {})));
  return [
    paint("yellow", `${count(total, "handshake")} could not be made by this machine itself (${[...codes].join(", ")})`),
  ];
}

/** The question behind it all: what it means that the cluster sees a node and we get no connection. */
function readyHints(reports: readonly NodeReport[]): string[] {
  // Of other ports the cluster says nothing: a node may well be Ready without them.
  const kubelets = reports.filter(({ target }) => target.portName === kubeletPortName);
  const gone = kubelets.filter(({ verdict, node }) => verdict === "unreachable" && node.ready?.status === "True");
  const refusing = gone.filter(({ result }) => result === "refused").length;
  const silent = gone.length - refusing;
  const hints: string[] = [];
  if (silent > 0)
    hints.push(`${count(silent, "node")} Ready in the cluster's eyes and silent from here: look at the way between`);
  if (refusing > 0)
    hints.push(`${count(refusing, "node")} Ready and refusing: the way there works, the kubelet's port is closed`);
  return hints;
}
