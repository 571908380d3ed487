import { stepsMs } from "../../../src/api/queries.ts";
import type {
  ClusterState,
  EventsAnswer,
  Headline,
  Heat,
  HistoryAnswer,
  Latency,
  NodeRow,
  Overview,
  Range,
  ResultCounts,
  TargetFacts,
  ZoneRow,
  ZonesAnswer,
} from "../../../src/api/v1.ts";
import { parseRange } from "../../../web/state/ranges.ts";
import { type Minute, type MockNode, minuteMs, probesPerMinute, type World } from "./world.ts";

/** Answers as `/api/v1` gives them, made up from a world. */

export function overview(world: World, query: URLSearchParams): Overview {
  const time = timeOf(world, query);
  const chosen = world.nodes.filter((node) => fits(node, query));
  const rows = chosen.map((node) => nodeRow(world, node, time));
  const asked = query.get("nodes") === "all" ? rows : rows.filter(isSick);
  const sorted = asked.sort((a, b) => weight(b) - weight(a) || (a.node < b.node ? -1 : 1));
  const offset = Number(query.get("offset") ?? 0);
  const limit = Number(query.get("limit") ?? 100);
  return {
    nowMs: world.nowMs(),
    ...time,
    headline: headlineOf(zoneRows(world, time), world, time.range),
    clusters: clustersOf(world, time.range),
    zones: zoneRows(world, time, query),
    nodes: sorted.slice(offset, offset + limit),
    nodesTotal: sorted.length,
    nextOffset: offset + limit < sorted.length ? offset + limit : null,
  };
}

export function zones(world: World, query: URLSearchParams): ZonesAnswer {
  const time = timeOf(world, query);
  const rows = zoneRows(world, time, query).map((row) => {
    const nodes = nodesIn(world, row);
    const sampled = nodes.filter((_, index) => index % 8 === 0);
    const cells = columnsOf(time.range).map((fromMs) => sampled.map((node) => world.minute(node, fromMs)));
    return {
      ...row,
      lossShare: cells.map((minutes) => mean(minutes.map((one) => one && lostOf(one.results) / probesPerMinute))),
      p50Us: cells.map((minutes) => mean(minutes.map((one) => (lossless(one) ? one?.p50Us : undefined)))),
    };
  });
  return { nowMs: world.nowMs(), ...time, zones: rows };
}

export function history(world: World, query: URLSearchParams): HistoryAnswer | undefined {
  const node = world.nodes.find(({ key }) => key === query.get("key"));
  if (node === undefined) return undefined;
  const time = timeOf(world, query);
  const steps = columnsOf(time.range).map((fromMs) => stepOf(world, node, fromMs, time.range.stepMs));
  const all = sumOf(steps.flatMap(({ minutes }) => minutes));
  return {
    nowMs: world.nowMs(),
    ...time,
    facts: factsOf(world, node, time.range),
    series: {
      results: steps.map(({ minutes }) => sumOf(minutes).results),
      synSent: steps.map(({ minutes }) => sumOf(minutes).synSent),
      synRetransmits: steps.map(({ minutes }) => sumOf(minutes).synRetransmits),
      latency: steps.map(({ minutes }) => latencyOf(minutes)),
      heat: steps.map(({ heat }) => heat),
    },
    total: { ...all, ...latencyOf(steps.flatMap(({ minutes }) => minutes)) },
  };
}

export function events(world: World, query: URLSearchParams): EventsAnswer {
  const { range } = timeOf(world, query);
  const node = world.nodes.find(({ key }) => key === query.get("key"));
  const all = world.events(node, range.fromMs, range.toMs);
  const offset = Number(query.get("before") ?? 0);
  const limit = Number(query.get("limit") ?? 50);
  const next = offset + limit < all.length ? String(offset + limit) : null;
  return { nowMs: world.nowMs(), events: all.slice(offset, offset + limit), next };
}

interface Time {
  readonly isLive: boolean;
  readonly range: Range;
}

export function timeOf(world: World, query: URLSearchParams): Time {
  const nowMs = world.nowMs();
  const endMs = Number(query.get("to") ?? query.get("at") ?? nowMs);
  const beginMs = Number(query.get("from") ?? endMs - (parseRange(query.get("range") ?? "1h") ?? 3_600_000));
  const stepMs = stepsMs.find((ms) => (endMs - beginMs) / ms <= 200) ?? 21_600_000;
  const fromMs = Math.floor(beginMs / stepMs) * stepMs;
  const columns = Math.ceil((endMs - fromMs) / stepMs);
  return { isLive: endMs >= nowMs, range: { fromMs, toMs: fromMs + columns * stepMs, stepMs, columns } };
}

