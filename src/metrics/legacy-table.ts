import { IdPool } from "../schedule/id-pool.ts";
import { Columns } from "./columns.ts";
import { sample } from "./exposition.ts";

/** What the first PinGo counted, of a target or of the API. */
export interface LegacyCounts {
  reply: number;
  lost: number;
  timeMs: number;
}

/** Columns of the table. */
const at = { reply: 0, lost: 1, timeMs: 2 } as const satisfies Record<keyof LegacyCounts, number>;
const width = 3;

/**
 * The first PinGo's counters. By label text, because two nodes can share name and address for a while (one registered
 * anew under another name). They share one line, which would be no valid page twice, and which goes with the last of
 * them.
 */
export class LegacyTable {
  readonly #ids = new IdPool();
  readonly #byLabels = new Map<string, number>();
  readonly #owners: number[] = [];
  #counts = new Columns(width, Float64Array);
  #labels: (string | undefined)[] = [];

  /** Gives the row of these labels to one more owner; a new row goes on from the counts of `from`, where there is one. */
  share(labels: string, from?: number): number {
    const known = this.#byLabels.get(labels);
    const id = known ?? this.#create(labels, from);
    this.#owners[id] = (this.#owners[id] ?? 0) + 1;
    return id;
  }

  /** Takes the row from one owner; with the last of them it goes. */
  unshare(id: number): void {
    this.#owners[id] = (this.#owners[id] as number) - 1;
    if (this.#owners[id] !== 0) return;
    this.#byLabels.delete(this.#labels[id] as string);
    this.#labels[id] = undefined;
    this.#ids.giveBack(id);
  }

  add(id: number, field: keyof LegacyCounts, amount: number): void {
    this.#counts.add(id, at[field], amount);
  }

  labels(id: number): string {
    return this.#labels[id] as string;
  }

  /** The table as it is now. */
  copy(): LegacyTable {
    const copy = new LegacyTable();
    copy.#labels = [...this.#labels];
    copy.#counts = this.#counts.copy(this.#labels.length);
    return copy;
  }

  /** Gives a copy's memory back. */
  free(): void {
    this.#counts.free();
  }

  *lines(name: string, field: keyof LegacyCounts): Generator<string> {
    for (const [id, labels] of this.#labels.entries()) {
      if (labels !== undefined) yield sample(name, labels, this.#counts.get(id, at[field]));
    }
  }

  #create(labels: string, from: number | undefined): number {
    const id = this.#ids.take();
    this.#counts.clear(id);
    if (from !== undefined)
      for (const field of Object.values(at)) this.#counts.add(id, field, this.#counts.get(from, field));
    this.#byLabels.set(labels, id);
    this.#labels[id] = labels;
    return id;
  }
}
