import type { SteppedRange } from "../../api/range.ts";
import type { HistoryView, KnownTarget } from "../model.ts";
import { zoneAt } from "../zone-at.ts";

/** Targets of a cluster and a zone. */
export interface Zone {
  readonly cluster: string;
  readonly zone: string;
  readonly targets: KnownTarget[];
}

/** Zones by name, made as they are met. */
export class Zones {
  readonly all: Zone[] = [];
  /** One more than the greatest id. */
  ids = 0;
  readonly #byCluster = new Map<string, Map<string, Zone>>();

  /** `zone`: the one that it counts to. */
  add(known: KnownTarget, zone: string): void {
    this.#of(known.target.cluster, zone).targets.push(known);
    if (known.id >= this.ids) this.ids = known.id + 1;
  }

  #of(cluster: string, zone: string): Zone {
    let zones = this.#byCluster.get(cluster);
    if (zones === undefined) {
      zones = new Map();
      this.#byCluster.set(cluster, zones);
    }
    let found = zones.get(zone);
    if (found === undefined) {
      found = { cluster, zone, targets: [] };
      zones.set(zone, found);
      this.all.push(found);
    }
    return found;
  }
}

/** The targets that were probed in a range, by their zone at `atMs`; those of one cluster where it is not empty. */
export function rosterOf(view: HistoryView, range: SteppedRange, atMs: number, cluster: string): Zones {
  const zones = new Zones();
  const endMs = Math.min(range.toMs, view.nowMs);
  for (const known of view.targets()) {
    const { target, joinedMs, leftMs } = known;
    if (cluster !== "" && target.cluster !== cluster) continue;
    if (joinedMs > endMs || (leftMs !== undefined && leftMs <= range.fromMs)) continue;
    zones.add(known, zoneAt(known, atMs));
  }
  return zones;
}
