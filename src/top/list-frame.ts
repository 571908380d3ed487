import type { ClusterState, NodeRow, Overview } from "../api/v1.ts";
import { formatUs } from "../units.ts";
import { cellsOf, cut, fit } from "./cells.ts";
import type { Look } from "./frame.ts";
import { cornerOf, headlineOf } from "./headline.ts";
import { type InkName, inkOfCondition } from "./ink.ts";
import { lostWords } from "./lost-words.ts";
import { sparkline } from "./sparkline.ts";
import { cursorOf, rowsOf, rttOf, type TopState, visibleRows } from "./state.ts";
import { ago, clockTime } from "./times.ts";

/** Headline, clusters, what is shown, and the nodes. */
export function listLines(state: TopState, look: Look): string[] {
  const rows = rowsOf(state);
  const cursor = cursorOf(state, rows);
  const columns = columnsOf(state, rows, look);
  const shown = rows.slice(state.top, state.top + visibleRows(state));
  return [
    ...headLines(state, look),
    shownLine(state, rows, look),
    look.ink("quiet", titles(columns, state.columns)),
    ...shown.map((row, index) => rowLine(columns, row, state.top + index === cursor, look)),
    ...(rows.length === 0 ? [look.ink("quiet", cut(`  ${emptiness(state)}`, state.columns))] : []),
  ];
}

/** What is said of the whole, which goes above every node's line. */
function headLines(state: TopState, { ink }: Look): string[] {
  const { overview, columns, link } = state;
  const corner = cornerOf(state);
  const [first = "", ...rest] = headlineOf(state);
  // What was true before the server was lost may not be so now.
  const name = overview === undefined || link.is === "down" ? "quiet" : inkOfCondition(overview.headline.condition);
  return [
    ink(name, fit(first, Math.max(0, columns - corner.length))) + ink("quiet", cut(corner, columns)),
    ...rest.map((line) => ink(name, line)),
    clustersLine(overview?.clusters ?? [], state, ink),
  ];
}

function clustersLine(clusters: readonly ClusterState[], { columns, nowMs }: TopState, ink: Look["ink"]): string {
  let line = "";
  for (const { cluster, isApiUp, apiSinceMs, targets, reachable } of clusters) {
    const gap = line === "" ? "" : "  |  ";
    const since = isApiUp === false && apiSinceMs !== null ? ` since ${clockTime(apiSinceMs, nowMs)}` : "";
    const api = isApiUp === null ? "" : `, API ${isApiUp ? "up" : "down"}${since}`;
    const room = columns - cellsOf(line) - gap.length;
    if (room < 8) break;
    const text = cut(`${cluster}: ${reachable} of ${targets} reachable${api}`, room);
    line += gap + (isApiUp === false || reachable < targets ? ink("retransmit", text) : text);
  }
  return line;
}

/** Which nodes are shown, or that the server is gone. */
function shownLine(state: TopState, rows: readonly NodeRow[], { ink }: Look): string {
  const { columns, link, server, overview, top, filter, sort, nodes } = state;
  if (link.is === "down") return ink("loss", lostWords(state, link));
  if (overview === undefined) return ink("quiet", cut(`asking ${server} ...`, columns));
  const last = Math.min(rows.length, top + visibleRows(state));
  const which = nodes === "all" ? "all nodes" : "nodes with trouble";
  const filtered = filter === "" ? "" : ` with "${filter}"`;
  const total = overview.nodesTotal;
  const of = rows.length < total ? `${rows.length} shown of ${total}` : String(total);
  const place = rows.length === 0 ? "none" : `${top + 1}-${last} of ${of}`;
  return ink("quiet", cut(`${which}${filtered} by ${sort}, ${place}`, columns));
}

function emptiness({ overview, nodes, filter, link }: TopState): string {
  if (overview === undefined) return link.is === "down" ? "trying again" : "";
  if (filter !== "") return "no node fits the filter; Esc takes it off";
  return nodes === "sick" ? "no node had any trouble in this range; a shows all" : "there is no node";
}

interface Column {
  readonly title: string;
  readonly cells: number;
  readonly align?: "right";
  /** Already as wide as the column where it has more than one ink. */
  readonly text: (row: NodeRow) => string;
  readonly ink?: (row: NodeRow) => InkName | undefined;
}