function columnsOf({ fromMs, stepMs, columns }: Range): number[] {
  return Array.from({ length: columns }, (_, column) => fromMs + column * stepMs);
}

function fits(node: MockNode, query: URLSearchParams): boolean {
  const [cluster, zone] = [query.get("cluster"), query.get("zone")];
  const search = (query.get("search") ?? "").toLowerCase();
  if (cluster && node.cluster !== cluster) return false;
  return (zone === null || node.zone === zone) && `${node.node} ${node.target}`.includes(search);
}

function nodeRow(world: World, node: MockNode, { range, isLive }: Time): NodeRow {
  const { key, cluster, zone, target, isReady } = node;
  const state = world.state(node, Math.min(range.toMs, world.nowMs()));
  const rttUs = isLive && state.condition !== "unreachable" ? (world.minute(node, world.nowMs())?.p50Us ?? null) : null;
  const heat = columnsOf(range).map((fromMs) => world.heat(node, fromMs, range.stepMs));
  return {
    key,
    cluster,
    zone,
    node: node.node,
    target,
    portName: "kubelet",
    isReady,
    isProbed: true,
    rttUs,
    heat,
    ...state,
  };
}

/** One grain of noise makes no node sick. */
function isSick({ condition, heat }: NodeRow): boolean {
  return condition !== "ok" || heat.filter((one) => (one ?? 0) > 0).length > 1;
}

function weight({ condition, heat }: NodeRow): number {
  const now = { unreachable: 1_000_000, degraded: 500_000, unknown: 0, ok: 0 }[condition];
  const sum = heat.reduce<number>((total, one) => total + (one ?? 0), 0);
  return now + sum;
}

function nodesIn(world: World, { cluster, zone }: { cluster: string; zone: string }): MockNode[] {
  return world.nodes.filter((node) => node.cluster === cluster && node.zone === zone);
}

function zoneRows(world: World, time: Time, query = new URLSearchParams()): ZoneRow[] {
  const names = new Map(world.nodes.map(({ cluster, zone }) => [`${cluster}/${zone}`, { cluster, zone }]));
  const asked = [...names.values()].filter(({ cluster, zone }) => {
    const isZone = query.get("zone") === null || query.get("zone") === zone;
    return isZone && (!query.get("cluster") || query.get("cluster") === cluster);
  });
  const rows = asked.map((name) => zoneRow(world, name, time));
  return rows.sort((a, b) => b.unreachable - a.unreachable || b.degraded - a.degraded);
}

function zoneRow(world: World, name: { cluster: string; zone: string }, { range }: Time): ZoneRow {
  const nodes = nodesIn(world, name);
  const atMs = Math.min(range.toMs, world.nowMs());
  const conditions = nodes.map((node) => world.state(node, atMs).condition);
  return {
    ...name,
    targets: nodes.length,
    unreachable: conditions.filter((one) => one === "unreachable").length,
    degraded: conditions.filter((one) => one === "degraded").length,
    heat: columnsOf(range).map((fromMs) => zoneHeat(nodes.map((node) => world.heat(node, fromMs, range.stepMs)))),
  };
}

/** As bad as a share of its nodes is. */
function zoneHeat(heats: readonly Heat[]): Heat {
  const known = heats.filter((heat) => heat !== null).sort((a, b) => a - b);
  if (known.length === 0) return null;
  const worst = known.at(-1) ?? 0;
  const share = known.filter((heat) => heat > 0).length / known.length;
  if (share === 0 || share < 0.02) return worst >= 30 ? 31 : 0;
  return Math.min(worst, Math.floor(worst / 10) * 10 + (share > 0.9 ? 3 : share > 0.3 ? 2 : 1));
}

