import { defaultRangeMs } from "../../api/parse-query.ts";
import type { Problem } from "../../api/problem.ts";
import type { Question, TimeQuery } from "../../api/queries.ts";
import { rangeOf } from "../../api/range.ts";
import type { HistoryView } from "../model.ts";
import { wasEverIn } from "../zone-at.ts";

/** So many names are said of those that there are. */
const namesAtMost = 10;

/**
 * To who asks for a cluster or a zone that never was, or of which nothing is kept any more: a name that is mistyped does
 * not pass for one where all is well. Undefined where there is such a place, and where nothing is known of any yet.
 */
export function unknownPlaceOf(view: HistoryView, query: Question["query"]): Problem | undefined {
  const { cluster } = query;
  const zone = "zone" in query ? (query.zone ?? "") : "";
  const fits = (name: string) => cluster === "" || name === cluster;
  if (cluster === "" && zone === "") return undefined;
  if (view.targets().some((known) => fits(known.target.cluster) && (zone === "" || wasEverIn(known, zone)))) return;
  const places = view.places(rangeOf(timeOf(view, query)));
  const own = places.filter((place) => fits(place.cluster));
  if (places.length === 0) return undefined;
  if (own.length === 0)
    return unknown(
      `cluster ${JSON.stringify(cluster)}`,
      places.map((place) => place.cluster),
    );
  const zones = own.flatMap((place) => place.zones);
  if (zone === "" || zones.includes(zone)) return undefined;
  const of = cluster === "" ? "" : ` in the cluster ${JSON.stringify(cluster)}`;
  return unknown(`zone ${JSON.stringify(zone)}${of}`, zones);
}

function unknown(what: string, names: readonly string[]): Problem {
  const known = [...new Set(names)].filter((name) => name !== "").toSorted();
  const more = known.length > namesAtMost ? ` and ${known.length - namesAtMost} more` : "";
  const there = known.length === 0 ? "there are none" : `there are ${known.slice(0, namesAtMost).join(", ")}${more}`;
  return { status: 404, problem: `nothing is known of the ${what}; ${there}` };
}

/** Of a question that says no time, that of now. */
function timeOf({ nowMs }: HistoryView, query: Question["query"]): TimeQuery {
  return "toMs" in query ? query : { fromMs: nowMs - defaultRangeMs, toMs: nowMs };
}
