import type { HistoryAnswer } from "../../src/api/v1.ts";
import { total } from "./results.ts";

/** The span of a scale of round trips, microseconds. */
export interface Scale {
  readonly min: number;
  readonly max: number;
}

/**
 * A scale that holds nearly all that was measured: a single outlier goes beyond the chart's edge instead of pressing all else
 * flat. It begins at 0, so that twice as high is twice as long.
 */
export function latencyScale({ series, facts }: HistoryAnswer): Scale {
  const p99Us = nearlyMost(series.latency.map(({ p99Us }) => p99Us));
  const maxUs = nearlyMost(series.latency.map(({ maxUs }) => maxUs));
  const most = Math.min(maxUs * 1.04, p99Us * outlierFactor);
  return { min: 0, max: Math.max(most, (facts?.normalUs ?? 0) * 1.6, 100) };
}

/** A slowest handshake so many times the p99 is an outlier. */
const outlierFactor = 2.5;

/** What all but three in a hundred are below. */
function nearlyMost(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  return known[Math.floor((known.length - 1) * 0.97)] ?? 0;
}

export function countScale(counts: readonly number[], least: number): Scale {
  return { min: 0, max: Math.max(least, ...counts) };
}

export function handshakesScale({ series }: HistoryAnswer): Scale {
  return countScale(series.results.map(total), 1);
}

/** `0`, `250 \u00b5s`, `1.5 ms`, `2 s`: as short as an axis wants it. */
export function axisDuration(us: number): string {
  if (us === 0) return "0";
  if (us < 1_000) return `${Math.round(us)} \u00b5s`;
  return us < 1_000_000 ? `${trimmed(us / 1_000)} ms` : `${trimmed(us / 1_000_000)} s`;
}

function trimmed(value: number): string {
  return String(Math.round(value * 100) / 100);
}
