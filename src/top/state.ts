import type { EventsAnswer, HistoryAnswer, NodeRow, Overview } from "../api/v1.ts";
import { headlineOf } from "./headline.ts";
import { badness } from "./sparkline.ts";

export const sorts = ["trouble", "name", "loss", "rtt"] as const;
export type Sort = (typeof sorts)[number];

/** Ranges that `r` goes through, as the API takes them. */
export const ranges = ["15m", "1h", "3h", "12h", "1d", "3d", "7d", "30d"] as const;
export type RangeName = (typeof ranges)[number];

/** The most rows that one request brings. */
export const pageRows = 500;
/** The most that are held; `/` finds the others. */
export const maxRows = 2_000;

/** Whether the server answers, and what is wrong with it where it does not. */
export type Link =
  | { readonly is: "new" }
  | { readonly is: "up" }
  | { readonly is: "down"; readonly sinceMs: number; readonly why: string };

/** What is known of the node that is looked at. */
export interface NodeDetails {
  readonly history: HistoryAnswer;
  readonly events: EventsAnswer;
}

/** Everything that a frame is made of. */
export interface TopState {
  /** Where PinGo is, as the user would write it. */
  readonly server: string;
  readonly nowMs: number;
  readonly columns: number;
  readonly rows: number;
  readonly link: Link;
  readonly overview: Overview | undefined;
  readonly nodes: "sick" | "all";
  readonly sort: Sort;
  readonly range: RangeName;
  readonly filter: string;
  readonly isFiltering: boolean;
  readonly view: "list" | "node" | "help";
  /** The node under the cursor, by its key, so that it stays under it when others move. */
  readonly chosen: string | undefined;
  /** The first row that is shown. */
  readonly top: number;
  /** How many rows are asked for. */
  readonly wantedRows: number;
  /** Undefined until it has come. */
  readonly details: NodeDetails | undefined;
  /** The first event that is shown. */
  readonly eventsTop: number;
}

export function initialState(server: string, columns: number, rows: number, nowMs: number): TopState {
  return {
    server,
    nowMs,
    columns,
    rows,
    link: { is: "new" },
    overview: undefined,
    nodes: "all",
    sort: "trouble",
    range: "1h",
    filter: "",
    isFiltering: false,
    view: "list",
    chosen: undefined,
    top: 0,
    wantedRows: pageRows,
    details: undefined,
    eventsTop: 0,
  };
}

/** Beside the rows there are the headline's lines, clusters, what is shown, titles, and keys. */
export function visibleRows(state: TopState): number {
  return Math.max(1, state.rows - 4 - headlineOf(state).length);
}

/** The rows that fit the filter, in order. The filter is the server's too; here it is for what came before it was typed. */
export function rowsOf({ overview, filter, sort }: TopState): NodeRow[] {
  const wanted = filter.toLowerCase();
  const rows = (overview?.nodes ?? []).filter(
    ({ node, target }) => wanted === "" || node.toLowerCase().includes(wanted) || target.includes(wanted),
  );
  return sort === "trouble" ? rows : rows.sort(comparisons[sort]);
}

const byName = (a: NodeRow, b: NodeRow) => compare(a.node, b.node) || compare(a.target, b.target);

const comparisons: Readonly<Record<Exclude<Sort, "trouble">, (a: NodeRow, b: NodeRow) => number>> = {
  name: byName,
  loss: (a, b) => lossOf(b) - lossOf(a) || byName(a, b),
  rtt: (a, b) => (rttOf(b) ?? -1) - (rttOf(a) ?? -1) || byName(a, b),
};

/** The last round trip, in microseconds; of a node that does not answer it tells of a network that is no more. */
export function rttOf({ condition, rttUs }: NodeRow): number | undefined {
  return condition === "unreachable" ? undefined : (rttUs ?? undefined);
}

/** By code units, so that the order is the same whatever the locale is. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Steps in which something was lost; one in which nothing came through outweighs any number of others. */
function lossOf({ heat, condition }: NodeRow): number {
  const lossy = heat.filter((value) => value !== null && value >= 30);
  const worst = lossy.filter((value) => badness(value) >= 30).length;
  return (condition === "unreachable" ? 1_000_000 : 0) + 1_000 * worst + lossy.length;
}

/** Where the cursor is: at the first row where the chosen one is gone. */
export function cursorOf(state: TopState, rows: readonly NodeRow[]): number {
  return Math.max(
    0,
    rows.findIndex(({ key }) => key === state.chosen),
  );
}
