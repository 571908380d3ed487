import type { Heat } from "../api/v1.ts";
import { type Ink, inkOfHeat } from "./ink.ts";

/** How heat is written: as blocks whose colour is the kind, or as letters where there is no colour. */
export type HeatStyle = "blocks" | "letters";

/** By level. */
const blocks = ["▁", "▃", "▅", "█"];
/** By kind; the worst level is a capital. */
const letters = [".", "l", "s", "x"];

/** Heat by column in so many cells; where columns share a cell, the worst of them is shown. Now is at the right. */
export function sparkline(heat: readonly Heat[], cells: number, style: HeatStyle, ink: Ink): string {
  let text = "";
  for (const run of runs(squeeze(heat, cells))) {
    const [first = null] = run;
    text += ink(inkOfHeat(first), run.map((value) => glyph(value, style)).join(""));
  }
  return text + " ".repeat(Math.max(0, cells - Math.min(heat.length, cells)));
}

/** Fewer columns: each cell has the worst of its share, and no column is left out. */
export function squeeze(heat: readonly Heat[], cells: number): Heat[] {
  if (heat.length <= cells) return [...heat];
  return Array.from({ length: cells }, (_, cell) => {
    const [from, to] = [cell, cell + 1].map((edge) => Math.floor((edge * heat.length) / cells));
    return heat.slice(from, to).reduce(worse, null);
  });
}

/** Level before kind, as the worst of a minute is found. */
export function worse(a: Heat, b: Heat): Heat {
  return badness(b) > badness(a) ? b : a;
}

export function badness(heat: Heat): number {
  return heat === null ? -1 : 10 * (heat % 10) + Math.floor(heat / 10);
}

function glyph(heat: Heat, style: HeatStyle): string {
  if (heat === null) return " ";
  const [kind, level] = [Math.floor(heat / 10), heat % 10];
  if (style === "blocks") return blocks[level] ?? " ";
  const letter = letters[kind] ?? " ";
  return level === 3 ? letter.toUpperCase() : letter;
}

/** Neighbours of one colour: a line is a few sequences, not one for each cell. */
function runs(heat: readonly Heat[]): Heat[][] {
  const found: Heat[][] = [];
  for (const value of heat) {
    const last = found.at(-1);
    if (last?.[0] !== undefined && inkOfHeat(last[0]) === inkOfHeat(value)) last.push(value);
    else found.push([value]);
  }
  return found;
}
