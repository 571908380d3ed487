import type { HistoryEvent } from "../../api/v1.ts";
import * as expressions from "./expressions.ts";
import type { QueryClient, SeriesAnswer } from "./query-client.ts";
import type { selector } from "./selector.ts";
import { keyOf, type TargetName } from "./target-key.ts";

/** As fine as that, or in as many steps as that: a flip that is over between two of them is not seen. */
const leastStepMs = 15_000;
const mostSteps = 720;
/** More are not kept: the newest count. */
const mostEvents = 20_000;

/** Changes of `pingo_up`, `pingo_node_ready` and `pingo_api_up` in a range, the newest first. */
export async function readEvents(
  client: QueryClient,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  name: TargetName | undefined,
): Promise<HistoryEvent[]> {
  const stepMs = Math.max(leastStepMs, Math.ceil((toMs - fromMs) / mostSteps / 1_000) * 1_000);
  // On whole steps: who reads on later, when the range has moved on, finds the same events at the same moments.
  const firstMs = Math.ceil(fromMs / stepMs) * stepMs;
  const ask = (family: string, of: string, matchers: Parameters<typeof selector>[0]) =>
    firstMs > toMs ? [] : client.range(expressions.flips(family, of, matchers, stepMs), firstMs, toMs, stepMs);
  const { cluster, node } = name ?? {};
  const [ups, readies, apis] = await Promise.all([
    ask("pingo_up", expressions.ofTarget, { ...name }),
    ask("pingo_node_ready", "cluster, node", { cluster, node }),
    ask("pingo_api_up", "cluster", { cluster }),
  ]);
  const events = [...eventsOf(ups, upEvent), ...eventsOf(readies, readyEvent), ...eventsOf(apis, apiEvent)];
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
