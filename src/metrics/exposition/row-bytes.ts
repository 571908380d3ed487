import { ByteBuffer } from "./byte-buffer.ts";
import type { LabelSet, LabelTable } from "./family-series.ts";

/** In place of where a row's bytes begin. */
const notMade = -1;
const isFree = -2;
/** Labels of a row that are not unusual. */
const bytesPerRow = 128;

/** The labels of a table's rows as one format writes them, each made once however many families have it. */
export class RowBytes {
  readonly #encode: (labels: LabelSet, to: ByteBuffer) => void;
  #table: LabelTable | undefined;
  #starts = new Int32Array();
  #lengths = new Uint32Array();
  /** What the bytes of all rows stand in. */
  arena = new ByteBuffer(0);
  /** Where those of the row that was moved to begin, and how many they are. */
  start = 0;
  length = 0;

  constructor(encode: (labels: LabelSet, to: ByteBuffer) => void) {
    this.#encode = encode;
  }

  /** The table that is asked for from here on; what is known of another one is let go. */
  use(table: LabelTable): void {
    if (table === this.#table) return;
    this.#table = table;
    this.#starts = new Int32Array(table.rows).fill(notMade);
    this.#lengths = new Uint32Array(table.rows);
    this.arena = new ByteBuffer(table.rows * bytesPerRow);
  }

  /** False where the row is free. */
  moveTo(row: number): boolean {
    if (this.#starts[row] === notMade) this.#make(row);
    this.start = this.#starts[row] as number;
    this.length = this.#lengths[row] as number;
    return this.start !== isFree;
  }

  #make(row: number): void {
    const labels = this.#table?.labels(row);
    this.#starts[row] = isFree;
    if (labels === undefined) return;
    const start = this.arena.length;
    this.#encode(labels, this.arena);
    this.#starts[row] = start;
    this.#lengths[row] = this.arena.length - start;
  }
}
