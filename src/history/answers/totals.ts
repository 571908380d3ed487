import type { Latency, ResultCounts } from "../../api/v1.ts";
import { resultIndex } from "../../outcome.ts";
import type { LatencySketch } from "../latency-sketch.ts";
import type { Bucket } from "../model.ts";
import { SketchSum } from "./sketch-sum.ts";

const noCounts: ResultCounts = [0, 0, 0, 0, 0, 0];

/** Nothing was measured. */
export const noLatency: Latency = { minUs: null, p50Us: null, p90Us: null, p99Us: null, maxUs: null };

/** What is told of a bucket. */
export interface Told {
  readonly results: ResultCounts;
  readonly synSent: number;
  readonly synRetransmits: number;
  readonly latency: Latency;
}

export const nothingTold: Told = { results: noCounts, synSent: 0, synRetransmits: 0, latency: noLatency };

/** Buckets added up, of many steps or many zones. Percentiles are of all round trips together, never averages of others. */
export class Totals {
  readonly #results = [...noCounts];
  readonly #latency = new SketchSum();
  #synSent = 0;
  #synRetransmits = 0;

  add({ results, synSent, synRetransmits, latency }: Bucket): void {
    for (const [index, count] of results.entries()) this.#results[index] = (this.#results[index] as number) + count;
    this.#synSent += synSent;
    this.#synRetransmits += synRetransmits;
    this.#latency.add(latency);
  }

  told(): Told {
    const [synSent, synRetransmits] = [this.#synSent, this.#synRetransmits];
    return {
      results: [...this.#results] as unknown as ResultCounts,
      synSent,
      synRetransmits,
      latency: latencyOf(this.#latency.sketch()),
    };
  }
}

export function tell({ results, synSent, synRetransmits, latency }: Bucket): Told {
  return { results, synSent, synRetransmits, latency: latencyOf(latency) };
}

export function latencyOf(sketch: LatencySketch): Latency {
  if (sketch.indexes.length === 0) return noLatency;
  const [minUs, p50Us, p90Us, p99Us, maxUs] = [0, 0.5, 0.9, 0.99, 1].map((share) => wholeUs(sketch, share));
  return { minUs, p50Us, p90Us, p99Us, maxUs } as Latency;
}

/** Tenths of a microsecond are beyond any sketch's precision but that of the shortest. */
export function wholeUs(sketch: LatencySketch, share: number): number | null {
  const us = sketch.quantile(share);
  return us === undefined ? null : us < 100 ? Math.round(us * 10) / 10 : Math.round(us);
}

/** The share of handshakes that were lost, of those that tell of the target; null where there was none. */
export function lossShare(results: ResultCounts): number | null {
  const told = results.reduce((sum, count) => sum + count, 0) - (results[resultIndex.local] as number);
  return told === 0 ? null : (told - (results[resultIndex.ok] as number)) / told;
}
