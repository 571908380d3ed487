import type { SteppedRange } from "../../api/range.ts";
import type { QueryClient, SeriesAnswer } from "./query-client.ts";

/** A value of a series, and the start of the step that it tells of. */
export interface SteppedPoint<Value> {
  readonly startMs: number;
  readonly value: Value;
}

/** A series as steps. */
export interface SteppedSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly points: readonly SteppedPoint<number>[];
  readonly histograms: readonly SteppedPoint<NonNullable<SeriesAnswer["histograms"]>[number][1]>[];
}

/** What of a range is asked for: the steps that are over, and that which goes on. */
export interface Asked {
  readonly range: Pick<SteppedRange, "fromMs" | "toMs" | "stepMs">;
  readonly nowMs: number;
}

/** Less of a step than this holds nothing yet. */
const leastMs = 5_000;

/** Evaluates an expression at the end of each step, for what was in it; at now for the step that goes on. */
export async function askSteps(
  client: QueryClient,
  expression: (stepMs: number) => string,
  { range: { fromMs, toMs, stepMs }, nowMs }: Asked,
): Promise<SteppedSeries[]> {
  const overMs = Math.min(toMs, Math.floor(nowMs / stepMs) * stepMs);
  const goesOnMs = toMs > overMs ? nowMs - overMs : 0;
  const [over, going] = await Promise.all([
    overMs > fromMs ? client.range(expression(stepMs), fromMs + stepMs, overMs, stepMs) : [],
    overMs >= fromMs && goesOnMs >= leastMs ? client.instant(expression(goesOnMs), nowMs) : [],
  ]);
  const startOf = (atSeconds: number) => Math.round(atSeconds * 1_000) - stepMs;
  return [...over.map((series) => stepped(series, startOf)), ...going.map((series) => stepped(series, () => overMs))];
}

function stepped(
  { metric, values = [], histograms = [] }: SeriesAnswer,
  startOf: (at: number) => number,
): SteppedSeries {
  return {
    metric,
    points: values.map(([at, value]) => ({ startMs: startOf(at), value: Number(value) })),
    histograms: histograms.map(([at, value]) => ({ startMs: startOf(at), value })),
  };
}
