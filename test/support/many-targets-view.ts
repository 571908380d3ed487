import type { StepMs } from "../../src/api/queries.ts";
import { LatencySketch } from "../../src/history/latency-sketch.ts";
import type { HistoryView, KnownTarget, LiveState } from "../../src/history/model.ts";
import { noonMs } from "./fake-history-view.ts";
import { makeNode } from "./make-node.ts";
import { makeTarget } from "./make-target.ts";

const zoneNames = ["a", "b", "c", "d", "e", "f"];
const columns = 200;

/** How a fleet is: one column in so many of a node is trouble; and whether no node can be reached now. */
export interface FleetTrouble {
  readonly oneIn: number;
  readonly isOutage: boolean;
}

/** A big fleet, for the cost of answers: heat is that of each target; buckets are all alike. */
export function manyTargets(count: number, { oneIn, isOutage }: FleetTrouble): HistoryView {
  const known = Array.from({ length: count }, (_, id): KnownTarget => {
    const zone = zoneNames[id % zoneNames.length] as string;
    const target = makeTarget({ node: `ip-10-${id >> 8}-${(id * 7) & 255}-${id}`, zone, cluster: `c${id & 1}` });
    return { id, target, joinedMs: noonMs - 86_400_000, leftMs: undefined, pastZones: [] };
  });
  const byKey = new Map(known.map((one) => [one.target.key, one]));
  const nodes = new Map(known.map(({ target }) => [target.node, makeNode({ name: target.node })]));
  const heats = Array.from({ length: columns }, (_, column) =>
    Uint8Array.from({ length: count }, (_, id) => heatOf(id, column, oneIn)),
  );
  const latency = new LatencySketch();
  for (let us = 400; us < 700; us++) latency.add(us);
  const bucket = { results: [240, 0, 0, 0, 0, 0] as const, synSent: 240, synRetransmits: 0, latency };
  const steps = (stepMs: StepMs, fromMs: number, toMs: number) =>
    Array.from(
      { length: Math.min(columns, Math.ceil((toMs - fromMs) / stepMs)) },
      (_, index) => fromMs + index * stepMs,
    );
  return {
    nowMs: noonMs + 30_000,
    sinceMs: noonMs - 86_400_000,
    targets: () => known,
    target: (key) => byKey.get(key),
    live: (id): LiveState => ({
      up: !isOutage && id % 500 !== 0,
      result: isOutage ? "timeout" : "ok",
      sinceMs: noonMs - 600_000,
      lastRttUs: 500,
      normalUs: 480,
      silence: undefined,
    }),
    node: (_cluster, node) => nodes.get(node),
    apis: () => [],
    apisAt: () => [],
    places: () => [],
    heat: (stepMs, fromMs, toMs) =>
      steps(stepMs, fromMs, toMs).map((startMs, index) => ({ startMs, heat: heats[index] as Uint8Array })),
    buckets: (stepMs, _id, fromMs, toMs) => steps(stepMs, fromMs, toMs).map((startMs) => ({ startMs, bucket })),
    zones: (stepMs, fromMs, toMs) =>
      steps(stepMs, fromMs, toMs).map((startMs) => ({
        startMs,
        zones: zoneNames.flatMap((zone) =>
          ["c0", "c1"].map((cluster) => ({ cluster, zone, bucket, heat: 0, targets: count / 12, unreachable: 0 })),
        ),
      })),
    events: () => ({ events: [], next: undefined }),
  };
}

function heatOf(id: number, column: number, oneIn: number): number {
  const noise = (id * 2_654_435_761 + column * 40_503) >>> 7;
  return noise % oneIn === 0 ? 21 + (noise % 3) : 0;
}
