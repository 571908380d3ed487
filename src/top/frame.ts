import { stripVTControlCharacters } from "node:util";
import { asciiOnly, cellsOf, cut } from "./cells.ts";
import { helpLines } from "./help-frame.ts";
import type { Ink } from "./ink.ts";
import { listLines } from "./list-frame.ts";
import { nodeLines } from "./node-frame.ts";
import type { HeatStyle } from "./sparkline.ts";
import type { TopState } from "./state.ts";

/** How a frame is drawn: in colour or not. */
export interface Look {
  readonly ink: Ink;
  readonly heat: HeatStyle;
  /** Where the terminal's locale has no more. */
  readonly isAscii?: boolean;
}

/** The whole screen: `rows` lines, none wider than `columns`. The same state gives the same lines. */
export function frameOf(state: TopState, look: Look): string[] {
  const { view, rows, columns } = state;
  const lines =
    view === "list" ? listLines(state, look) : view === "node" ? nodeLines(state, look) : helpLines(state, look);
  const shown = lines.slice(0, Math.max(0, rows - 1));
  while (shown.length < rows - 1) shown.push("");
  const fitting = [...shown, footer(state, columns, look)].map((line) => narrow(line, columns));
  return look.isAscii === true ? fitting.map(asciiOnly) : fitting;
}

/** A window too narrow for what is never left out: the rest is cut, and colour with it. */
function narrow(line: string, columns: number): string {
  return cellsOf(line) <= columns ? line : cut(stripVTControlCharacters(line), columns);
}

const keysOfViews = {
  list: "q quit  ? help  / filter  s sort  a sick or all  r range  Enter node",
  node: "q back  ? help  r range  arrows and PgUp, PgDn: events",
  help: "q back",
} as const;

function footer({ view, filter, isFiltering }: TopState, columns: number, { ink }: Look): string {
  if (!isFiltering) return ink("quiet", cut(keysOfViews[view], columns));
  const left = Math.max(1, columns - 2);
  // The end of what is typed is what its writer looks at.
  let end = filter;
  while (cut(end, left) !== end && end !== "") end = [...end].slice(1).join("");
  return `/${end}${ink("chosen", " ")}`;
}
