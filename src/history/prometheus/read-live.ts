import type { Outcome } from "../../outcome.ts";
import type { ApiState, LiveState, NodeState } from "../model.ts";
import * as expressions from "./expressions.ts";
import type { QueryClient, SeriesAnswer } from "./query-client.ts";
import { readSilences } from "./read-silences.ts";
import { type Matchers, selector } from "./selector.ts";
import { keyOf } from "./target-key.ts";

/** How everything is now; by target key, and by cluster and node. */
export interface Live {
  readonly states: ReadonlyMap<string, LiveState>;
  readonly nodes: ReadonlyMap<string, NodeState>;
  readonly apis: readonly ApiState[];
}

/** So far back is looked for when a target ceased to answer. */
const lookBackMs = 1_800_000;
const lookStepMs = 30_000;

export async function readLive(
  client: QueryClient,
  matchers: Matchers,
  nowMs: number,
  normalsUs: ReadonlyMap<string, number> | undefined,
): Promise<Live> {
  const { cluster, node } = matchers;
  const minOf = (gauge: string) => `min by (${expressions.ofTarget}) (${gauge})`;
  const up = `pingo_up${selector(matchers)}`;
  const alignedMs = Math.floor(nowMs / lookStepMs) * lookStepMs;
  const [ups, downs, losses, rtts, readies, apis, silences] = await Promise.all([
    client.instant(minOf(up), nowMs),
    client.range(minOf(`${up} == 0`), alignedMs - lookBackMs, alignedMs, lookStepMs),
    client.instant(expressions.recentLosses(matchers), nowMs),
    client.instant(expressions.lastRtt(matchers), nowMs),
    client.instant(`min by (cluster, node) (pingo_node_ready${selector({ cluster, node })})`, nowMs),
    readApis(client, cluster, nowMs),
    readSilences(client, matchers, alignedMs),
  ]);
  const sinceMs = new Map(downs.map((series) => [keyOf(series.metric), sinceOf(series, alignedMs)]));
  const rttsUs = new Map(rtts.map((series) => [keyOf(series.metric), lastOf(series) * 1e6]));
  const results = worstResults(losses);
  const states = ups.map((series): [string, LiveState] => {
    const key = keyOf(series.metric);
    const isUp = lastOf(series) === 1;
    return [
      key,
      {
        up: isUp,
        result: isUp ? "ok" : (results.get(key) ?? "timeout"),
        // One that is not among them ceased to answer after the last of those steps.
        sinceMs: isUp ? undefined : sinceMs.has(key) ? sinceMs.get(key) : nowMs,
        lastRttUs: isUp ? finite(rttsUs.get(key)) : undefined,
        normalUs: normalsUs?.get(key),
        silence: silences.get(key),
      },
    ];
  });
  return {
    states: new Map(states),
    nodes: new Map(readies.map((series) => [nodeKey(series.metric.cluster, series.metric.node), nodeState(series)])),
    apis,
  };
}

/** How APIs were at a moment; since when, nobody asked. */
export async function readApis(client: QueryClient, cluster: string | undefined, atMs: number): Promise<ApiState[]> {
  const apis = await client.instant(`min by (cluster) (pingo_api_up${selector({ cluster })})`, atMs);
  return apis.map((series) => ({
    cluster: series.metric.cluster ?? "",
    isUp: lastOf(series) === 1,
    sinceMs: undefined,
  }));
}

export function nodeKey(cluster = "", node = ""): string {
  return `${cluster}\n${node}`;
}

/** Why it is not Ready, and whether it is cordoned, no series tells. */
function nodeState(series: SeriesAnswer): NodeState {
  const status = lastOf(series) === 1 ? "True" : "False";
  return { name: series.metric.node ?? "", ready: { status, reason: "" }, unschedulable: false };
}

function lastOf({ values }: SeriesAnswer): number {
  return Number(values?.at(-1)?.[1]);
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** The first of the samples that lead up to now without a gap; undefined where they reach back further than was looked. */
function sinceOf({ values = [] }: SeriesAnswer, alignedMs: number): number | undefined {
  let sinceMs: number | undefined;
  for (let index = values.length - 1; index >= 0; index--) {
    const atMs = Math.round((values[index]?.[0] ?? 0) * 1_000);
    if (atMs !== alignedMs - (values.length - 1 - index) * lookStepMs) break;
    sinceMs = atMs;
  }
  return sinceMs === undefined || sinceMs <= alignedMs - lookBackMs ? undefined : sinceMs;
}

function worstResults(losses: readonly SeriesAnswer[]): Map<string, Outcome["result"]> {
  const worst = new Map<string, { readonly result: Outcome["result"]; readonly number: number }>();
  for (const series of losses) {
    const [key, number] = [keyOf(series.metric), lastOf(series)];
    if (number > (worst.get(key)?.number ?? 0))
      worst.set(key, { result: series.metric.result as Outcome["result"], number });
  }
  return new Map([...worst].map(([key, { result }]) => [key, result]));
}
