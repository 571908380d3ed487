import { columnOf, type SteppedRange } from "../../api/range.ts";
import type { Heat } from "../../api/v1.ts";
import { type HistoryView, noHeat } from "../model.ts";

/** The heat of all targets at each column of a range; undefined where nothing is kept of one. */
export type HeatColumns = readonly (Uint8Array | undefined)[];

export function readHeat(view: HistoryView, range: SteppedRange): HeatColumns {
  const heats = new Array<Uint8Array | undefined>(range.columns).fill(undefined);
  for (const { startMs, heat } of view.heat(range.stepMs, range.fromMs, range.toMs)) {
    const column = columnOf(range, startMs);
    if (column >= 0 && column < range.columns) heats[column] = heat;
  }
  return heats;
}

/** One target's heat by column. */
export function stripOf(columns: HeatColumns, id: number): Heat[] {
  return columns.map((heat) => asHeat(heat?.[id]));
}

/** Of a byte of a column; undefined where the column is too short to have one. */
export function asHeat(byte: number | undefined): Heat {
  return byte === undefined || byte === noHeat ? null : byte;
}
