import { cellsOf, cut, showable } from "./cells.ts";
import type { TopState } from "./state.ts";
import { clockTime, withTimes } from "./times.ts";

/** So many of the sentences behind the headline are shown. */
const maxMore = 2;
/** The nodes have the rest of the window. */
const share = 1 / 4;

/** What stands to the right of the headline: the range, and the time that it is. */
export function cornerOf({ range, nowMs }: TopState): string {
  return `  ${range}  ${clockTime(nowMs, nowMs)} UTC`;
}

/**
 * The headline and what it goes on with, as lines that fit the window; the first has room for the corner. Whether it is
 * the network stands at a sentence's end, so that a narrow window breaks it and does not cut it.
 */
export function headlineOf(state: TopState): readonly string[] {
  const { overview, columns, rows } = state;
  const most = Math.max(1, Math.floor(rows * share));
  const first = Math.max(0, columns - cornerOf(state).length);
  if (overview === undefined) return wrap("pingo top", first, columns, most);
  const { text, more } = overview.headline;
  const lines = wrap(withTimes(text, overview.nowMs), first, columns, most);
  for (const sentence of more.slice(0, maxMore)) {
    if (lines.length >= most) break;
    lines.push(...wrap(withTimes(sentence, overview.nowMs), columns, columns, most - lines.length));
  }
  return lines;
}

/** Broken between words into at most `most` lines, the first of other cells than the rest; what is too much is cut. */
export function wrap(text: string, firstCells: number, cells: number, most: number): string[] {
  const room = (line: number) => (line === 0 ? firstCells : cells);
  const lines = [""];
  for (const word of showable(text).split(" ")) {
    const at = lines.length - 1;
    const longer = lines[at] === "" ? word : `${lines[at]} ${word}`;
    if (lines[at] === "" || lines.length === most || cellsOf(longer) <= room(at)) lines[at] = longer;
    else lines.push(word);
  }
  return lines.map((line, index) => cut(line, room(index)));
}