/** Two cells stand before the first column, for the cursor. */
const margin = 2;
const longestName = 44;
const shortestHeat = 8;

/** What fits the width, the least needful left out first. */
function columnsOf(state: TopState, rows: readonly NodeRow[], look: Look): readonly Column[] {
  const { columns: width, nowMs, range, overview } = state;
  const places = width >= 110 ? placeColumns(rows, overview) : [];
  const fixed = fixedColumns(width, nowMs);
  const taken = [...places, ...fixed].reduce((sum, { cells }) => sum + cells + 1, margin);
  const room = width - taken;
  const longest = Math.max(4, ...rows.map(({ node, portName }) => cellsOf(nameOf(node, portName))));
  const name = Math.max(4, Math.min(longest, longestName, room - 1 - shortestHeat));
  const heat = room - name - 1;
  return [
    { title: "NODE", cells: name, text: ({ node, portName }) => nameOf(node, portName) },
    ...places,
    ...fixed,
    ...(heat >= shortestHeat ? [heatColumn(range, heat, look)] : []),
  ];
}

/** Those that are as wide for all rows, the condition in any window. */
function fixedColumns(width: number, nowMs: number): Column[] {
  return [
    conditionColumn,
    ...(width >= 40 ? [sinceColumn(nowMs)] : []),
    ...(width >= 70 ? [whyColumn] : []),
    ...(width >= 100 ? [readyColumn] : []),
    ...(width >= 50 ? [rttColumn] : []),
  ];
}

const conditionColumn: Column = {
  title: "CONDITION",
  cells: 11,
  text: (row) => row.condition,
  ink: (row) => inkOfCondition(row.condition),
};

const whyColumn: Column = { title: "WHY", cells: 15, text: (row) => (row.isProbed ? row.why : "gone") };

const rttColumn: Column = {
  title: "RTT",
  cells: 8,
  align: "right",
  text: (row) => {
    const rttUs = rttOf(row);
    return rttUs === undefined ? "-" : formatUs(rttUs);
  },
};

const readyColumn: Column = {
  title: "READY",
  cells: 5,
  text: ({ isReady }) => (isReady === null ? "-" : isReady ? "yes" : "no"),
  ink: ({ isReady }) => (isReady === false ? "retransmit" : undefined),
};

function sinceColumn(nowMs: number): Column {
  const text = ({ sinceMs }: NodeRow) => (sinceMs === null ? "-" : ago(sinceMs, nowMs));
  return { title: "SINCE", cells: 5, align: "right", text };
}

function heatColumn(range: string, cells: number, { heat, ink }: Look): Column {
  return { title: `LAST ${range}`, cells, text: (row) => sparkline(row.heat, cells, heat, ink) };
}

/** The kubelet's port is the rule, and goes without saying. */
function nameOf(node: string, portName: string): string {
  return portName === "" || portName === "kubelet" ? node : `${node} ${portName}`;
}

/** Where the nodes are, where that tells them apart. */
function placeColumns(rows: readonly NodeRow[], overview: Overview | undefined): Column[] {
  const columns: Column[] = [];
  const add = (title: string, most: number, text: (row: NodeRow) => string) => {
    const cells = Math.min(most, Math.max(title.length, ...rows.map((row) => cellsOf(text(row)))));
    columns.push({ title, cells, text });
  };
  if ((overview?.clusters.length ?? 0) > 1) add("CLUSTER", 16, ({ cluster }) => cluster);
  if (rows.some(({ zone }) => zone !== "")) add("ZONE", 16, ({ zone }) => zone || "-");
  return columns;
}

function titles(columns: readonly Column[], width: number): string {
  const line = columns.map(({ title, cells, align }) => fit(title, cells, align)).join(" ");
  return cut(" ".repeat(margin) + line, width).trimEnd();
}

function rowLine(columns: readonly Column[], row: NodeRow, isChosen: boolean, { ink }: Look): string {
  const cells = columns.map((column, index) => {
    // The sparkline has inks of its own and is just so wide; all others are texts from elsewhere.
    if (column.title.startsWith("LAST ")) return column.text(row);
    const text = fit(column.text(row), column.cells, column.align);
    const name = index === 0 && isChosen ? "chosen" : column.ink?.(row);
    return name === undefined ? text : ink(name, text);
  });
  return `${isChosen ? "> " : "  "}${cells.join(" ")}`;
}
