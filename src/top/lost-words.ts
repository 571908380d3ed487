import { cellsOf, cut, showable } from "./cells.ts";
import type { Link, TopState } from "./state.ts";
import { clockTime } from "./times.ts";

/** That the server is gone, since when and why, and of when is what is shown: as much of it as fits the window, the cause last to go. */
export function lostWords(
  { server, columns, overview, nowMs }: TopState,
  { sinceMs, why }: Extract<Link, { is: "down" }>,
): string {
  // A server's own words may be among them.
  const [where, cause] = [showable(server), showable(why)];
  const since = `since ${clockTime(sinceMs, nowMs)}`;
  const old = overview === undefined ? "" : `; shown is ${clockTime(overview.nowMs, nowMs)}`;
  const least = `no answer: ${cause}`;
  const wordings = [
    `${where} does not answer ${since}${old} (${cause})`,
    `no answer ${since}${old} (${cause})`,
    `no answer ${since} (${cause})`,
  ];
  return wordings.find((words) => cellsOf(words) <= columns) ?? cut(least, columns);
}