function headlineOf(rows: readonly ZoneRow[], world: World, range: Range): Headline {
  const total = world.nodes.length;
  const down = rows.reduce((sum, { unreachable }) => sum + unreachable, 0);
  if (down === 0) return { condition: "ok", text: `all ${total} nodes reachable`, more: [] };
  const lost = rows.find((row) => row.unreachable === row.targets);
  const atMs = Math.min(range.toMs, world.nowMs());
  const stray = world.nodes.find(
    (node) => !(lost && isIn(node, lost)) && world.state(node, atMs).condition === "unreachable",
  );
  const strayText = stray && `node ${stray.node} unreachable since {${world.state(stray, atMs).sinceMs}}`;
  const degraded = rows.reduce((sum, row) => sum + row.degraded, 0);
  const more = degraded === 0 ? [] : [`${degraded} nodes answer, but not well`];
  if (lost === undefined) return { condition: "unreachable", text: strayText ?? `${down} nodes unreachable`, more };
  const since = world.state(nodesIn(world, lost)[0] as MockNode, atMs).sinceMs;
  const text = `${lost.targets} of ${lost.targets} nodes of zone ${lost.zone} unreachable since {${since}}`;
  return { condition: "unreachable", text, more: strayText === undefined ? more : [strayText, ...more] };
}

function isIn(node: MockNode, { cluster, zone }: ZoneRow): boolean {
  return node.cluster === cluster && node.zone === zone;
}

export function clustersOf(world: World, range: Range): ClusterState[] {
  const names = [...new Set(world.nodes.map(({ cluster }) => cluster))];
  const atMs = Math.min(range.toMs, world.nowMs());
  return names.map((cluster) => {
    const nodes = world.nodes.filter((node) => node.cluster === cluster);
    const reachable = nodes.filter((node) => world.state(node, atMs).condition !== "unreachable").length;
    return { cluster, isApiUp: true, apiSinceMs: world.startMs - 6 * 86_400_000, targets: nodes.length, reachable };
  });
}

function stepOf(world: World, node: MockNode, fromMs: number, stepMs: number) {
  const minutes: Minute[] = [];
  for (let atMs = fromMs; atMs < fromMs + stepMs; atMs += minuteMs) {
    const minute = world.minute(node, atMs);
    if (minute !== undefined) minutes.push(minute);
  }
  const heat: Heat = minutes.length === 0 ? null : Math.max(...minutes.map((one) => one.heat));
  return { minutes, heat };
}

function sumOf(minutes: readonly Minute[]) {
  const results: [number, number, number, number, number, number] = [0, 0, 0, 0, 0, 0];
  let synRetransmits = 0;
  for (const minute of minutes) {
    for (let at = 0; at < results.length; at++) results[at] = (results[at] ?? 0) + (minute.results[at] ?? 0);
    synRetransmits += minute.retransmits;
  }
  const probes = results.reduce((sum, one) => sum + one, 0);
  return {
    results,
    synSent: probes + synRetransmits + 3 * results[1],
    synRetransmits: synRetransmits + 3 * results[1],
  };
}

function latencyOf(minutes: readonly Minute[]): Latency {
  const medians = minutes
    .filter(lossless)
    .map(({ p50Us }) => p50Us)
    .sort((a, b) => a - b);
  const median = medians[Math.floor(medians.length / 2)];
  if (median === undefined) return { minUs: null, p50Us: null, p90Us: null, p99Us: null, maxUs: null };
  const spread = 1 + 0.5 * chanceOf(median);
  return {
    minUs: Math.round(median * 0.82),
    p50Us: Math.round(median),
    p90Us: Math.round(median * (1.08 + 0.1 * spread)),
    p99Us: Math.round(median * (1.15 + 0.3 * spread)),
    maxUs: Math.round(median * (1.2 + 0.55 * spread * spread)),
  };
}

const chanceOf = (value: number) => (value * 7_919) % 1;
const lossless = (minute: Minute | undefined) => minute !== undefined && minute.results[0] > 0;
const lostOf = (results: ResultCounts) => results[1] + results[2] + results[3] + results[4];

function mean(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

export function factsOf(world: World, node: MockNode, range: Range): TargetFacts {
  const { key, cluster, zone, target, isReady, normalUs } = node;
  return {
    key,
    cluster,
    node: node.node,
    name: `${node.node}.eu-west-1.compute.internal`,
    target,
    portName: "kubelet",
    addressType: "InternalIP",
    zone,
    region: "eu-west-1",
    instanceType: cluster === "cache-eu" ? "r7g.2xlarge" : "m7g.xlarge",
    os: "linux",
    isReady,
    readyReason: isReady ? "KubeletReady" : "NodeStatusUnknown",
    isUnschedulable: !isReady,
    isProbed: true,
    joinedMs: world.startMs - 9 * 86_400_000,
    leftMs: null,
    ...stateOf(world, node, range),
    normalUs: Math.round(normalUs),
  };
}

function stateOf(world: World, node: MockNode, range: Range) {
  const { condition, sinceMs } = world.state(node, Math.min(range.toMs, world.nowMs()));
  return { condition, sinceMs };
}
