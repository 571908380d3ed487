import type { HistoryEvent } from "./v1.ts";

/** What can be asked of a history: the parameters of `/api/v1` as values, checked and bounded. */

/** The longest step that a history keeps apart is chosen so that no answer has more columns than some 200. */
export const stepsMs = [60_000, 600_000, 3_600_000, 21_600_000] as const;
export type StepMs = (typeof stepsMs)[number];

export interface TimeQuery {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface OverviewQuery extends TimeQuery {
  /** Empty: any. */
  readonly cluster: string;
  /** Undefined: any; empty: those without a zone. */
  readonly zone: string | undefined;
  /** `sick`: those with trouble now or anywhere in the range; `all`. */
  readonly nodes: "sick" | "all";
  /** Part of a node's name or address; empty: any. */
  readonly search: string;
  readonly offset: number;
  readonly limit: number;
}

export interface HistoryQuery extends TimeQuery {
  /** A target's; undefined for a group. */
  readonly key: string | undefined;
  readonly cluster: string;
  readonly zone: string | undefined;
}

export interface EventsQuery extends TimeQuery {
  readonly key: string | undefined;
  readonly cluster: string;
  readonly zone: string | undefined;
  /** Empty: all kinds. */
  readonly kinds: readonly string[];
  /** As an answer before gave it in `next`. */
  readonly before: string | undefined;
  readonly limit: number;
}

export interface TargetsQuery {
  readonly cluster: string;
  readonly search: string;
  readonly offset: number;
  readonly limit: number;
}

/** `csv`: a line for each column of each row, or for each event, for spreadsheets. */
export const formats = ["json", "csv"] as const;
export type Format = (typeof formats)[number];

export const eventKinds = [
  "handshake",
  "down",
  "up",
  "ready",
  "joined",
  "left",
  "zone",
  "api",
  "pingo",
] as const satisfies readonly HistoryEvent["kind"][];

/** A question by its name, and what it needs. */
export type Question = { readonly format?: Format } & Asked;

type Asked =
  | { readonly ask: "overview"; readonly query: OverviewQuery }
  | { readonly ask: "history"; readonly query: HistoryQuery }
  | { readonly ask: "zones"; readonly query: TimeQuery & { readonly cluster: string } }
  | { readonly ask: "events"; readonly query: EventsQuery }
  | { readonly ask: "targets"; readonly query: TargetsQuery };
