import type { HistoryEvent } from "../../api/v1.ts";
import * as expressions from "./expressions.ts";
import type { QueryClient, SeriesAnswer } from "./query-client.ts";
import type { Matchers } from "./selector.ts";
import { keyOf, type TargetName } from "./target-key.ts";

/** As fine as that, or in as many steps as that: a flip that is over between two of them is not seen. */
const leastStepMs = 15_000;
const mostSteps = 720;
/** More are not kept: the newest count. */
const mostEvents = 20_000;

/** Changes of `pingo_up`, `pingo_node_ready` and `pingo_api_up`, and of zones, in a range, the newest first. */
export async function readEvents(
  client: QueryClient,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  name: TargetName | undefined,
): Promise<HistoryEvent[]> {
  const stepMs = Math.max(leastStepMs, Math.ceil((toMs - fromMs) / mostSteps / 1_000) * 1_000);
  // On whole steps: who reads on later, when the range has moved on, finds the same events at the same moments.
  const firstMs = Math.ceil(fromMs / stepMs) * stepMs;
  const steps = (query: string) => (firstMs > toMs ? [] : client.range(query, firstMs, toMs, stepMs));
  const ask = (family: string, of: string, matchers: Matchers) =>
    steps(expressions.flips(family, of, matchers, stepMs));
  const { cluster, node } = name ?? {};
  const changes = expressions.zoneChanges({ ...name }, stepMs);
  const [ups, readies, apis, to, from] = await Promise.all([
    ask("pingo_up", expressions.ofTarget, { ...name }),
    ask("pingo_node_ready", "cluster, node", { cluster, node }),
    ask("pingo_api_up", "cluster", { cluster }),
    steps(changes.to),
    steps(changes.from),
  ]);
  const flips = [...eventsOf(ups, upEvent), ...eventsOf(readies, readyEvent), ...eventsOf(apis, apiEvent)];
  const events = [...flips, ...zoneEvents(to, from)];
  return events.toSorted((a, b) => b.atMs - a.atMs).slice(0, mostEvents);
}

type Labels = Readonly<Record<string, string>>;

function eventsOf(series: readonly SeriesAnswer[], write: (labels: Labels, isUp: boolean) => Partial<HistoryEvent>) {
  return series.flatMap(({ metric, values = [] }) =>
    values.map(([at, value]) => ({
      ...bare(metric),
      atMs: Math.round(at * 1_000),
      ...write(metric, Number(value) === 1),
    })),
  );
}

function bare({ cluster = "", node = "", zone = "", target = "" }: Labels): HistoryEvent {
  const none = { result: null, synSent: null, connectUs: null } as const;
  return { atMs: 0, kind: "pingo", cluster, node, target, key: "", zone, text: "", ...none };
}

function upEvent(labels: Labels, isUp: boolean): Partial<HistoryEvent> {
  const what = `${labels.node} (${labels.target})`;
  return {
    kind: isUp ? "up" : "down",
    key: keyOf(labels),
    text: isUp ? `${what} answers again` : `${what} does not answer any more`,
  };
}

function readyEvent({ node }: Labels, isReady: boolean): Partial<HistoryEvent> {
  return { kind: "ready", text: `${node} is ${isReady ? "Ready" : "not Ready any more"}` };
}

function apiEvent({ cluster }: Labels, isUp: boolean): Partial<HistoryEvent> {
  return { kind: "api", text: `the API of ${cluster} ${isUp ? "answers again" : "cannot be used any more"}` };
}

/** A target has one series in each zone; the one ends where the other begins. */
function zoneEvents(to: readonly SeriesAnswer[], from: readonly SeriesAnswer[]): HistoryEvent[] {
  const left = new Map<string, string>();
  for (const { metric, values = [] } of from)
    for (const [at] of values) left.set(`${at} ${keyOf(metric)}`, metric.zone ?? "");
  return to.flatMap(({ metric, values = [] }) =>
    values.map(([at]) => {
      const before = left.get(`${at} ${keyOf(metric)}`);
      const text = `zone changed: ${before === undefined ? "another" : before || "none"} -> ${metric.zone || "none"}`;
      return { ...bare(metric), atMs: Math.round(at * 1_000), kind: "zone", key: keyOf(metric), text } as const;
    }),
  );
}
