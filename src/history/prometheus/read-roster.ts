import type { KnownTarget } from "../model.ts";
import * as expressions from "./expressions.ts";
import type { QueryClient } from "./query-client.ts";
import { type Matchers, selector } from "./selector.ts";
import type { Asked } from "./stepped.ts";
import { keyOf, targetOf } from "./target-key.ts";

/** The targets that are there at the end of a range, and those that came or went in it. */
export async function readRoster(client: QueryClient, matchers: Matchers, asked: Asked): Promise<KnownTarget[]> {
  const { fromMs, toMs, stepMs } = asked.range;
  const endMs = Math.min(toMs, asked.nowMs);
  const [infos, moving] = await Promise.all([
    client.instant(`pingo_target_info${selector(matchers)}`, endMs),
    client.range(expressions.comingsAndGoings(matchers), fromMs, endMs, stepMs),
  ]);
  const labels = new Map<string, Readonly<Record<string, string>>>();
  for (const { metric } of moving) labels.set(keyOf(metric), metric);
  for (const { metric } of infos) labels.set(keyOf(metric), metric);
  const spans = new Map(moving.map(({ metric, values = [] }) => [keyOf(metric), values.map(([at]) => at * 1_000)]));
  const present = new Set(infos.map(({ metric }) => keyOf(metric)));
  return [...labels].map(([key, metric], id) => {
    const times = spans.get(key) ?? [];
    const [firstMs = fromMs, lastMs = endMs] = [times[0], times.at(-1)];
    return {
      id,
      target: targetOf(metric),
      // Where it was there at the beginning of the range, it joined before that; when, nobody asked.
      joinedMs: Math.max(fromMs, firstMs - stepMs),
      leftMs: present.has(key) ? undefined : Math.min(endMs, lastMs + stepMs),
      pastZones: [],
    };
  });
}
