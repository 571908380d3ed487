import type { Problem } from "../../api/problem.ts";
import type { HistoryQuery } from "../../api/queries.ts";
import { columnOf, rangeOf, type SteppedRange } from "../../api/range.ts";
import type { Heat, HistoryAnswer, Series } from "../../api/v1.ts";
import { worseHeat } from "../heat.ts";
import { type HistoryView, type KnownTarget, noHeat, type ZoneBucket } from "../model.ts";
import { factsOf } from "./facts.ts";
import { asHeat, readHeat, stripOf } from "./heat-columns.ts";
import { Moment, reachesNow } from "./moment.ts";
import { nothingTold, type Told, Totals, tell } from "./totals.ts";
import { unknownTarget } from "./unknown-target.ts";

/** Steps of one target, or of all of a zone, a cluster, or of everything. */
export function history(view: HistoryView, query: HistoryQuery): HistoryAnswer | Problem {
  const range = rangeOf(query);
  if (query.key === undefined) return ofGroup(view, range, query);
  const known = view.target(query.key);
  if (known === undefined) return unknownTarget(query.key);
  return ofTarget(view, range, query.toMs, known);
}

function ofTarget(view: HistoryView, range: SteppedRange, endMs: number, known: KnownTarget): HistoryAnswer {
  const columns = readHeat(view, range);
  const moment = new Moment(view, range, endMs, columns, known.id + 1);
  const steps = new Array<Told>(range.columns).fill(nothingTold);
  const total = new Totals();
  for (const { startMs, bucket } of view.buckets(range.stepMs, known.id, range.fromMs, range.toMs)) {
    steps[columnOf(range, startMs)] = tell(bucket);
    total.add(bucket);
  }
  const facts = factsOf(view, moment, known);
  return { ...frame(view, range, endMs), facts, ...told(steps, stripOf(columns, known.id), total) };
}

function ofGroup(view: HistoryView, range: SteppedRange, query: HistoryQuery): HistoryAnswer {
  const steps = new Array<Told>(range.columns).fill(nothingTold);
  const heat = new Array<Heat>(range.columns).fill(null);
  const total = new Totals();
  for (const { startMs, zones } of view.zones(range.stepMs, range.fromMs, range.toMs)) {
    const asked = zones.filter((zone) => isAsked(zone, query));
    const column = columnOf(range, startMs);
    const sum = new Totals();
    for (const { bucket, heat: of } of asked) {
      sum.add(bucket);
      total.add(bucket);
      heat[column] = worse(heat[column] ?? null, asHeat(of));
    }
    if (asked.length > 0) steps[column] = sum.told();
  }
  return { ...frame(view, range, query.toMs), facts: null, ...told(steps, heat, total) };
}

function isAsked({ cluster, zone }: ZoneBucket, query: HistoryQuery): boolean {
  return (query.cluster === "" || query.cluster === cluster) && (query.zone === undefined || query.zone === zone);
}

function worse(a: Heat, b: Heat): Heat {
  return asHeat(worseHeat(a ?? noHeat, b ?? noHeat));
}

function frame(view: HistoryView, range: SteppedRange, endMs: number) {
  return { nowMs: view.nowMs, isLive: reachesNow(view, endMs), range };
}

function told(steps: readonly Told[], heat: readonly Heat[], total: Totals) {
  const series: Series = {
    results: steps.map(({ results }) => results),
    synSent: steps.map(({ synSent }) => synSent),
    synRetransmits: steps.map(({ synRetransmits }) => synRetransmits),
    latency: steps.map(({ latency }) => latency),
    heat,
  };
  const { latency, ...counts } = total.told();
  return { series, total: { ...counts, ...latency } };
}
