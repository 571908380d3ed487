import { type Bucket, noHeat } from "./model.ts";

/** The kinds of trouble, the worst last: of two that are alike bad it is the one to show. */
const kinds = { latency: 1, retransmits: 2, loss: 3 } as const;
/** Less than this above normal is no trouble, however many times it is: 20 us that become 200. */
const leastExcessUs = 500;

/** What the heat of a step follows from. */
export interface HeatFigures {
  readonly ok: number;
  /** All that neither came through nor was this machine's own fault. */
  readonly lost: number;
  readonly synSent: number;
  readonly synRetransmits: number;
  readonly medianUs: number | undefined;
}

/** How a step was, held against the normal of whose it is; `noHeat` where nothing was measured but this machine's own trouble. */
export function heatOf(bucket: Bucket, normalUs: number | undefined): number {
  const { results, synSent, synRetransmits, latency } = bucket;
  const [ok, timeout, refused, reset, unreachable] = results;
  const lost = timeout + refused + reset + unreachable;
  return heatOfFigures({ ok, lost, synSent, synRetransmits, medianUs: latency.quantile(0.5) }, normalUs);
}

/** The same of bare figures, for who has no bucket at hand. */
export function heatOfFigures(figures: HeatFigures, normalUs: number | undefined): number {
  if (figures.ok + figures.lost === 0) return noHeat;
  const loss = heatAt(kinds.loss, lossLevel(figures));
  const retransmits = heatAt(kinds.retransmits, retransmitLevel(figures));
  const latency = heatAt(kinds.latency, latencyLevel(figures.medianUs, normalUs));
  return worseHeat(loss, worseHeat(retransmits, latency));
}

/** The worse of two: by level, then by kind, which is not the order of the numbers; anything is worse than `noHeat`. */
export function worseHeat(a: number, b: number): number {
  return (ranks[a] as number) >= (ranks[b] as number) ? a : b;
}

/** By heat: columns of tens of thousands are compared. */
const ranks = Int8Array.from({ length: noHeat + 1 }, (_, heat) => rankOf(heat));

function rankOf(heat: number): number {
  return heat > 33 ? -1 : (heat % 10) * 10 + Math.floor(heat / 10);
}

function heatAt(kind: number, level: number): number {
  return level === 0 ? 0 : 10 * kind + level;
}

function lossLevel({ ok, lost }: HeatFigures): number {
  if (lost === 0) return 0;
  if (ok === 0) return 3;
  return lost / (ok + lost) >= 0.1 ? 2 : 1;
}

function retransmitLevel({ synSent, synRetransmits }: HeatFigures): number {
  if (synRetransmits === 0) return 0;
  const share = synRetransmits / synSent;
  if (share >= 0.3) return 3;
  return share >= 0.05 ? 2 : 1;
}

function latencyLevel(medianUs: number | undefined, normalUs: number | undefined): number {
  if (medianUs === undefined || normalUs === undefined || medianUs - normalUs < leastExcessUs) return 0;
  const times = medianUs / normalUs;
  if (times >= 10) return 3;
  if (times >= 4) return 2;
  return times >= 2 ? 1 : 0;
}
