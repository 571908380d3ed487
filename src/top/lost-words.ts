import { cellsOf, cut } from "./cells.ts";
import type { Link, TopState } from "./state.ts";
import { clockTime } from "./times.ts";

/** That the server is gone, since when and why, and of when is what is shown: as much of it as fits the window, the cause last to go. */
export function lostWords(
  { server, columns, overview, nowMs }: TopState,
  { sinceMs, why }: Extract<Link, { is: "down" }>,
): string {
  const since = `since ${clockTime(sinceMs, nowMs)}`;
  const old = overview === undefined ? "" : `; shown is ${clockTime(overview.nowMs, nowMs)}`;
  const least = `no answer: ${why}`;
  const wordings = [
    `${server} does not answer ${since}${old} (${why})`,
    `no answer ${since}${old} (${why})`,
    `no answer ${since} (${why})`,
  ];
  return wordings.find((words) => cellsOf(words) <= columns) ?? cut(least, columns);
}
