import { readPlace, writePlace } from "../../src/api/event-place.ts";
import type { StepMs } from "../../src/api/queries.ts";
import type { SteppedRange } from "../../src/api/range.ts";
import type { HistoryEvent, ResultCounts } from "../../src/api/v1.ts";
import { worseHeat } from "../../src/history/heat.ts";
import { LatencySketch } from "../../src/history/latency-sketch.ts";
import {
  type Bucket,
  type EventScan,
  type HistoryView,
  type KnownTarget,
  type LiveState,
  noHeat,
  type ZoneBucket,
} from "../../src/history/model.ts";
import { placesOf } from "../../src/history/places.ts";
import { zoneAt } from "../../src/history/zone-at.ts";
import type { Target } from "../../src/target.ts";
import type { NodeFacts } from "../../src/targets/node.ts";
import { makeTarget } from "./make-target.ts";

export const minuteMs = 60_000;
/** On the whole minute, the hour and six hours. */
export const noonMs = Date.UTC(2026, 10, 26, 12);

/** What a test tells of a minute of a target. */
export interface Minute {
  readonly results?: ResultCounts;
  readonly synSent?: number;
  readonly synRetransmits?: number;
  readonly latenciesUs?: readonly number[];
  readonly heat?: number;
}

interface Kept {
  readonly bucket: Bucket;
  readonly heat: number;
}

const silent: LiveState = {
  up: undefined,
  result: undefined,
  sinceMs: undefined,
  lastRttUs: undefined,
  normalUs: undefined,
  silence: undefined,
};

/** A history in memory that has what a test says, minute by minute, and rolls it up as it is asked for. */
export class FakeHistoryView implements HistoryView {
  nowMs = noonMs;
  sinceMs: number | undefined = noonMs - 30 * 86_400_000;
  readonly happened: HistoryEvent[] = [];
  readonly apiStates: { cluster: string; isUp: boolean | undefined; sinceMs: number | undefined }[] = [];
  readonly #known: KnownTarget[] = [];
  readonly #live: LiveState[] = [];
  readonly #nodes = new Map<string, NodeFacts>();
  /** By the start of the minute, then the id. */
  readonly #minutes = new Map<number, Map<number, Kept>>();

  /** It is in that zone from then on. */
  move(id: number, zone: string, atMs: number): void {
    const known = this.#known[id] as KnownTarget;
    const pastZones = [...known.pastZones, { zone: known.target.zone, untilMs: atMs }];
    this.#known[id] = { ...known, target: { ...known.target, zone }, pastZones };
  }

