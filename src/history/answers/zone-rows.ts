import { columnOf, type SteppedRange } from "../../api/range.ts";
import type { ZoneRow } from "../../api/v1.ts";
import type { HistoryView, ZoneBucket } from "../model.ts";
import { asHeat } from "./heat-columns.ts";
import { byHeat, kindOf, levelOf } from "./heat-words.ts";
import type { ZoneSurvey } from "./survey.ts";

/** More zones than this are no zones but racks, or nodes: the worst are shown. */
export const maxZones = 500;

/** What is kept of a zone by column. */
export type ZoneColumns = readonly (ZoneBucket | undefined)[];

/** By cluster, then zone. */
type ByZone = Map<string, Map<string, (ZoneBucket | undefined)[]>>;

/** Of one cluster where it is not empty. */
function readZones(view: HistoryView, range: SteppedRange, cluster: string): ByZone {
  const byZone: ByZone = new Map();
  for (const { startMs, zones } of view.zones(range.stepMs, range.fromMs, range.toMs)) {
    const column = columnOf(range, startMs);
    if (column < 0 || column >= range.columns) continue;
    for (const bucket of zones) {
      if (cluster === "" || bucket.cluster === cluster) columnsOf(byZone, bucket, range.columns)[column] = bucket;
    }
  }
  return byZone;
}

function columnsOf(byZone: ByZone, { cluster, zone }: ZoneBucket, columns: number): (ZoneBucket | undefined)[] {
  let zones = byZone.get(cluster);
  if (zones === undefined) {
    zones = new Map();
    byZone.set(cluster, zones);
  }
  let found = zones.get(zone);
  if (found === undefined) {
    found = new Array<ZoneBucket | undefined>(columns).fill(undefined);
    zones.set(zone, found);
  }
  return found;
}

/** A zone, and what there is of it by column. */
export interface ZoneLine {
  readonly row: ZoneRow;
  readonly columns: ZoneColumns;
}

/** The zones that have nodes, or of which anything was measured in the range; trouble on top, at most `maxZones`. */
export function zoneLines(
  view: HistoryView,
  range: SteppedRange,
  surveys: readonly ZoneSurvey[],
  cluster: string,
): ZoneLine[] {
  const byZone = readZones(view, range, cluster);
  const empty = new Array<undefined>(range.columns).fill(undefined);
  const here = surveys.map((zone) => ({ zone, columns: takeColumns(byZone, zone) ?? empty }));
  // What is left was measured, and no node is in it at the end: all that were have left, or are in another zone.
  const left = [...byZone].flatMap(([cluster, zones]) =>
    [...zones].map(([zone, columns]) => ({ zone: { ...noTargets, cluster, zone }, columns })),
  );
  return [...here, ...left]
    .map(({ zone, columns }) => ({ row: rowOf(zone, columns), columns }))
    .filter(({ row, columns }) => row.targets > 0 || columns !== empty)
    .map((line) => ({ line, trouble: troubleOf(line.columns) }))
    .toSorted((a, b) => compare(a.line.row, b.line.row) || b.trouble - a.trouble || byName(a.line.row, b.line.row))
    .slice(0, maxZones)
    .map(({ line }) => line);
}

const noTargets = { targets: 0, unreachable: [], degraded: [] } as const;

function takeColumns(byZone: ByZone, { cluster, zone }: ZoneSurvey): ZoneColumns | undefined {
  const zones = byZone.get(cluster);
  const columns = zones?.get(zone);
  zones?.delete(zone);
  return columns;
}

type Counted = Pick<ZoneSurvey, "cluster" | "zone" | "targets" | "unreachable" | "degraded">;

function rowOf({ cluster, zone, targets, unreachable, degraded }: Counted, columns: ZoneColumns): ZoneRow {
  const heat = columns.map((bucket) => asHeat(bucket?.heat));
  return { cluster, zone, targets, unreachable: unreachable.length, degraded: degraded.length, heat };
}

/** By the share of what is unreachable, then of what is degraded. */
function compare(a: ZoneRow, b: ZoneRow): number {
  return share(b.unreachable, b) - share(a.unreachable, a) || share(b.degraded, b) - share(a.degraded, a);
}

function share(part: number, { targets }: ZoneRow): number {
  return targets === 0 ? 0 : part / targets;
}

const weight = byHeat((heat) => kindOf(heat) * levelOf(heat));

/** In steps, so that zones which are as bad as others keep their places. */
function troubleOf(columns: ZoneColumns): number {
  const sum = columns.reduce(
    (total, bucket) => total + (bucket === undefined ? 0 : (weight[bucket.heat] as number)),
    0,
  );
  return Math.ceil(2 * Math.log2(1 + sum));
}

function byName(a: ZoneRow, b: ZoneRow): number {
  if (a.cluster !== b.cluster) return a.cluster < b.cluster ? -1 : 1;
  return a.zone < b.zone ? -1 : Number(a.zone > b.zone);
}
