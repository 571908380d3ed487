import type { Problem } from "../../api/problem.ts";
import type { EventsQuery } from "../../api/queries.ts";
import type { EventsAnswer, HistoryEvent } from "../../api/v1.ts";
import type { HistoryView } from "../model.ts";
import { unknownTarget } from "./unknown-target.ts";

/** What happened, the newest first. */
export function events(view: HistoryView, query: EventsQuery): EventsAnswer | Problem {
  const known = query.key === undefined ? undefined : view.target(query.key);
  if (query.key !== undefined && known === undefined) return unknownTarget(query.key);
  const { fromMs, toMs, before, limit } = query;
  const isInZone = query.zone === undefined ? () => true : zoneFilter(view, query.zone);
  const keeps = (event: HistoryEvent) => isAsked(event, query) && isInZone(event);
  const found = view.events({ fromMs, toMs, before, limit, id: known?.id, keeps });
  return { nowMs: view.nowMs, events: found.events, next: found.next ?? null };
}

/** An API is of its cluster, PinGo itself of none. */
function isAsked({ kind, cluster }: HistoryEvent, query: EventsQuery): boolean {
  if (query.kinds.length > 0 && !query.kinds.includes(kind)) return false;
  return query.cluster === "" || query.cluster === cluster;
}

/** PinGo and APIs are in no zone; what is of a node and not of a target has its targets' zone. */
function zoneFilter(view: HistoryView, zone: string): (event: HistoryEvent) => boolean {
  let nodes: ReadonlySet<string> | undefined;
  return (event) => {
    if (event.node === "") return false;
    if (event.key !== "" || event.zone !== "") return event.zone === zone;
    nodes ??= nodesOf(view, zone);
    return nodes.has(nameOf(event.cluster, event.node));
  };
}

function nodesOf(view: HistoryView, zone: string): ReadonlySet<string> {
  const own = view.targets().filter(({ target }) => target.zone === zone);
  return new Set(own.map(({ target }) => nameOf(target.cluster, target.node)));
}

/** Neither name has a line's end in it. */
function nameOf(cluster: string, node: string): string {
  return `${cluster}\n${node}`;
}
