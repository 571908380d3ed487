import { noHeat } from "../model.ts";

/** What a heat is of (see Heat in api/v1.ts). */
export const heatKind = { latency: 1, synRetransmits: 2, loss: 3 } as const;

/** Of a step in which nothing came through. */
export const allLost = 10 * heatKind.loss + 3;

export function kindOf(heat: number): number {
  return heat === noHeat ? 0 : Math.floor(heat / 10);
}

export function levelOf(heat: number): number {
  return heat === noHeat ? 0 : heat % 10;
}

/** A table of all heats: where thousands of them are looked at, nothing is worked out for each. */
export function byHeat(value: (heat: number) => number): Float64Array {
  return Float64Array.from({ length: noHeat + 1 }, (_, heat) => value(heat));
}

/** Whether a step makes a node a degraded one: a little latency does not. */
export const isBad = byHeat((heat) => {
  const kind = kindOf(heat);
  return kind > heatKind.latency || (kind === heatKind.latency && levelOf(heat) > 1) ? 1 : 0;
});

/** Why a node is not ok, of the kind of its heat; which result a loss had, heat does not know. */
export function whyOf(heat: number): string {
  const kind = kindOf(heat);
  if (kind === heatKind.loss) return "loss";
  if (kind === heatKind.synRetransmits) return "syn retransmits";
  return kind === heatKind.latency ? "latency" : "";
}
