import type { ResultCounts } from "../../api/v1.ts";
import { DenseSketch, resultWidth } from "../group-block.ts";
import { heatOf, heatOfFigures } from "../heat.ts";
import { LatencySketch, latencyOf } from "../latency-sketch.ts";
import { type KnownTarget, noHeat, type ZoneBucket } from "../model.ts";
import type { KnownTargets } from "./known-targets.ts";
import { largestZones } from "./largest-zones.ts";
import type { Normals } from "./normals.ts";
import { bucketIn, type Figures, idIn, type RunningMinute } from "./running-minute.ts";

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
  const firsts = firstsOf(latencies, minute.ids);
  for (let id = 0; id < minute.ids; id++) {
    const figures = minute.figuresOf(id);
    if (figures.all === 0) continue;
    const medianUs = medianOf(latencies, firsts[id] as number, firsts[id + 1] as number);
    heat[id] = heatOfFigures({ ...figures, medianUs }, normals.of(id));
    if (medianUs !== undefined) observed(id, medianUs);
    const target = known.get(id);
    if (target !== undefined) zones.of(target).add(target, minute, figures);
  }
  return { heat, zones: zones.buckets(latencies, firsts, parts.zoneNormal) };
}

/** Where each id's latencies begin; one more at the end. */
function firstsOf(latencies: Uint32Array, ids: number): Uint32Array {
  const firsts = new Uint32Array(ids + 1);
  let at = 0;
  for (let id = 0; id < ids; id++) {
    firsts[id] = at;
    while (at < latencies.length && idIn(latencies[at] as number) === id) at++;
  }
  firsts[ids] = at;
  return firsts;
}

/** By nearest rank. */
function medianOf(latencies: Uint32Array, from: number, to: number): number | undefined {
  if (to === from) return undefined;
  return latencyOf(bucketIn(latencies[from + Math.ceil((to - from) / 2) - 1] as number));
}

class ZoneTallies {
  readonly #byCluster = new Map<string, Map<string, ZoneTally>>();

  of({ target: { cluster, zone } }: KnownTarget): ZoneTally {
    let zones = this.#byCluster.get(cluster);
    if (zones === undefined) {
      zones = new Map();
      this.#byCluster.set(cluster, zones);
    }
    let tally = zones.get(zone);
    if (tally === undefined) {
      tally = new ZoneTally(cluster, zone);
      zones.set(zone, tally);
    }
    return tally;
  }

  /** Those in which anything was measured, at most so many as a step has. */
  buckets(latencies: Uint32Array, firsts: Uint32Array, zoneNormal: SummaryParts["zoneNormal"]): ZoneBucket[] {
    const measured = [...this.#byCluster.values()].flatMap((zones) =>
      [...zones.values()].filter(({ ids }) => ids.length > 0),
    );
    // One for all of them: it has room for every latency there can be.
    const sketch = new DenseSketch();
    return largestZones(measured).map((tally) => {
      for (const id of tally.ids) {
        const to = firsts[id + 1] as number;
        for (let at = firsts[id] as number; at < to; at++) sketch.add(bucketIn(latencies[at] as number), 1);
      }
      return tally.bucket(drained(sketch), zoneNormal(tally.cluster, tally.zone));
    });
  }
}

class ZoneTally {
  readonly cluster: string;
  readonly zone: string;
  targets = 0;
  /** Of which anything was measured. */
  readonly ids: number[] = [];
  #unreachable = 0;
  readonly #results: number[] = new Array(resultWidth).fill(0);
  #synSent = 0;
  #synRetransmits = 0;

  constructor(cluster: string, zone: string) {
    this.cluster = cluster;
    this.zone = zone;
  }

  add(target: KnownTarget, minute: RunningMinute, figures: Figures): void {
    this.ids.push(target.id);
    // It has left within the minute; the others are counted already.
    if (target.leftMs !== undefined) this.targets++;
    if (figures.ok === 0 && figures.lost > 0) this.#unreachable++;
    minute.addResultsTo(this.#results, target.id);
    this.#synSent += figures.synSent;
    this.#synRetransmits += figures.synRetransmits;
  }

  bucket(latency: LatencySketch, normalUs: number | undefined): ZoneBucket {
    const { cluster, zone, targets } = this;
    const results = [...this.#results] as unknown as ResultCounts;
    const bucket = { results, synSent: this.#synSent, synRetransmits: this.#synRetransmits, latency };
    return { cluster, zone, bucket, heat: heatOf(bucket, normalUs), targets, unreachable: this.#unreachable };
  }
}

function drained(sketch: DenseSketch): LatencySketch {
  const latency = new LatencySketch();
  sketch.drain((index, count) => {
    latency.indexes.push(index);
    latency.counts.push(count);
  });
  return latency;
}
