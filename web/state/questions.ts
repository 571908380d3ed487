import type { PageState } from "./address.ts";
import { formatRange } from "./ranges.ts";

/** Addresses of the API, relative to the page's, so that the page also works below a proxy's path (`kubectl proxy`). */

type Parameters = Readonly<Record<string, string | number | undefined>>;

/** Nodes on a page of healthy ones, and at most so many sick ones at once. */
export const nodesPerPage = 100;
export const mostSickNodes = 200;
export const eventsPerPage = 50;
/** An answer has no more. */
export const mostNodes = 500;

export interface NodesPage {
  readonly nodes: "sick" | "all";
  readonly offset: number;
  readonly limit: number;
}

export function overviewUrl(state: PageState, page: NodesPage): string {
  const { cluster, zone, search } = state;
  return url("overview", { ...timesOf(state), ...group(cluster, zone), search: search || undefined, ...page });
}

/** The overview's nodes: those with trouble, or a page of those that are searched for. */
export function overviewNodes({ search }: PageState, page: number): NodesPage {
  if (search === "") return { nodes: "sick", offset: 0, limit: mostSickNodes };
  return { nodes: "all", offset: page * nodesPerPage, limit: nodesPerPage };
}

export function zonesUrl(state: PageState): string {
  return url("zones", { ...timesOf(state), ...group(state.cluster, undefined) });
}

export function historyUrl(state: PageState): string {
  return url("history", { ...timesOf(state), key: state.node });
}

export function eventsUrl(state: PageState, before: string | undefined): string {
  return url("history/events", { ...timesOf(state), key: state.node, limit: eventsPerPage, before });
}

/** What a view asks when it is opened. */
export function firstQuestion(state: PageState): string {
  if (state.view === "zones") return zonesUrl(state);
  return state.view === "node" ? historyUrl(state) : overviewUrl(state, overviewNodes(state, 0));
}

/** The same as a file; a table has all rows, however many are shown. */
export function asFile(question: string, format: "csv" | "json"): string {
  const asked = format === "csv" ? question.replace(/&(limit|offset)=\d+/g, "") : question;
  return `${asked}&format=${format}`;
}

export const liveUrl = "api/v1/events";
export const statusUrl = "api/v1/status";

/** A range that ends at now is named by its length, so that each question's answer ends at the server's own now. */
function timesOf({ atMs, rangeMs }: PageState): Parameters {
  return atMs === undefined ? { range: formatRange(rangeMs) } : { from: atMs - rangeMs, to: atMs };
}

function group(cluster: string, zone: string | undefined): Parameters {
  return { cluster: cluster || undefined, zone };
}

function url(path: string, parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.append(name, String(value));
  return `api/v1/${path}?${query}`;
}
