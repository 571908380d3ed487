import type { Question, StepMs } from "../../api/queries.ts";
import { rangeOf, type SteppedRange } from "../../api/range.ts";
import { heatOf } from "../heat.ts";
import type { Bucket, Place, ZoneBucket } from "../model.ts";
import * as expressions from "./expressions.ts";
import { nothingRead, PrometheusView, type Reading } from "./prometheus-view.ts";
import type { QueryClient } from "./query-client.ts";
import { type Buckets, readBuckets, targetFamilies, zoneFamilies } from "./read-buckets.ts";
import { readEvents } from "./read-events.ts";
import { type Heats, readHeat } from "./read-heat.ts";
import { readApis, readLive } from "./read-live.ts";
import { readRoster } from "./read-roster.ts";
import type { Matchers } from "./selector.ts";
import { keyOf, nameOf } from "./target-key.ts";

const minuteMs = 60_000 satisfies StepMs;
/** As far as conditions look back minute by minute. */
const recentMs = 15 * minuteMs;
/** What a target's or a zone's own normal is learnt from: the hours before the range's end. */
const normalMs = 6 * 60 * minuteMs;
/** Medians of more targets than this cost Prometheus too much: their heat is of loss and retransmits alone. */
const mostForLatency = 200;
const lookBackMs = 3_600_000;

/** Reads from Prometheus what a question needs, and no more. */
export async function readView(client: QueryClient, question: Question, nowMs: number): Promise<PrometheusView> {
  const [read, places] = await Promise.all([readFor(client, question, nowMs), readPlaces(client, question, nowMs)]);
  return new PrometheusView({ ...nothingRead, nowMs, ...read, places });
}

function readFor(client: QueryClient, question: Question, nowMs: number): Promise<Partial<Reading>> {
  const { ask, query } = question;
  if (ask === "targets") {
    return readTargets(client, matchCluster(query.cluster), { range: lastHour(nowMs), nowMs, endMs: nowMs });
  }
  const asked = { range: rangeOf(query), nowMs, endMs: Math.min(query.toMs, nowMs) };
  switch (ask) {
    case "overview":
    case "zones":
      return readAll(client, matchCluster(query.cluster), asked);
    case "history":
      if (query.key !== undefined) return readOne(client, query.key, asked);
      return readZones(client, { ...matchCluster(query.cluster), zone: query.zone }, asked);
    case "events":
      return readHappenings(client, query.key, query, asked);
  }
}

interface RangeAsked {
  readonly range: SteppedRange;
  readonly nowMs: number;
  /** The end that is told of; the range's is that of a whole step. */
  readonly endMs: number;
}

function lastHour(nowMs: number): SteppedRange {
  return rangeOf({ fromMs: nowMs - lookBackMs, toMs: nowMs });
}

/** For who asks for a cluster or a zone, all that there were. */
async function readPlaces(client: QueryClient, { ask, query }: Question, nowMs: number): Promise<Place[]> {
  const isAny = query.cluster === "" && (ask === "targets" || ask === "zones" || (query.zone ?? "") === "");
  if (isAny) return [];
  const { fromMs, toMs, stepMs } = ask === "targets" ? lastHour(nowMs) : rangeOf(query);
  const found = await client.range(expressions.places, fromMs, Math.max(fromMs, Math.min(toMs, nowMs)), stepMs);
  const byCluster = Map.groupBy(found, ({ metric }) => metric.cluster ?? "");
  return [...byCluster].map(([cluster, own]) => ({ cluster, zones: own.map(({ metric }) => metric.zone ?? "") }));
}

function matchCluster(cluster: string): Matchers {
  return { cluster: cluster === "" ? undefined : cluster };
}

async function readAll(client: QueryClient, matchers: Matchers, asked: RangeAsked): Promise<Partial<Reading>> {
  const [ofTargets, { zones }] = await Promise.all([
    readTargets(client, matchers, asked),
    readZones(client, matchers, asked),
  ]);
  return { ...ofTargets, zones };
}

