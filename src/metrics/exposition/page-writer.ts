import type { FamilySeries, SeriesWriter } from "./family-series.ts";

/** Writes a page in one format: family by family, row by row. */
export interface PageWriter extends SeriesWriter {
  /** Bytes that wait to be taken. */
  readonly length: number;
  /** Takes what is written, valid until more is; empty where the format needs it still. */
  take(): Uint8Array;
  begin(series: FamilySeries): void;
  /** Whose series come next; false where the row is free. */
  moveTo(row: number): boolean;
  /** Ends the family: what is to be sent of it yet. */
  end(): Iterable<Uint8Array>;
  /** What stands at the end of a page. */
  finish(): Uint8Array;
}

/** Bytes in a chunk: little enough to be made in a fraction of a millisecond, enough to be worth a write. */
export const chunkBytes = 64 * 1024;

/**
 * A page in chunks, made as they are asked for: of a large fleet the whole would be a hundred megabytes. A chunk is valid
 * until the next is asked for. It may be empty, where much was done and nothing is there to be sent yet.
 */
export function* pageChunks(families: Iterable<FamilySeries>, writer: PageWriter): Generator<Uint8Array> {
  for (const series of families) {
    const { rows } = series.table;
    writer.begin(series);
    for (let row = 0; row < rows; row++) {
      if (!writer.moveTo(row)) continue;
      series.write(row, writer);
      if (writer.length >= chunkBytes) yield writer.take();
    }
    yield* writer.end();
  }
  yield writer.take();
  yield writer.finish();
}
