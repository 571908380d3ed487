import { IdPool } from "../schedule/id-pool.ts";
import { Columns } from "./columns.ts";
import type { LabelSet, LabelTable } from "./exposition/family-series.ts";

/** What the first PinGo counted, of a target or of the API. */
export interface LegacyCounts {
  reply: number;
  lost: number;
  timeMs: number;
}

/** Columns of the table. */
const at = { reply: 0, lost: 1, timeMs: 2 } as const satisfies Record<keyof LegacyCounts, number>;
const width = 3;

/** The first PinGo's labels. */
export interface LegacyLabels extends LabelSet {
  readonly name: string;
  readonly target: string;
}

/**
 * The first PinGo's counters. By labels, because two nodes can share name and address for a while (one registered anew
 * under another name). They share one line, which would be no valid page twice, and which goes with the last of them.
 */
export class LegacyTable implements LabelTable {
  readonly #ids = new IdPool();
  readonly #byLabels = new Map<string, number>();
  readonly #owners: number[] = [];
  #counts = new Columns(width, Float64Array);
  #labels: (LegacyLabels | undefined)[] = [];

  get rows(): number {
    return this.#labels.length;
  }

  labels(id: number): LegacyLabels | undefined {
    return this.#labels[id];
  }

  /** Gives the row of these labels to one more owner; a new row goes on from the counts of `from`, where there is one. */
  share(labels: LegacyLabels, from?: number): number {
    const known = this.#byLabels.get(keyOf(labels));
    const id = known ?? this.#create(labels, from);
    this.#owners[id] = (this.#owners[id] ?? 0) + 1;
    return id;
  }

  /** Takes the row from one owner; with the last of them it goes. */
  unshare(id: number): void {
    this.#owners[id] = (this.#owners[id] as number) - 1;
    if (this.#owners[id] !== 0) return;
    this.#byLabels.delete(keyOf(this.#labels[id] as LegacyLabels));
    this.#labels[id] = undefined;
    this.#ids.giveBack(id);
  }

  add(id: number, field: keyof LegacyCounts, amount: number): void {
    this.#counts.add(id, at[field], amount);
  }

  get(id: number, field: keyof LegacyCounts): number {
    return this.#counts.get(id, at[field]);
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

  #create(labels: LegacyLabels, from: number | undefined): number {
    const id = this.#ids.take();
    this.#counts.clear(id);
    if (from !== undefined)
      for (const field of Object.values(at)) this.#counts.add(id, field, this.#counts.get(from, field));
    this.#byLabels.set(keyOf(labels), id);
    this.#labels[id] = labels;
    return id;
  }
}

/** No name of a host, and no address, has a line feed in it. */
function keyOf({ name, target }: LegacyLabels): string {
  return `${name}\n${target}`;
}
