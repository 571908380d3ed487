import type { Silence } from "../model.ts";
import * as expressions from "./expressions.ts";
import type { QueryClient, SeriesAnswer } from "./query-client.ts";
import type { Matchers } from "./selector.ts";
import { keyOf } from "./target-key.ts";

/** As PinGo's own history has it: so long may nothing be measured, and so many of a target's own intervals, where those are longer. */
const silentMs = 300_000;
const silentIntervals = 3;
/** So far back is looked for the last handshakes. */
const lookBackMs = 3_600_000;
const lookStepMs = 60_000;

/** Targets that are scraped still, but of which nothing is measured, by key. */
export async function readSilences(
  client: QueryClient,
  matchers: Matchers,
  nowMs: number,
): Promise<ReadonlyMap<string, Silence>> {
  const [still, local] = await Promise.all([
    client.range(expressions.silentTargets(matchers, silentMs), nowMs - lookBackMs, nowMs, lookStepMs),
    client.instant(expressions.localFaults(matchers, silentMs), nowMs),
  ]);
  const isLocal = new Set(local.map(({ metric }) => keyOf(metric)));
  const found = still.flatMap((series): [string, Silence][] => {
    const key = keyOf(series.metric);
    const silence = silenceOf(series, nowMs, isLocal.has(key));
    return silence === undefined ? [] : [[key, silence]];
  });
  return new Map(found);
}

function silenceOf({ values = [] }: SeriesAnswer, nowMs: number, isLocal: boolean): Silence | undefined {
  const [firstMs = nowMs] = values.map(([at]) => at * 1_000);
  const changesMs = values.flatMap(([at, count], index) =>
    index > 0 && values[index - 1]?.[1] !== count ? [at * 1_000] : [],
  );
  const [beforeMs = firstMs, lastMs] = changesMs.length > 1 ? changesMs.slice(-2) : [undefined, changesMs[0]];
  if (lastMs !== undefined) {
    const isLate = nowMs - lastMs > Math.max(silentMs, silentIntervals * (lastMs - beforeMs));
    return isLate ? { sinceMs: lastMs, isLocal } : undefined;
  }
  // One that was scraped for less than that may be tried seldom.
  return isLocal || nowMs - firstMs >= lookBackMs - lookStepMs ? { sinceMs: null, isLocal } : undefined;
}
