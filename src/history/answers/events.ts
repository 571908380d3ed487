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
  const found = view.events({ fromMs, toMs, before, limit, id: known?.id, keeps: (event) => isAsked(event, query) });
  return { nowMs: view.nowMs, events: found.events, next: found.next ?? null };
}

/** What is of PinGo itself is of every cluster, and what is of an API of each of its zones. */
function isAsked({ kind, cluster, zone }: HistoryEvent, query: EventsQuery): boolean {
  if (query.kinds.length > 0 && !query.kinds.includes(kind)) return false;
  if (kind === "pingo") return true;
  if (query.cluster !== "" && query.cluster !== cluster) return false;
  return query.zone === undefined || kind === "api" || query.zone === zone;
}