async function readTargets(client: QueryClient, matchers: Matchers, asked: RangeAsked) {
  const { range, nowMs } = asked;
  const targets = await readRoster(client, matchers, asked);
  const hasLatency = targets.length <= mostForLatency;
  const normalsUs = hasLatency
    ? await readNormals(client, targetFamilies.rtt, expressions.ofTarget, matchers, asked, keyOf)
    : undefined;
  const heatAsked = { ...asked, matchers, normalsUs };
  const [live, apisThen, own, recent] = await Promise.all([
    range.toMs >= nowMs ? readLive(client, matchers, nowMs, normalsUs) : nothingRead.live,
    readApis(client, matchers.cluster, asked.endMs),
    readHeat(client, heatAsked, targets),
    range.stepMs === minuteMs ? [] : readHeat(client, { ...heatAsked, range: recentOf(asked) }, targets),
  ]);
  const heats = new Map<StepMs, Heats>([[minuteMs, recent]]);
  heats.set(range.stepMs, own);
  return { targets, live, apisThen, heats };
}

function recentOf({ range, nowMs }: RangeAsked): { fromMs: number; toMs: number; stepMs: StepMs } {
  const toMs = Math.ceil(Math.min(range.toMs, nowMs) / minuteMs) * minuteMs;
  return { fromMs: toMs - recentMs, toMs, stepMs: minuteMs };
}

async function readNormals(
  client: QueryClient,
  family: string,
  of: string,
  matchers: Matchers,
  { range, nowMs }: RangeAsked,
  subjectOf: (labels: Readonly<Record<string, string>>) => string,
): Promise<Map<string, number>> {
  const atMs = Math.min(range.toMs, nowMs);
  const medians = await client.instant(expressions.median(family, of, matchers, normalMs), atMs);
  const found = medians.map(({ metric, values }) => [subjectOf(metric), Number(values?.[0]?.[1]) * 1e6] as const);
  return new Map(found.filter(([, us]) => us > 0));
}

async function readOne(client: QueryClient, key: string, asked: RangeAsked): Promise<Partial<Reading>> {
  const name = nameOf(key);
  if (name === undefined) return {};
  const matchers = { ...name };
  const [ofTarget, buckets] = await Promise.all([
    readTargets(client, matchers, asked),
    readBuckets(client, targetFamilies, matchers, asked, keyOf),
  ]);
  const own = ofTarget.targets.map(({ id, target }) => [id, buckets.get(target.key) ?? new Map()] as const);
  return { ...ofTarget, buckets: new Map(own) };
}

function zoneOf({ cluster = "", zone = "" }: Readonly<Record<string, string>>): string {
  return JSON.stringify([cluster, zone]);
}

async function readZones(client: QueryClient, matchers: Matchers, asked: RangeAsked): Promise<Pick<Reading, "zones">> {
  const [buckets, normalsUs] = await Promise.all([
    readBuckets(client, zoneFamilies, matchers, asked, zoneOf),
    readNormals(client, zoneFamilies.rtt, expressions.ofZone, matchers, asked, zoneOf),
  ]);
  return { zones: byStep(buckets, normalsUs) };
}

function byStep(buckets: Buckets, normalsUs: ReadonlyMap<string, number>): Reading["zones"] {
  const steps = new Map<number, ZoneBucket[]>();
  for (const [name, own] of buckets) {
    const [cluster, zone] = JSON.parse(name) as [string, string];
    for (const [startMs, bucket] of own) {
      const here = steps.get(startMs) ?? [];
      steps.set(startMs, here);
      here.push(zoneBucket(cluster, zone, bucket, normalsUs.get(name)));
    }
  }
  return [...steps].toSorted(([a], [b]) => a - b).map(([startMs, zones]) => ({ startMs, zones }));
}

/** How many targets there were and of how many nothing came back, nobody asks of a zone's step here. */
function zoneBucket(cluster: string, zone: string, bucket: Bucket, normalUs: number | undefined): ZoneBucket {
  return { cluster, zone, bucket, heat: heatOf(bucket, normalUs), targets: 0, unreachable: 0 };
}

async function readHappenings(
  client: QueryClient,
  key: string | undefined,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  asked: RangeAsked,
): Promise<Partial<Reading>> {
  const name = key === undefined ? undefined : nameOf(key);
  if (key !== undefined && name === undefined) return {};
  const endMs = Math.min(toMs, asked.nowMs);
  const [targets, events] = await Promise.all([
    name === undefined ? [] : readRoster(client, { ...name }, asked),
    endMs > fromMs ? readEvents(client, { fromMs, toMs: endMs }, name) : [],
  ]);
  return { targets, events };
}
