import type { Question } from "../../api/queries.ts";
import { rangeOf } from "../../api/range.ts";
import type { ZonesAnswer } from "../../api/v1.ts";
import type { HistoryView } from "../model.ts";
import { readHeat } from "./heat-columns.ts";
import { Moment } from "./moment.ts";
import { rosterOf } from "./roster.ts";
import { survey } from "./survey.ts";
import { lossShare, wholeUs } from "./totals.ts";
import { zoneLines } from "./zone-rows.ts";

type ZonesQuery = Extract<Question, { ask: "zones" }>["query"];

/** The matrix of zones by time. */
export function zones(view: HistoryView, query: ZonesQuery): ZonesAnswer {
  const range = rangeOf(query);
  const roster = rosterOf(view, range, query.toMs, query.cluster);
  const moment = new Moment(view, range, query.toMs, readHeat(view, range), roster.ids);
  const surveyed = survey(view, moment, roster.all, query.cluster);
  const lines = zoneLines(view, range, surveyed.zones, query.cluster);
  return {
    nowMs: view.nowMs,
    isLive: moment.isLive,
    range,
    zones: lines.map(({ row, columns }) => ({
      ...row,
      lossShare: columns.map((zone) => (zone === undefined ? null : lossShare(zone.bucket.results))),
      p50Us: columns.map((zone) => (zone === undefined ? null : wholeUs(zone.bucket.latency, 0.5))),
    })),
  };
}
