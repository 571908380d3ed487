import type { Outcome } from "../outcome.ts";
import { IdPool } from "../schedule/id-pool.ts";
import { catalogue } from "./catalogue.ts";
import type { FamilySeries, LabelSet, LabelTable } from "./exposition/family-series.ts";
import type { BucketBounds } from "./histogram/bucket-bounds.ts";
import { ProbeTable } from "./probe-table.ts";

/**
 * What is counted of the targets in a zone together. A target that leaves takes nothing of it away; the last one of a
 * zone takes the zone's series with it.
 */
export class ZoneTable implements LabelTable {
  readonly #bounds: BucketBounds;
  readonly #ids = new IdPool();
  readonly #byName = new Map<string, number>();
  #labels: (LabelSet | undefined)[] = [];
  /** Targets, by row. */
  #targets: number[] = [];
  #probes: ProbeTable;

  constructor(bounds: BucketBounds) {
    this.#bounds = bounds;
    this.#probes = new ProbeTable(bounds);
  }

  get rows(): number {
    return this.#labels.length;
  }

  labels(row: number): LabelSet | undefined {
    return this.#labels[row];
  }

  /** Takes one more target into its zone, and gives the zone's row. `unixS`: now, in seconds since 1970. */
  enter(cluster: string, zone: string, unixS: number): number {
    const name = nameOf(cluster, zone);
    const known = this.#byName.get(name);
    const row = known ?? this.#ids.take();
    if (known === undefined) {
      this.#byName.set(name, row);
      this.#labels[row] = { cluster, zone };
      this.#targets[row] = 0;
      this.#probes.clear(row, unixS);
    }
    this.#targets[row] = (this.#targets[row] as number) + 1;
    return row;
  }

  leave(row: number): void {
    this.#targets[row] = (this.#targets[row] as number) - 1;
    if (this.#targets[row] !== 0) return;
    const { cluster = "", zone = "" } = this.#labels[row] ?? {};
    this.#byName.delete(nameOf(cluster, zone));
    this.#labels[row] = undefined;
    this.#probes.release(row);
    this.#ids.giveBack(row);
  }

  record(row: number, outcome: Outcome): void {
    this.#probes.record(row, outcome);
  }

  /** The table as it is now. */
  copy(): ZoneTable {
    const copy = new ZoneTable(this.#bounds);
    copy.#labels = [...this.#labels];
    copy.#targets = [...this.#targets];
    copy.#probes = this.#probes.copy(this.rows);
    return copy;
  }

  /** Gives a copy's memory back. */
  free(): void {
    this.#probes.free();
  }

  /** `up`: how many targets of each row answered last. */
  families(up: Uint32Array, seesSyns: boolean): FamilySeries[] {
    const { zoneTargets, zoneUp, zoneProbes, zoneSynSent, zoneSynRetransmits, zoneRtt } = catalogue;
    const kernel = { synSent: zoneSynSent, synRetransmits: zoneSynRetransmits, rtt: zoneRtt };
    return [
      { family: zoneTargets, table: this, write: (row, to) => to.value(this.#targets[row] as number) },
      { family: zoneUp, table: this, write: (row, to) => to.value(up[row] as number) },
      this.#probes.probes(zoneProbes, this),
      ...(seesSyns ? this.#probes.kernelFamilies(kernel, this) : []),
    ];
  }
}

/** No name of a cluster, and no value of a label in Kubernetes, has a line feed in it. */
function nameOf(cluster: string, zone: string): string {
  return `${cluster}\n${zone}`;
}
