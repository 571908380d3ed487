import type { Range } from "../../src/api/v1.ts";

/** Where columns are on a strip, which is `width` wide. All positions are whole, so that cells have sharp edges. */

export function columnLeft(column: number, columns: number, width: number): number {
  return Math.round((column * width) / columns);
}

/** The column at a position; one beyond an end is that end's. */
export function columnAt(x: number, columns: number, width: number): number {
  if (width <= 0) return 0;
  return clamp(Math.floor((x * columns) / width), 0, columns - 1);
}

export function columnStartMs(range: Range, column: number): number {
  return range.fromMs + column * range.stepMs;
}

/** The column that a moment is in; undefined where it is not on the strip. */
export function columnOf(range: Range, atMs: number): number | undefined {
  const column = Math.floor((atMs - range.fromMs) / range.stepMs);
  return column >= 0 && column < range.columns ? column : undefined;
}

/** The time from the beginning of one column to the end of the other, whichever is first. */
export function spanOf(range: Range, a: number, b: number): { readonly fromMs: number; readonly toMs: number } {
  return {
    fromMs: columnStartMs(range, Math.min(a, b)),
    toMs: columnStartMs(range, Math.max(a, b) + 1),
  };
}

export function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, value));
}
