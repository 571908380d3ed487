import type { Problem } from "../../api/problem.ts";
import type { EventsQuery } from "../../api/queries.ts";
import type { EventsAnswer, HistoryEvent } from "../../api/v1.ts";
import type { HistoryView, KnownTarget } from "../model.ts";
import { wasEverIn, zoneAt } from "../zone-at.ts";
import { unknownTarget } from "./unknown-target.ts";

/** What happened, the newest first. */
export function events(view: HistoryView, query: EventsQuery): EventsAnswer | Problem {
  const known = query.key === undefined ? undefined : view.target(query.key);
  if (query.key !== undefined && known === undefined) return unknownTarget(query.key);
  const { fromMs, toMs, before, limit } = query;
  const isInZone = query.zone === undefined ? () => true : zoneFilter(view, query.zone);
  const keeps = (event: HistoryEvent) => isAsked(event, query) && isInZone(event);
  const found = view.events({ fromMs, toMs, before, limit, id: known?.id, keeps });
  return { nowMs: view.nowMs, events: withZones(view, found.events), next: found.next ?? null };
}

/** What is of a node and not of a target is in the zone that its targets were in then, where that was one. */
function withZones(view: HistoryView, told: readonly HistoryEvent[]): HistoryEvent[] {
  const isOfNode = ({ node, key, zone }: HistoryEvent) => node !== "" && key === "" && zone === "";
  const names = new Set(told.filter(isOfNode).map(({ cluster, node }) => nameOf(cluster, node)));
  const own =
    names.size === 0 ? undefined : byNode(view, ({ target }) => names.has(nameOf(target.cluster, target.node)));
  return told.map((event) => {
    const targets = isOfNode(event) ? (own?.get(nameOf(event.cluster, event.node)) ?? []) : [];
    const zones = new Set(targets.map((known) => zoneAt(known, event.atMs)));
    const [zone] = zones;
    return zones.size === 1 && zone !== undefined ? { ...event, zone } : event;
  });
}

/** An API is of its cluster, PinGo itself of none. */
function isAsked({ kind, cluster }: HistoryEvent, query: EventsQuery): boolean {
  if (query.kinds.length > 0 && !query.kinds.includes(kind)) return false;
  return query.cluster === "" || query.cluster === cluster;
}

/** PinGo and APIs are in no zone; what is of a node and not of a target has the zone that its targets were in then. */
function zoneFilter(view: HistoryView, zone: string): (event: HistoryEvent) => boolean {
  let nodes: ReadonlyMap<string, readonly KnownTarget[]> | undefined;
  return (event) => {
    if (event.node === "") return false;
    if (event.key !== "" || event.zone !== "") return event.zone === zone;
    nodes ??= byNode(view, (known) => wasEverIn(known, zone));
    const own = nodes.get(nameOf(event.cluster, event.node)) ?? [];
    return own.some((known) => zoneAt(known, event.atMs) === zone);
  };
}

/** The targets that are wanted, by their node. */
function byNode(view: HistoryView, isWanted: (known: KnownTarget) => boolean): ReadonlyMap<string, KnownTarget[]> {
  return Map.groupBy(view.targets().filter(isWanted), ({ target }) => nameOf(target.cluster, target.node));
}

/** Neither name has a line's end in it. */
function nameOf(cluster: string, node: string): string {
  return `${cluster}\n${node}`;
}
