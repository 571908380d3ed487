import { parseTime } from "../../src/api/parse-time.ts";
import { formatRange, parseRange } from "./ranges.ts";

/** What part of the page is shown. */
export const views = ["overview", "node", "zones"] as const;
export type View = (typeof views)[number];

/** What the cells of the matrix of zones show. */
export const measures = ["worst", "loss", "p50"] as const;
export type Measure = (typeof measures)[number];

export const themes = ["auto", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

/** Everything that was chosen. It stands in the address and nowhere else, so that a link shows what its sender saw. */
export interface PageState {
  readonly view: View;
  /** The end of what is shown; undefined for now, which goes on. */
  readonly atMs: number | undefined;
  readonly rangeMs: number;
  /** Empty: any. */
  readonly cluster: string;
  /** Undefined: any; empty: the nodes without a zone. */
  readonly zone: string | undefined;
  /** The key of the node on its own page. */
  readonly node: string;
  readonly search: string;
  /** Zones whose healthy nodes are shown too, as zoneId() names them. */
  readonly open: readonly string[];
  /** Zones of which not even the sick nodes are shown. */
  readonly folded: readonly string[];
  readonly measure: Measure;
  readonly isTable: boolean;
  readonly theme: Theme;
}

export const initialState: PageState = {
  view: "overview",
  atMs: undefined,
  rangeMs: 3_600_000,
  cluster: "",
  zone: undefined,
  node: "",
  search: "",
  open: [],
  folded: [],
  measure: "worst",
  isTable: false,
  theme: "auto",
};

/** Names a zone in an address. */
export function zoneId(cluster: string, zone: string): string {
  return `${cluster}/${zone}`;
}

/**
 * The state that an address says; what it does not say, or what makes no sense, is as at the beginning. misread.ts says of
 * the latter.
 */
export function parseAddress(search: string, nowMs = Date.now()): PageState {
  const given = new URLSearchParams(search);
  return {
    view: oneOf(views, given.get("view")),
    atMs: parseMoment(given.get("at"), nowMs),
    rangeMs: parseRange(given.get("range") ?? "") ?? initialState.rangeMs,
    cluster: given.get("cluster") ?? "",
    zone: given.get("zone") ?? undefined,
    node: given.get("node") ?? "",
    search: given.get("search") ?? "",
    open: given.getAll("open"),
    folded: given.getAll("folded"),
    measure: oneOf(measures, given.get("measure")),
    isTable: given.get("table") === "1",
    theme: oneOf(themes, given.get("theme")),
  };
}

/** The address of a state: the part from `?` on, without what is as at the beginning. */
export function formatAddress(state: PageState): string {
  const said = new URLSearchParams();
  const say = (name: string, value: string, unless: string) => value !== unless && said.append(name, value);
  said.append("view", state.view);
  if (state.atMs !== undefined) said.append("at", formatMoment(state.atMs));
  said.append("range", formatRange(state.rangeMs));
  say("cluster", state.cluster, "");
  if (state.zone !== undefined) said.append("zone", state.zone);
  say("node", state.node, "");
  say("search", state.search, "");
  for (const zone of state.open) said.append("open", zone);
  for (const zone of state.folded) said.append("folded", zone);
  say("measure", state.measure, "worst");
  say("table", state.isTable ? "1" : "", "");
  say("theme", state.theme, "auto");
  return `?${said}`;
}

/**
 * A moment in an address: `2026-11-26T12:04:00Z`, or milliseconds since 1970. As strict as the API: what a browser makes of
 * half a time is another one. One that lies ahead is none: nothing is known of it.
 */
export function parseMoment(text: string | null, nowMs: number): number | undefined {
  const ms = parseTime(text ?? "");
  return typeof ms === "number" && !liesAhead(ms, nowMs) ? ms : undefined;
}

/** By more than two clocks differ. */
export function liesAhead(ms: number, nowMs: number): boolean {
  return ms > nowMs + 120_000;
}

function formatMoment(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.000Z$/, "Z");
}

/** The first is what holds where nothing, or nonsense, is said. */
function oneOf<Word extends string>(words: readonly [Word, ...Word[]], said: string | null): Word {
  return words.find((word) => word === said) ?? words[0];
}
