import { type Outcome, resultIndex, results } from "../outcome.ts";
import type { Family } from "./catalogue.ts";
import { Columns } from "./columns.ts";
import { extraLabels, type FamilySeries, type LabelTable } from "./exposition/family-series.ts";
import type { BucketBounds } from "./histogram/bucket-bounds.ts";
import { RttHistograms } from "./histogram/rtt-histograms.ts";

/** Columns; the counts by result, in the order of `results`, are the first. */
const synSent = results.length;
const synRetransmits = synSent + 1;
/** Since when the row counts, in seconds since 1970. */
const created = synRetransmits + 1;
const width = created + 1;

const resultLabels = extraLabels("result", results);

/** The families of what only the kernel sees, whosever they are. */
export interface KernelFamilies {
  readonly synSent: Family;
  readonly synRetransmits: Family;
  readonly rtt: Family;
}

/** What is counted of handshakes, by row: of each target, of each zone. */
export class ProbeTable {
  readonly #bounds: BucketBounds;
  #counts = new Columns(width, Float64Array);
  #rtts: RttHistograms;

  constructor(bounds: BucketBounds) {
    this.#bounds = bounds;
    this.#rtts = new RttHistograms(bounds);
  }

  /** Makes a row that counts from nothing; `unixS`: now, in seconds since 1970. */
  clear(row: number, unixS: number): void {
    this.#counts.clear(row);
    this.#counts.set(row, created, unixS);
    this.#rtts.clear(row);
  }

  /** Lets go of a row that is not needed any more. */
  release(row: number): void {
    this.#rtts.release(row);
  }

  record(row: number, outcome: Outcome): void {
    this.#counts.add(row, resultIndex[outcome.result], 1);
    if (outcome.synSent !== undefined) {
      this.#counts.add(row, synSent, outcome.synSent);
      this.#counts.add(row, synRetransmits, Math.max(0, outcome.synSent - 1));
    }
    if (outcome.result === "ok" && outcome.rttUs !== undefined) this.#rtts.observe(row, outcome.rttUs);
  }

  /** Since when the row counts, in seconds since 1970. */
  created(row: number): number {
    return this.#counts.get(row, created);
  }

  /** The first `rows` rows as they are now. */
  copy(rows: number): ProbeTable {
    const copy = new ProbeTable(this.#bounds);
    copy.#counts = this.#counts.copy(rows);
    copy.#rtts = this.#rtts.copy(rows);
    return copy;
  }

  /** Gives the memory back; nothing can be written after. */
  free(): void {
    this.#counts.free();
    this.#rtts.free();
  }

  probes(family: Family, table: LabelTable): FamilySeries {
    const counts = this.#counts;
    return {
      family,
      table,
      write: (row, to) => {
        const since = counts.get(row, created);
        for (let index = 0; index < resultLabels.length; index++) {
          to.labelled(resultLabels[index] as (typeof resultLabels)[number], counts.get(row, index), since);
        }
      },
    };
  }

  kernelFamilies(families: KernelFamilies, table: LabelTable): FamilySeries[] {
    const rtts = this.#rtts.cursor();
    return [
      this.#counter(families.synSent, table, synSent),
      this.#counter(families.synRetransmits, table, synRetransmits),
      {
        family: families.rtt,
        table,
        write: (row, to) => to.histogram(rtts.moveTo(row), this.created(row)),
      },
    ];
  }

  #counter(family: Family, table: LabelTable, column: number): FamilySeries {
    const counts = this.#counts;
    return { family, table, write: (row, to) => to.value(counts.get(row, column), counts.get(row, created)) };
  }
}