  /** A target that is up since long ago where nothing else is said. */
  add(parts: Partial<Target> & { node: string }, known: Partial<KnownTarget> & { live?: Partial<LiveState> } = {}) {
    const id = this.#known.length;
    const { live, ...rest } = known;
    this.#known.push({
      id,
      target: makeTarget(parts),
      joinedMs: noonMs - 30 * 86_400_000,
      leftMs: undefined,
      pastZones: [],
      ...rest,
    });
    this.#live.push({ ...silent, up: true, result: "ok", sinceMs: noonMs - 86_400_000, lastRttUs: 500, ...live });
    return this.#known[id] as KnownTarget;
  }

  is(id: number, live: Partial<LiveState>): void {
    this.#live[id] = { ...(this.#live[id] as LiveState), ...live };
  }

  has(cluster: string, facts: NodeFacts): void {
    this.#nodes.set(`${cluster} ${facts.name}`, facts);
  }

  /** What was in the minute that `agoMs` before now lies in. Four good handshakes where nothing else is said. */
  tell(id: number, agoMs: number, minute: Minute = {}): void {
    const { results = [4, 0, 0, 0, 0, 0], synRetransmits = 0, latenciesUs = [500], heat = 0 } = minute;
    const startMs = Math.floor((this.nowMs - agoMs) / minuteMs) * minuteMs;
    const latency = new LatencySketch();
    for (const us of latenciesUs) latency.add(us);
    const synSent = minute.synSent ?? results.reduce((sum, count) => sum + count, synRetransmits);
    const kept = this.#minutes.get(startMs) ?? new Map<number, Kept>();
    kept.set(id, { bucket: { results, synSent, synRetransmits, latency }, heat });
    this.#minutes.set(startMs, kept);
  }

  targets(): readonly KnownTarget[] {
    return this.#known;
  }

  target(key: string): KnownTarget | undefined {
    return this.#known.find(({ target }) => target.key === key);
  }

  live(id: number): LiveState {
    return this.#live[id] ?? silent;
  }

  node(cluster: string, node: string): NodeFacts | undefined {
    return this.#nodes.get(`${cluster} ${node}`);
  }

  apis() {
    return this.apiStates;
  }

  places({ stepMs, fromMs, toMs }: SteppedRange) {
    return placesOf(this.#known, this.apiStates, this.zones(stepMs, fromMs, toMs));
  }

  apisAt(atMs: number) {
    return this.apiStates.map((api) =>
      (api.sinceMs ?? atMs + 1) <= atMs ? api : { ...api, isUp: undefined, sinceMs: undefined },
    );
  }

  *heat(stepMs: StepMs, fromMs: number, toMs: number) {
    for (const [startMs, kept] of this.#steps(stepMs, fromMs, toMs)) {
      const heat = new Uint8Array(Math.max(...kept.map(({ id }) => id)) + 1).fill(noHeat);
      for (const { id, heat: of } of kept) heat[id] = worseHeat(heat[id] as number, of);
      yield { startMs, heat };
    }
  }

  *buckets(stepMs: StepMs, id: number, fromMs: number, toMs: number) {
    for (const [startMs, kept] of this.#steps(stepMs, fromMs, toMs)) {
      const own = kept.filter((one) => one.id === id);
      if (own.length > 0) yield { startMs, bucket: sum(own) };
    }
  }

  *zones(stepMs: StepMs, fromMs: number, toMs: number) {
    for (const [startMs, kept] of this.#steps(stepMs, fromMs, toMs)) {
      const byZone = Map.groupBy(kept, ({ id }) => {
        const known = this.#known[id] as KnownTarget;
        return JSON.stringify([known.target.cluster, zoneAt(known, startMs)]);
      });
      yield { startMs, zones: [...byZone].map(([name, own]) => zoneBucket(name, own)) };
    }
  }

  events({ fromMs, toMs, before, limit, id, keeps }: EventScan) {
    const key = id === undefined ? undefined : this.#known[id]?.target.key;
    const from = before === undefined ? 0 : (readPlace(before)?.seen ?? 0);
    const fitting = this.happened
      .toSorted((a, b) => b.atMs - a.atMs)
      .filter((event) => event.atMs >= fromMs && event.atMs < toMs && (key === undefined || event.key === key))
      .filter(keeps);
    const next = from + limit < fitting.length ? writePlace({ atMs: 0, seen: from + limit }) : undefined;
    return { events: fitting.slice(from, from + limit), next };
  }

  #steps(stepMs: StepMs, fromMs: number, toMs: number): [number, (Kept & { id: number })[]][] {
    const minutes = [...this.#minutes]
      .filter(([startMs]) => startMs >= fromMs && startMs < toMs)
      .toSorted(([a], [b]) => a - b);
    const steps = Map.groupBy(minutes, ([startMs]) => Math.floor(startMs / stepMs) * stepMs);
    return [...steps].map(([startMs, inStep]) => [
      startMs,
      inStep.flatMap(([, kept]) => Array.from(kept, ([id, one]) => ({ id, ...one }))),
    ]);
  }
}

function sum(kept: readonly Kept[]): Bucket {
  const latency = new LatencySketch();
  for (const { bucket } of kept) latency.merge(bucket.latency);
  const add = (value: (bucket: Bucket) => number) => kept.reduce((total, { bucket }) => total + value(bucket), 0);
  return {
    results: [0, 1, 2, 3, 4, 5].map((index) => add(({ results }) => results[index] ?? 0)) as unknown as ResultCounts,
    synSent: add(({ synSent }) => synSent),
    synRetransmits: add(({ synRetransmits }) => synRetransmits),
    latency,
  };
}

function zoneBucket(name: string, own: readonly (Kept & { id: number })[]): ZoneBucket {
  const [cluster, zone] = JSON.parse(name) as [string, string];
  const ids = new Set(own.map(({ id }) => id));
  const down = new Set(own.filter(({ heat }) => heat === 33).map(({ id }) => id));
  return {
    cluster,
    zone,
    bucket: sum(own),
    heat: own.reduce((worst, { heat }) => worseHeat(worst, heat), noHeat),
    targets: ids.size,
    unreachable: down.size,
  };
}

/** A target's last minutes up to now, each with that heat. */
export function tellHeats(view: FakeHistoryView, id: number, heats: readonly number[]): void {
  for (const [index, heat] of heats.entries()) {
    const agoMs = (heats.length - index) * minuteMs;
    view.tell(id, agoMs, { heat, results: heat === 33 ? [0, 4, 0, 0, 0, 0] : [4, 0, 0, 0, 0, 0] });
  }
}
