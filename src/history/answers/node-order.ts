import type { KnownTarget } from "../model.ts";
import { isProbedAt, type Moment } from "./moment.ts";
import type { Trouble } from "./trouble.ts";

/** The order on the overview: what cannot be reached, what is degraded, what had trouble, what had it and is gone, the rest. */
const classes = { unreachable: 0, degraded: 1, troubled: 2, gone: 3, fine: 4 } as const;

/** More than any rank, and than any minute since 1970 for long. */
const perClass = 2 ** 40;
const minuteMs = 60_000;

/** A target with its place: the smaller, the nearer to the top. */
export interface Placed {
  readonly known: KnownTarget;
  readonly place: number;
}

/** Where a target stands; undefined where only the sick are asked for and it is not. */
export function placeOf(known: KnownTarget, moment: Moment, trouble: Trouble, isSickOnly: boolean): number | undefined {
  const condition = moment.condition(known);
  if (condition === "unreachable") {
    // The newest first: what has been gone for a week everybody knows. To the minute, so that a zone's nodes stay in order.
    const minute = Math.floor((moment.standing(known).sinceMs ?? 0) / minuteMs);
    return classes.unreachable * perClass - minute;
  }
  const rank = trouble.rank(known.id);
  if (condition === "degraded") return classes.degraded * perClass - rank;
  if (!trouble.isSick(known.id)) return isSickOnly ? undefined : classes.fine * perClass;
  return (isProbedAt(known, moment.atMs) ? classes.troubled : classes.gone) * perClass - rank;
}

export function comparePlaces(a: Placed, b: Placed): number {
  return a.place - b.place || compareNames(a.known, b.known);
}

/** By node, then by what else tells targets apart. */
function compareNames({ target: a }: KnownTarget, { target: b }: KnownTarget): number {
  return order(a.node, b.node) || order(a.cluster, b.cluster) || order(a.key, b.key);
}

/** By cluster, zone and node. */
export function compareByZone({ target: a }: KnownTarget, { target: b }: KnownTarget): number {
  return order(a.cluster, b.cluster) || order(a.zone, b.zone) || order(a.node, b.node) || order(a.key, b.key);
}

/** By code units: `localeCompare` takes ten times as long, and names of nodes are ASCII. */
function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
