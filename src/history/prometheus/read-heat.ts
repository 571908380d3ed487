import { heatOfFigures } from "../heat.ts";
import { type KnownTarget, noHeat } from "../model.ts";
import { zoneAt } from "../zone-at.ts";
import * as expressions from "./expressions.ts";
import type { QueryClient } from "./query-client.ts";
import { type Matchers, oneOf } from "./selector.ts";
import { type Asked, askSteps, type SteppedSeries } from "./stepped.ts";
import { keyOf } from "./target-key.ts";

export interface HeatAsked extends Asked {
  readonly matchers: Matchers;
  /** By target key, microseconds; undefined where latency is not asked of this many targets. */
  readonly normalsUs: ReadonlyMap<string, number> | undefined;
}

export type Heats = { readonly startMs: number; readonly heat: Uint8Array }[];

/** Of more targets than this, heat is of sums, which cost Prometheus less and know nothing of the step of a restart. */
const mostExact = 200;
/** More nodes than that are not named in a query: with an outage of so many, all of them are asked for. */
const mostNamed = 500;

interface Step {
  loss: number;
  retransmits: number;
  medianUs: number | undefined;
}

/**
 * Heat by target id for each step in which anything was measured. Prometheus gives only targets with trouble: of all
 * others that were there, it was fine.
 */
export async function readHeat(
  client: QueryClient,
  asked: HeatAsked,
  subjects: readonly KnownTarget[],
): Promise<Heats> {
  const { matchers, normalsUs } = asked;
  const ask = (write: (stepMs: number) => string) => askSteps(client, write, asked);
  const isFleet = subjects.length > mostExact;
  const [measured, losses, retransmits, medians] = await Promise.all([
    ask(() => expressions.measured(matchers)),
    isFleet
      ? quickShares(ask, expressions.shares.loss, matchers)
      : ask((stepMs) => expressions.lossShare(matchers, stepMs)),
    isFleet
      ? quickShares(ask, expressions.shares.retransmits, matchers)
      : ask((stepMs) => expressions.retransmitShare(matchers, stepMs)),
    normalsUs === undefined
      ? []
      : ask((stepMs) => expressions.median("pingo_handshake_rtt_seconds", expressions.ofTarget, matchers, stepMs)),
  ]);
  const steps = new Map<string, Map<number, Step>>();
  for (const { step, value } of stepsOf(steps, losses)) step.loss = Math.min(1, value);
  for (const { step, value } of stepsOf(steps, retransmits)) step.retransmits = Math.min(1, value);
  for (const { step, value } of stepsOf(steps, medians)) if (value > 0) step.medianUs = value * 1e6;
  return columns(measured, subjects, asked.range.stepMs, ({ target: { key } }, startMs) => {
    const step = steps.get(key)?.get(startMs);
    return step === undefined ? 0 : heatOf(step, normalsUs?.get(key));
  });
}

type Ask = (write: (stepMs: number) => string) => Promise<SteppedSeries[]>;

/** A share of each target in each step, where there is a part of it; the whole is asked of those targets alone, where they are few. */
async function quickShares(
  ask: Ask,
  { part, whole }: (typeof expressions.shares)["loss" | "retransmits"],
  matchers: Matchers,
): Promise<SteppedSeries[]> {
  const parts = await ask((stepMs) => expressions.quicklyGained(part, matchers, stepMs));
  if (parts.length === 0) return [];
  const nodes = [...new Set(parts.map(({ metric }) => metric.node ?? ""))];
  const named = nodes.length <= mostNamed && matchers.node === undefined ? [oneOf("node", nodes)] : [];
  const wholes = await ask((stepMs) => expressions.quicklyGained([...whole, ...named], matchers, stepMs));
  const byKey = new Map<string, Map<number, number>>();
  for (const { metric, points } of wholes) {
    const key = keyOf(metric);
    const own = byKey.get(key) ?? new Map<number, number>();
    byKey.set(key, own);
    for (const { startMs, value } of points) own.set(startMs, value);
  }
  return parts.map(({ points, ...series }) => {
    const own = byKey.get(keyOf(series.metric));
    const known = points.filter(({ startMs }) => own?.has(startMs) === true);
    return {
      ...series,
      points: known.map(({ startMs, value }) => ({ startMs, value: value / (own?.get(startMs) ?? 1) })),
    };
  });
}

function heatOf({ loss, retransmits, medianUs }: Step, normalUs: number | undefined): number {
  // As shares: their whole is 1.
  return heatOfFigures({ ok: 1 - loss, lost: loss, synSent: 1, synRetransmits: retransmits, medianUs }, normalUs);
}

function* stepsOf(steps: Map<string, Map<number, Step>>, series: readonly SteppedSeries[]) {
  for (const { metric, points } of series) {
    const key = keyOf(metric);
    const own = steps.get(key) ?? new Map<number, Step>();
    steps.set(key, own);
    for (const { startMs, value } of points) {
      const step = own.get(startMs) ?? { loss: 0, retransmits: 0, medianUs: undefined };
      own.set(startMs, step);
      if (Number.isFinite(value)) yield { step, value };
    }
  }
}

function columns(
  measured: readonly SteppedSeries[],
  subjects: readonly KnownTarget[],
  stepMs: number,
  heatAt: (subject: KnownTarget, startMs: number) => number,
): Heats {
  const ids = subjects.reduce((most, { id }) => Math.max(most, id + 1), 0);
  const byZone = Map.groupBy(
    subjects.flatMap((subject) => zonesOf(subject).map((zone) => ({ subject, zone }))),
    ({ subject, zone }) => placeOf(subject.target.cluster, zone),
  );
  const found = new Map<number, Uint8Array>();
  for (const { metric, points } of measured) {
    const here = byZone.get(placeOf(metric.cluster, metric.zone)) ?? [];
    for (const { startMs } of points) {
      const heat = found.get(startMs) ?? new Uint8Array(ids).fill(noHeat);
      found.set(startMs, heat);
      for (const { subject, zone } of here) {
        const { id, joinedMs, leftMs, pastZones } = subject;
        if (pastZones.length > 0 && zoneAt(subject, startMs) !== zone) continue;
        if (joinedMs < startMs + stepMs && (leftMs === undefined || leftMs > startMs))
          heat[id] = heatAt(subject, startMs);
      }
    }
  }
  return [...found].toSorted(([a], [b]) => a - b).map(([startMs, heat]) => ({ startMs, heat }));
}

/** All that it was in. */
function zonesOf({ target, pastZones }: KnownTarget): string[] {
  return pastZones.length === 0 ? [target.zone] : [...new Set([target.zone, ...pastZones.map(({ zone }) => zone)])];
}

/** No label value of Kubernetes has a line feed in it. */
function placeOf(cluster = "", zone = ""): string {
  return `${cluster}\n${zone}`;
}
