import { type KnownTarget, noPastZones, type PastZone } from "../model.ts";
import * as expressions from "./expressions.ts";
import type { QueryClient, SeriesAnswer } from "./query-client.ts";
import { type Matchers, selector } from "./selector.ts";
import type { Asked } from "./stepped.ts";
import { keyOf, targetOf } from "./target-key.ts";

type Labels = Readonly<Record<string, string>>;

interface Span {
  readonly metric: Labels;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The targets that are there at the end of a range, and those that came or went in it. */
export async function readRoster(client: QueryClient, matchers: Matchers, asked: Asked): Promise<KnownTarget[]> {
  const { fromMs, toMs, stepMs } = asked.range;
  const endMs = Math.min(toMs, asked.nowMs);
  const [infos, moving] = await Promise.all([
    client.instant(`pingo_target_info${selector(matchers)}`, endMs),
    client.range(expressions.comingsAndGoings(matchers), fromMs, endMs, stepMs),
  ]);
  const present = new Map(infos.map(({ metric }) => [keyOf(metric), metric]));
  const moved = Map.groupBy(moving, ({ metric }) => keyOf(metric));
  return [...new Set([...present.keys(), ...moved.keys()])].map((key, id) => {
    const metric = present.get(key);
    const spans = spansOf(metric, moved.get(key) ?? [], fromMs, endMs);
    const target = targetOf(metric ?? spans.at(-1)?.metric ?? {});
    const [firstMs = fromMs, lastMs = endMs] = [spans[0]?.firstMs, spans.at(-1)?.lastMs];
    return {
      id,
      target,
      // Where it was there at the beginning of the range, it joined before that; when, nobody asked.
      joinedMs: Math.max(fromMs, firstMs - stepMs),
      leftMs: present.has(key) ? undefined : Math.min(endMs, lastMs + stepMs),
      pastZones: pastZonesOf(spans),
    };
  });
}

/** A target has a series in each zone that it was in; none of them moves where it is in one zone all the time. */
function spansOf(metric: Labels | undefined, moving: readonly SeriesAnswer[], fromMs: number, endMs: number): Span[] {
  const spans = moving.map(spanOf).toSorted((a, b) => a.firstMs - b.firstMs);
  const last = spans.at(-1);
  if (last === undefined || metric === undefined || spans.some((span) => zoneIn(span.metric) === zoneIn(metric))) {
    return spans;
  }
  // It was in that one at both ends, and elsewhere in between.
  return [{ metric, firstMs: fromMs, lastMs: fromMs }, ...spans, { metric, firstMs: last.lastMs + 1, lastMs: endMs }];
}

function spanOf({ metric, values = [] }: SeriesAnswer): Span {
  const times = values.map(([at]) => at * 1_000);
  return { metric, firstMs: times[0] ?? 0, lastMs: times.at(-1) ?? 0 };
}

/** When each began, and with that the end of the one before, is known to a step. */
function pastZonesOf(spans: readonly Span[]): readonly PastZone[] {
  if (spans.length < 2) return noPastZones;
  return spans.slice(1).map(({ firstMs }, index) => ({ zone: zoneIn(spans[index]?.metric), untilMs: firstMs }));
}

function zoneIn({ zone = "" }: Labels = {}): string {
  return zone;
}
