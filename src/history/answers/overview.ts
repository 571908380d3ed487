import type { OverviewQuery } from "../../api/queries.ts";
import { rangeOf } from "../../api/range.ts";
import type { NodeRow, Overview } from "../../api/v1.ts";
import { headline } from "../headline/headline.ts";
import type { HistoryView, KnownTarget } from "../model.ts";
import { zoneAt } from "../zone-at.ts";
import { type HeatColumns, readHeat, stripOf } from "./heat-columns.ts";
import { isProbedAt, Moment } from "./moment.ts";
import { comparePlaces, type Placed, placeOf } from "./node-order.ts";
import { rosterOf, type Zone } from "./roster.ts";
import { searcher } from "./search.ts";
import { sortSlice } from "./sort-slice.ts";
import { isReadyAt, survey } from "./survey.ts";
import { Trouble } from "./trouble.ts";
import { zoneLines } from "./zone-rows.ts";

/**
 * Everything at a glance. A cluster that is asked for is all there is; a zone, a search and `nodes` are for the rows of
 * nodes alone, so that the line on top stays true.
 */
export function overview(view: HistoryView, query: OverviewQuery): Overview {
  const range = rangeOf(query);
  const columns = readHeat(view, range);
  const { all: zones, ids } = rosterOf(view, range, query.toMs, query.cluster);
  const moment = new Moment(view, range, query.toMs, columns, ids);
  const surveyed = survey(view, moment, zones, query.cluster);
  const placed = place(zones, query, moment, new Trouble(columns, range.stepMs, ids));
  const { offset, limit } = query;
  const rows = sortSlice(placed, offset, offset + limit, comparePlaces);
  const { nowMs } = view;
  return {
    nowMs,
    isLive: moment.isLive,
    range,
    headline: headline(surveyed.world),
    clusters: surveyed.clusters,
    zones: zoneLines(view, range, surveyed.zones, query.cluster).map(({ row }) => row),
    nodes: rows.map(({ known }) => nodeRow(view, moment, columns, known)),
    nodesTotal: placed.length,
    nextOffset: offset + rows.length < placed.length ? offset + rows.length : null,
  };
}

/** The targets that the question fits. */
export function place(zones: readonly Zone[], query: OverviewQuery, moment: Moment, trouble: Trouble): Placed[] {
  const placed: Placed[] = [];
  const fits = searcher(query.search);
  for (const { zone, targets } of zones) {
    if (query.zone !== undefined && zone !== query.zone) continue;
    for (const known of targets) {
      if (!fits(known.target)) continue;
      const found = placeOf(known, moment, trouble, query.nodes === "sick");
      if (found !== undefined) placed.push({ known, place: found });
    }
  }
  return placed;
}

export function nodeRow(view: HistoryView, moment: Moment, columns: HeatColumns, known: KnownTarget): NodeRow {
  const standing = moment.standing(known);
  const { key, cluster, node, address, portName } = known.target;
  return {
    key,
    cluster,
    zone: zoneAt(known, moment.atMs),
    node,
    target: address,
    portName,
    ...standing,
    isReady: isReadyAt(view, moment, cluster, node),
    rttUs: moment.isLive && standing.condition !== "unknown" ? (view.live(known.id).lastRttUs ?? null) : null,
    isProbed: isProbedAt(known, moment.atMs),
    heat: stripOf(columns, known.id),
  };
}
