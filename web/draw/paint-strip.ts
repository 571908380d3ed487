import { columnLeft } from "../state/columns.ts";
import type { Ink, Palette } from "./palette.ts";

/** In device pixels. */
export interface Surface {
  readonly width: number;
  readonly height: number;
  /** Device pixels of one CSS pixel. */
  readonly scale: number;
}

/** Columns at least so wide (CSS pixels) are kept apart by a gap, runs at least so wide get their glyph. */
const gapFrom = 7;
const glyphFrom = 11;

type Context = CanvasRenderingContext2D;

/** Draws a strip: a cell a column, by column of `inks`. */
export function paintStrip(context: Context, surface: Surface, inks: readonly Ink[], palette: Palette): void {
  const { width, height, scale } = surface;
  context.clearRect(0, 0, width, height);
  const hasGaps = width / inks.length >= gapFrom * scale;
  for (let from = 0; from < inks.length; ) {
    const ink = inks[from] as Ink;
    let to = from + 1;
    while (inks[to] === ink) to++;
    paintRun(context, surface, ink, { from, to, columns: inks.length, gap: hasGaps ? Math.round(scale) : 0 }, palette);
    from = to;
  }
}

interface RunPlace {
  readonly from: number;
  readonly to: number;
  readonly columns: number;
  readonly gap: number;
}

function paintRun(context: Context, surface: Surface, ink: Ink, place: RunPlace, palette: Palette): void {
  const { width, height, scale } = surface;
  const left = columnLeft(place.from, place.columns, width);
  const right = columnLeft(place.to, place.columns, width);
  if (ink.height === 0) {
    if (palette.hatch !== undefined) hatch(context, { left, right, height, scale }, palette.hatch);
    return;
  }
  const top = Math.round(height * (1 - ink.height));
  if (top > 0) fill(context, palette.inks.ok.fill, left, 0, right - left, top);
  fill(context, ink.fill, left, top, right - left, height - top);
  if (place.gap > 0) clearGaps(context, place, width, height);
  if (ink.glyph !== undefined && right - left >= glyphFrom * scale) {
    const glyph = { x: glyphCentre(place, width), y: (top + height) / 2, size: 2.6 * scale };
    glyphs[ink.glyph](stroke(context, ink.glyphColour ?? palette.page, 1.4 * scale), glyph);
    context.stroke();
  }
}

/** Between cells, the page is to be seen. */
function clearGaps(context: Context, { from, to, columns, gap }: RunPlace, width: number, height: number): void {
  for (let column = from + 1; column <= to; column++) {
    context.clearRect(columnLeft(column, columns, width) - gap, 0, gap, height);
  }
}

/** In the middle of a run; where cells are kept apart, in the middle of one of them. */
function glyphCentre({ from, to, columns, gap }: RunPlace, width: number): number {
  const [first, end] = gap > 0 ? [(from + to - 1) >> 1, ((from + to - 1) >> 1) + 1] : [from, to];
  return (columnLeft(first, columns, width) + columnLeft(end, columns, width) - gap) / 2;
}

function fill(context: Context, colour: string, x: number, y: number, width: number, height: number): void {
  context.fillStyle = colour;
  context.fillRect(x, y, width, height);
}

function stroke(context: Context, colour: string, width: number): Context {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineCap = "round";
  context.beginPath();
  return context;
}

interface GlyphPlace {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

const glyphs: Readonly<Record<NonNullable<Ink["glyph"]>, (context: Context, place: GlyphPlace) => void>> = {
  cross(context, { x, y, size }) {
    line(context, x - size, y - size, x + size, y + size);
    line(context, x - size, y + size, x + size, y - size);
  },
  bars(context, { x, y, size }) {
    line(context, x - size, y - size * 0.6, x + size, y - size * 0.6);
    line(context, x - size, y + size * 0.6, x + size, y + size * 0.6);
  },
  peak(context, { x, y, size }) {
    line(context, x - size, y + size * 0.5, x, y - size * 0.6);
    line(context, x, y - size * 0.6, x + size, y + size * 0.5);
  },
};

function line(context: Context, x1: number, y1: number, x2: number, y2: number): void {
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
}

interface Area {
  readonly left: number;
  readonly right: number;
  readonly height: number;
  readonly scale: number;
}

/** Diagonal lines, on one grid for all strips and runs. */
function hatch(context: Context, { left, right, height, scale }: Area, colour: string): void {
  context.save();
  context.beginPath();
  context.rect(left, 0, right - left, height);
  context.clip();
  stroke(context, colour, scale);
  const step = 6 * scale;
  for (let x = Math.floor((left - height) / step) * step; x < right; x += step) line(context, x, height, x + height, 0);
  context.stroke();
  context.restore();
}
