import type { HistoryAnswer, HistoryEvent, Latency, NodeRow, ResultCounts, TargetFacts } from "../api/v1.ts";
import { isLost, results } from "../outcome.ts";
import { count, formatUs } from "../units.ts";
import { cut, fit } from "./cells.ts";
import type { Look } from "./frame.ts";
import { type InkName, inkOfCondition } from "./ink.ts";
import { lostWords } from "./lost-words.ts";
import { sparkline } from "./sparkline.ts";
import type { TopState } from "./state.ts";
import { ago, clockTime } from "./times.ts";

/** Lines above the events, and the line of keys below. */
const linesAroundEvents = 12;

export function shownEvents({ rows }: TopState): number {
  return Math.max(1, rows - linesAroundEvents);
}

/** One node: what it is, how it was in the range, what happened to it. */
export function nodeLines(state: TopState, look: Look): string[] {
  const { columns, details, chosen, overview, eventsTop } = state;
  const row = overview?.nodes.find(({ key }) => key === chosen);
  const lost = lostLine(state, look);
  if (details?.history.facts == null) {
    return [look.ink("strong", cut(row?.node ?? "", columns)), lost || look.ink("quiet", cut("asking ...", columns))];
  }
  const { history, events } = details;
  const { facts } = details.history;
  const shown = events.events.slice(eventsTop, eventsTop + shownEvents(state));
  return [
    titleLine(facts, row, state, look),
    lost,
    ...factLines(facts, state).map((line) => cut(line, columns)),
    ...seriesLines(history, facts, state, look),
    "",
    look.ink("strong", cut(eventsTitle(events.events.length, eventsTop, state), columns)),
    ...shown.map((event) => eventLine(event, state, look)),
  ];
}

function lostLine(state: TopState, { ink }: Look): string {
  return state.link.is === "down" ? ink("loss", lostWords(state, state.link)) : "";
}

function titleLine(
  facts: TargetFacts,
  row: NodeRow | undefined,
  { nowMs, columns, link }: TopState,
  { ink }: Look,
): string {
  const { node, condition, sinceMs, isProbed } = facts;
  const since = sinceMs === null ? "" : ` since ${clockTime(sinceMs, nowMs)} (${ago(sinceMs, nowMs)})`;
  const why = row === undefined || row.why === "" ? "" : `: ${row.why}`;
  const left = isProbed ? "" : ", not probed any more";
  const name = link.is === "down" ? "quiet" : inkOfCondition(condition);
  return ink(name, cut(`${node}  ${condition}${since}${why}${left}`, columns));
}

function factLines(facts: TargetFacts, { nowMs }: TopState): string[] {
  const { cluster, zone, target, portName, addressType, instanceType, os, region } = facts;
  const where = [`cluster ${cluster}`, zone && `zone ${zone}`, region && `region ${region}`];
  const what = [`target ${target}`, portName, addressType, instanceType, os];
  const when = [
    readyWords(facts),
    facts.isUnschedulable === true ? "cordoned" : "",
    facts.joinedMs === null ? "" : `probed since ${clockTime(facts.joinedMs, nowMs)}`,
    facts.leftMs === null ? "" : `until ${clockTime(facts.leftMs, nowMs)}`,
  ];
  return [where, what, when].map((parts) => parts.filter((part) => part !== "").join("  "));
}

function readyWords({ isReady, readyReason }: TargetFacts): string {
  if (isReady === null) return "Ready: not known";
  const reason = readyReason === "" ? "" : ` (${readyReason})`;
  return isReady ? "Ready" : `not Ready${reason}`;
}

const label = 6;

function seriesLines(
  { series, total }: HistoryAnswer,
  facts: TargetFacts,
  state: TopState,
  { ink, heat }: Look,
): string[] {
  const { columns, range } = state;
  const width = Math.min(series.heat.length, Math.max(1, columns - label));
  return [
    cut(totalWords(total.results, total.synSent, total.synRetransmits, range), columns),
    cut(latencyWords(total, facts.normalUs), columns),
    `${fit("heat", label)}${sparkline(series.heat, width, heat, ink)}`,
    `${fit("p50", label)}${latencyLine(series.latency, width, heat === "blocks" ? blocks : digits)}`,
  ];
}

function totalWords(counts: ResultCounts, synSent: number, synRetransmits: number, range: string): string {
  const handshakes = counts.reduce((sum, value) => sum + value, 0);
  const lost = results.flatMap((result, index) => {
    const value = counts[index] ?? 0;
    return value > 0 && result !== "ok" ? [`${value} ${result}${isLost(result) ? "" : " (this machine)"}`] : [];
  });
  const words = lost.length === 0 ? "none lost" : lost.join(", ");
  return `last ${range}: ${count(handshakes, "handshake")}, ${words}; ${synRetransmits} of ${synSent} SYNs were retransmits`;
}

function latencyWords({ p50Us, p90Us, p99Us, maxUs }: Latency, normalUs: number | null): string {
  if (p50Us === null) return "no round trip";
  const parts: readonly [string, number | null][] = [
    ["p50", p50Us],
    ["p90", p90Us],
    ["p99", p99Us],
    ["max", maxUs],
    ["normal", normalUs],
  ];
  return parts.flatMap(([name, us]) => (us === null ? [] : [`${name} ${formatUs(us)}`])).join("  ");
}

/** Eight heights each. */
const blocks = "▁▂▃▄▅▆▇█";
const digits = "12345678";

/** Medians as heights between the least and the greatest, by their logarithm: a tenfold is a tenfold anywhere. */
function latencyLine(latency: readonly Latency[], cells: number, heights: string): string {
  const medians = latency.map(({ p50Us }) => (p50Us === null ? null : Math.max(1, p50Us)));
  const worst = Array.from({ length: cells }, (_, cell) => {
    const [from, to] = [cell, cell + 1].map((edge) => Math.floor((edge * medians.length) / cells));
    return medians.slice(from, to).reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
  });
  const known = worst.filter((us) => us !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  // What differs by less than a tenth is flat.
  const span = Math.max(Math.log(high / low), Math.log(1.1));
  return worst.map((us) => (us === null ? " " : heights[Math.round((7 * Math.log(us / low)) / span)])).join("");
}

function eventsTitle(number: number, first: number, state: TopState): string {
  if (number === 0) return "no event in this range";
  return `EVENTS ${first + 1}-${Math.min(number, first + shownEvents(state))} of the last ${number}`;
}

const inks: Partial<Record<HistoryEvent["kind"], InkName>> = { down: "loss", up: "fine", handshake: "retransmit" };

function eventLine({ atMs, kind, text }: HistoryEvent, { nowMs, columns }: TopState, { ink }: Look): string {
  const time = fit(clockTime(atMs, nowMs), 11);
  const line = cut(`${time} ${text}`, columns);
  const name = inks[kind];
  return name === undefined ? line : ink(name, line);
}
