import type { Overview } from "../api/v1.ts";
import type { Key, KeyName } from "./keys.ts";
import { shownEvents } from "./node-frame.ts";
import {
  cursorOf,
  maxRows,
  type NodeDetails,
  pageRows,
  ranges,
  rowsOf,
  sorts,
  type TopState,
  visibleRows,
} from "./state.ts";

/** What is to be done beside drawing: ask the server anew, stop for a while, end, or draw everything again. */
export type Effect = "load" | "suspend" | "quit" | "redraw";

export interface Update {
  readonly state: TopState;
  readonly effect?: Effect;
}

/** A filter is no longer than a node's name may be (RFC 1123). */
const longestFilter = 253;

/** What a key makes of a state. */
export function press(state: TopState, key: Key): Update {
  if ("key" in key) {
    if (key.key === "ctrl-c") return { state, effect: "quit" };
    if (key.key === "ctrl-z") return { state, effect: "suspend" };
    if (key.key === "ctrl-l") return { state, effect: "redraw" };
  }
  if (state.isFiltering) return pressWhileFiltering(state, key);
  // A paste outside of the filter is a slip, and its letters are no commands.
  if ("text" in key) return key.isPasted ? { state } : command(state, key.text);
  return move(state, key.key);
}

function pressWhileFiltering(state: TopState, key: Key): Update {
  if ("text" in key) return filterBy(state, state.filter + key.text.replaceAll(/\p{Cc}/gu, ""));
  switch (key.key) {
    case "enter":
      return { state: { ...state, isFiltering: false } };
    case "escape":
      return filterBy({ ...state, isFiltering: false }, "");
    case "ctrl-u":
      return filterBy(state, "");
    case "backspace":
      return filterBy(state, [...state.filter].slice(0, -1).join(""));
    default:
      return move(state, key.key);
  }
}

function filterBy(state: TopState, filter: string): Update {
  const short = [...filter].slice(0, longestFilter).join("");
  if (short === state.filter) return { state };
  return { state: { ...state, filter: short, top: 0, chosen: undefined, wantedRows: pageRows }, effect: "load" };
}

function command(state: TopState, letter: string): Update {
  switch (letter) {
    case "q":
      return state.view === "list" ? { state, effect: "quit" } : { state: back(state) };
    case "?":
    case "h":
      return { state: { ...state, view: state.view === "help" ? "list" : "help" } };
    case "r":
    case "R":
      return reload(state, { range: next(ranges, state.range, letter === "r" ? 1 : -1) });
    case "j":
      return move(state, "down");
    case "k":
      return move(state, "up");
    case " ":
      return move(state, "page-down");
    case "b":
      return move(state, "page-up");
    case "g":
      return move(state, "home");
    case "G":
      return move(state, "end");
    default:
      return state.view === "list" ? listCommand(state, letter) : { state };
  }
}

function listCommand(state: TopState, letter: string): Update {
  switch (letter) {
    case "s":
      // Any order but the server's own needs all rows that can be had.
      return reload(state, { sort: next(sorts, state.sort, 1), top: 0, chosen: undefined, wantedRows: maxRows });
    case "a":
      return reload(state, { nodes: state.nodes === "all" ? "sick" : "all", top: 0, chosen: undefined });
    case "/":
      return { state: { ...state, isFiltering: true } };
    default:
      return { state };
  }
}

function reload(state: TopState, changes: Partial<TopState>): Update {
  return { state: { ...state, ...changes }, effect: "load" };
}

function next<Item>(items: readonly Item[], current: Item, by: number): Item {
  return items[(items.indexOf(current) + by + items.length) % items.length] as Item;
}

function move(state: TopState, key: KeyName): Update {
  if (key === "escape" || key === "backspace") return leave(state);
  if (state.view === "help") return { state: key === "enter" ? back(state) : state };
  if (state.view === "node") return { state: moveEvents(state, key) };
  if (key === "enter") return enter(state);
  return moveCursor(state, key);
}

/** Back, and then the filter is taken off. */
function leave(state: TopState): Update {
  return state.view === "list" ? filterBy(state, "") : { state: back(state) };
}

function back(state: TopState): TopState {
  return { ...state, view: "list", details: undefined, eventsTop: 0 };
}

function enter(state: TopState): Update {
  const rows = rowsOf(state);
  const row = rows[cursorOf(state, rows)];
  if (row === undefined) return { state };
  return reload(state, { view: "node", chosen: row.key, details: undefined, eventsTop: 0, isFiltering: false });
}

/** By how many rows each key goes. */
function distance(key: KeyName, page: number): number {
  const distances: Partial<Record<KeyName, number>> = {
    up: -1,
    down: 1,
    "page-up": -page,
    "page-down": page,
    home: Number.NEGATIVE_INFINITY,
    end: Number.POSITIVE_INFINITY,
  };
  return distances[key] ?? 0;
}

function moveCursor(state: TopState, key: KeyName): Update {
  const rows = rowsOf(state);
  const page = visibleRows(state);
  const cursor = clamp(cursorOf(state, rows) + distance(key, page), 0, rows.length - 1);
  const moved = keepInSight({ ...state, chosen: rows[cursor]?.key });
  const hasMore = (state.overview?.nextOffset ?? null) !== null && state.wantedRows < maxRows;
  if (!hasMore || cursor + page < rows.length) return { state: moved };
  return reload(moved, { wantedRows: Math.min(maxRows, state.wantedRows + pageRows) });
}

function moveEvents(state: TopState, key: KeyName): TopState {
  const events = state.details?.events.events.length ?? 0;
  const page = shownEvents(state);
  return { ...state, eventsTop: clamp(state.eventsTop + distance(key, page), 0, Math.max(0, events - page)) };
}

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, value));
}

/** Scrolls so that the cursor can be seen, and no further. */
export function keepInSight(state: TopState): TopState {
  const rows = rowsOf(state);
  const page = visibleRows(state);
  const cursor = cursorOf(state, rows);
  const top = clamp(clamp(state.top, cursor - page + 1, cursor), 0, Math.max(0, rows.length - page));
  return { ...state, top };
}

export function resized(state: TopState, columns: number, rows: number): TopState {
  return keepInSight({ ...state, columns, rows });
}

/** The server has answered. What was under the cursor stays there; where nobody has moved it, it stays at the top. */
export function answered(state: TopState, overview: Overview, details: NodeDetails | undefined): TopState {
  const isOfView = details !== undefined && details.history.facts?.key === state.chosen;
  return keepInSight({
    ...state,
    overview,
    link: { is: "up" },
    details: isOfView && state.view === "node" ? details : state.details,
  });
}

/** The server has not answered, or with an error. */
export function unanswered(state: TopState, why: string, nowMs: number): TopState {
  const sinceMs = state.link.is === "down" ? state.link.sinceMs : nowMs;
  return { ...state, link: { is: "down", sinceMs, why } };
}
