import type { TargetsQuery } from "../../api/queries.ts";
import { rangeOf, type SteppedRange } from "../../api/range.ts";
import type { TargetFacts, TargetsAnswer } from "../../api/v1.ts";
import type { HistoryView, KnownTarget } from "../model.ts";
import { factsOf } from "./facts.ts";
import { type HeatColumns, readHeat } from "./heat-columns.ts";
import { Moment } from "./moment.ts";
import { compareByZone } from "./node-order.ts";
import { searcher } from "./search.ts";
import { sortSlice } from "./sort-slice.ts";

const lookBackMs = 3_600_000;

/** All targets that are known, also those that have left, as they are now. */
export function targets(view: HistoryView, query: TargetsQuery): TargetsAnswer {
  const { offset, limit } = query;
  const asked = askedTargets(view, query);
  const page = sortSlice(asked, offset, offset + limit, compareByZone);
  const next = offset + page.length;
  return {
    nowMs: view.nowMs,
    targets: page.map(factsNow(view, page)),
    total: asked.length,
    nextOffset: next < asked.length ? next : null,
  };
}

/** In no order. */
export function askedTargets(view: HistoryView, { cluster, search }: TargetsQuery): KnownTarget[] {
  const fits = searcher(search);
  return view.targets().filter(({ target }) => (cluster === "" || target.cluster === cluster) && fits(target));
}

/** Heat of the last hour, in which is looked for since when a target is as it is now. */
export interface LastHour {
  readonly range: SteppedRange;
  readonly columns: HeatColumns;
}

export function lastHour(view: HistoryView): LastHour {
  const range = rangeOf({ fromMs: view.nowMs - lookBackMs, toMs: view.nowMs });
  return { range, columns: readHeat(view, range) };
}

/** Gives the facts of any of these targets, as they are now. */
export function factsNow(
  view: HistoryView,
  of: readonly KnownTarget[],
  { range, columns }: LastHour = lastHour(view),
): (known: KnownTarget) => TargetFacts {
  const ids = of.reduce((most, { id }) => Math.max(most, id + 1), 0);
  const moment = new Moment(view, range, view.nowMs, columns, ids);
  return (known) => factsOf(view, moment, known);
}
