import type { TargetsQuery } from "../../api/queries.ts";
import { rangeOf } from "../../api/range.ts";
import type { TargetsAnswer } from "../../api/v1.ts";
import type { HistoryView } from "../model.ts";
import { factsOf } from "./facts.ts";
import { readHeat } from "./heat-columns.ts";
import { Moment } from "./moment.ts";
import { compareByZone } from "./node-order.ts";
import { searcher } from "./search.ts";
import { sortSlice } from "./sort-slice.ts";

/** So far back is looked for since when a target is as it is now. */
const lookBackMs = 3_600_000;

/** All targets that are known, also those that have left, as they are now. */
export function targets(view: HistoryView, { cluster, search, offset, limit }: TargetsQuery): TargetsAnswer {
  const fits = searcher(search);
  const asked = view.targets().filter(({ target }) => (cluster === "" || target.cluster === cluster) && fits(target));
  const page = sortSlice([...asked], offset, offset + limit, compareByZone);
  const range = rangeOf({ fromMs: view.nowMs - lookBackMs, toMs: view.nowMs });
  const moment = new Moment(view, range, readHeat(view, range), Math.max(0, ...page.map(({ id }) => id + 1)));
  const next = offset + page.length;
  return {
    nowMs: view.nowMs,
    targets: page.map((known) => factsOf(view, moment, known)),
    total: asked.length,
    nextOffset: next < asked.length ? next : null,
  };
}
