import type { ResultCounts } from "../../api/v1.ts";
import { resultIndex } from "../../outcome.ts";
import { DenseSketch, resultWidth } from "../group-block.ts";
import { heatOf, heatOfFigures } from "../heat.ts";
import { LatencySketch, latencyOf } from "../latency-sketch.ts";
import { type KnownTarget, noHeat, type ZoneBucket } from "../model.ts";
import type { KnownTargets } from "./known-targets.ts";
import type { Normals } from "./normals.ts";
import { bucketIn, firstLatencyOf, type RunningMinute } from "./running-minute.ts";

export interface SummaryParts {
  readonly minute: RunningMinute;
  readonly latencies: Uint32Array;
  readonly known: KnownTargets;
  readonly normals: Normals;
  readonly zoneNormal: (cluster: string, zone: string) => number | undefined;
}

/** What a minute comes to: a heat a target, and the zones. */
export interface Summary {
  readonly heat: Uint8Array;
  readonly zones: readonly ZoneBucket[];
}

/** `observed` hears of each target's median. */
export function summarise(parts: SummaryParts, observed: (id: number, medianUs: number) => void = () => {}): Summary {
  const { minute, latencies, known, normals } = parts;
  const heat = new Uint8Array(minute.ids).fill(noHeat);
  const zones = new ZoneTallies();
  for (const target of known.all()) if (target.leftMs === undefined) zones.of(target).targets++;
  let to = 0;
  for (let id = 0; id < minute.ids; id++) {
    const from = to;
    to = endOfId(latencies, from, id);
    const figures = figuresOf(minute, id);
    if (figures.all === 0) continue;
    const medianUs = medianOf(latencies, from, to);
    heat[id] = heatOfFigures({ ...figures, medianUs }, normals.of(id));
    if (medianUs !== undefined) observed(id, medianUs);
    const target = known.get(id);
    if (target !== undefined) zones.of(target).add(target, minute, latencies.subarray(from, to), figures);
  }
  return { heat, zones: zones.buckets(parts.zoneNormal) };
}

interface Figures {
  readonly all: number;
  readonly ok: number;
  readonly lost: number;
  readonly synSent: number;
  readonly synRetransmits: number;
}

function figuresOf(minute: RunningMinute, id: number): Figures {
  const results = minute.resultsOf(id);
  let all = 0;
  for (const count of results) all += count;
  const ok = results[resultIndex.ok] as number;
  return { all, ok, lost: all - ok - (results[resultIndex.local] as number), ...minute.synsOf(id) };
}

function endOfId(latencies: Uint32Array, from: number, id: number): number {
  // Most have a handful; who has many is found by halving.
  let to = from;
  const next = (id + 1) * 1_024;
  while (to < latencies.length && (latencies[to] as number) < next) {
    if (++to - from > 16) return firstLatencyOf(latencies, id + 1);
  }
  return to;
}

/** By nearest rank. */
function medianOf(latencies: Uint32Array, from: number, to: number): number | undefined {
  if (to === from) return undefined;
  return latencyOf(bucketIn(latencies[from + Math.ceil((to - from) / 2) - 1] as number));
}

class ZoneTallies {
  readonly #byCluster = new Map<string, Map<string, ZoneTally>>();

  of({ target: { cluster, zone } }: KnownTarget): ZoneTally {
    const zones = this.#byCluster.get(cluster) ?? new Map<string, ZoneTally>();
    if (zones.size === 0) this.#byCluster.set(cluster, zones);
    const known = zones.get(zone);
    if (known !== undefined) return known;
    const tally = new ZoneTally();
    zones.set(zone, tally);
    return tally;
  }

  /** Those in which anything was measured. */
  buckets(zoneNormal: SummaryParts["zoneNormal"]): ZoneBucket[] {
    return [...this.#byCluster].flatMap(([cluster, zones]) =>
      [...zones]
        .filter(([, tally]) => tally.isMeasured)
        .map(([zone, tally]) => tally.bucket(cluster, zone, zoneNormal(cluster, zone))),
    );
  }
}

class ZoneTally {
  targets = 0;
  isMeasured = false;
  #unreachable = 0;
  readonly #results = new Uint32Array(resultWidth);
  #synSent = 0;
  #synRetransmits = 0;
  readonly #sketch = new DenseSketch();

  add(target: KnownTarget, minute: RunningMinute, latencies: Uint32Array, figures: Figures): void {
    this.isMeasured = true;
    // It has left within the minute; the others are counted already.
    if (target.leftMs !== undefined) this.targets++;
    if (figures.ok === 0 && figures.lost > 0) this.#unreachable++;
    const results = minute.resultsOf(target.id);
    for (let at = 0; at < resultWidth; at++)
      this.#results[at] = (this.#results[at] as number) + (results[at] as number);
    this.#synSent += figures.synSent;
    this.#synRetransmits += figures.synRetransmits;
    for (const latency of latencies) this.#sketch.add(bucketIn(latency), 1);
  }

  bucket(cluster: string, zone: string, normalUs: number | undefined): ZoneBucket {
    const latency = new LatencySketch();
    this.#sketch.drain((index, count) => {
      latency.indexes.push(index);
      latency.counts.push(count);
    });
    const results = [...this.#results] as unknown as ResultCounts;
    const bucket = { results, synSent: this.#synSent, synRetransmits: this.#synRetransmits, latency };
    const heat = heatOf(bucket, normalUs);
    return { cluster, zone, bucket, heat, targets: this.targets, unreachable: this.#unreachable };
  }
}
