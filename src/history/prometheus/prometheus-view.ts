import { readPlace, writePlace } from "../../api/event-place.ts";
import type { StepMs } from "../../api/queries.ts";
import type { HistoryEvent } from "../../api/v1.ts";
import type {
  ApiState,
  Bucket,
  EventScan,
  HistoryView,
  KnownTarget,
  LiveState,
  NodeState,
  Place,
  ZoneBucket,
} from "../model.ts";
import type { Heats } from "./read-heat.ts";
import { type Live, nodeKey } from "./read-live.ts";

/** What was read for one question. */
export interface Reading {
  readonly nowMs: number;
  readonly targets: readonly KnownTarget[];
  readonly live: Live;
  /** Read where a question asks for a cluster or a zone. */
  readonly places: readonly Place[];
  /** How APIs were at the end that was asked for, where that is past. */
  readonly apisThen: readonly ApiState[];
  /** By step. */
  readonly heats: ReadonlyMap<StepMs, Heats>;
  /** By target id, of the range's own step. */
  readonly buckets: ReadonlyMap<number, ReadonlyMap<number, Bucket>>;
  readonly zones: readonly { readonly startMs: number; readonly zones: readonly ZoneBucket[] }[];
  readonly events: readonly HistoryEvent[];
}

export const nothingRead: Omit<Reading, "nowMs"> = {
  targets: [],
  live: { states: new Map(), nodes: new Map(), apis: [] },
  places: [],
  apisThen: [],
  heats: new Map(),
  buckets: new Map(),
  zones: [],
  events: [],
};

const nothingLive: LiveState = {
  up: undefined,
  result: undefined,
  sinceMs: undefined,
  lastRttUs: undefined,
  normalUs: undefined,
  silence: undefined,
};

/** What a Prometheus has, as a history: questions are answered from it by the same code as from PinGo's own. */
export class PrometheusView implements HistoryView {
  readonly nowMs: number;
  readonly sinceMs = undefined;
  readonly #reading: Reading;
  readonly #byKey: ReadonlyMap<string, KnownTarget>;
  readonly #byId: ReadonlyMap<number, KnownTarget>;

  constructor(reading: Reading) {
    this.nowMs = reading.nowMs;
    this.#reading = reading;
    this.#byKey = new Map(reading.targets.map((known) => [known.target.key, known]));
    this.#byId = new Map(reading.targets.map((known) => [known.id, known]));
  }

  targets(): readonly KnownTarget[] {
    return this.#reading.targets;
  }

  target(key: string): KnownTarget | undefined {
    return this.#byKey.get(key);
  }

  live(id: number): LiveState {
    const known = this.#byId.get(id);
    return (known && this.#reading.live.states.get(known.target.key)) ?? nothingLive;
  }

  node(cluster: string, node: string): NodeState | undefined {
    return this.#reading.live.nodes.get(nodeKey(cluster, node));
  }

  apis(): readonly ApiState[] {
    return this.#reading.live.apis;
  }

  places(): readonly Place[] {
    return this.#reading.places;
  }

  /** Of the end that the question asked for: no other moment was read. */
  apisAt(): readonly ApiState[] {
    return this.#reading.apisThen;
  }

  heat(stepMs: StepMs, fromMs: number, toMs: number): Heats {
    return within(this.#reading.heats.get(stepMs) ?? [], fromMs, toMs);
  }

  buckets(_stepMs: StepMs, id: number, fromMs: number, toMs: number) {
    const own = [...(this.#reading.buckets.get(id) ?? [])].map(([startMs, bucket]) => ({ startMs, bucket }));
    return within(own, fromMs, toMs);
  }

  zones(_stepMs: StepMs, fromMs: number, toMs: number) {
    return within(this.#reading.zones, fromMs, toMs);
  }

  events({ fromMs, toMs, before, limit, id, keeps }: EventScan) {
    const known = id === undefined ? undefined : this.#byId.get(id);
    const isAsked = ({ atMs }: HistoryEvent) => atMs >= fromMs && atMs < toMs;
    const own = this.#reading.events.filter((event) => isAsked(event) && (known === undefined || isOf(event, known)));
    return pageOf(own, before, limit, keeps);
  }
}

/** The newest first, on from a place. */
function pageOf(
  all: readonly HistoryEvent[],
  before: string | undefined,
  limit: number,
  keeps: EventScan["keeps"],
): ReturnType<HistoryView["events"]> {
  const place = before === undefined ? undefined : readPlace(before);
  const events: HistoryEvent[] = [];
  let [lastMs, seen] = [Number.POSITIVE_INFINITY, 0];
  for (const event of all) {
    if (place !== undefined && event.atMs > place.atMs) continue;
    if (events.length === limit) return { events, next: writePlace({ atMs: lastMs, seen }) };
    if (event.atMs !== lastMs) [lastMs, seen] = [event.atMs, 0];
    seen++;
    const wasRead = event.atMs === place?.atMs && seen <= place.seen;
    if (!wasRead && keeps(event)) events.push(event);
  }
  return { events, next: undefined };
}

function isOf({ key, cluster, node, kind }: HistoryEvent, { target }: KnownTarget): boolean {
  return key === target.key || (kind === "ready" && cluster === target.cluster && node === target.node);
}

function within<Item extends { readonly startMs: number }>(
  items: readonly Item[],
  fromMs: number,
  toMs: number,
): Item[] {
  return items.filter(({ startMs }) => startMs >= fromMs && startMs < toMs);
}
