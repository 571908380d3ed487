import type { ZoneBucket } from "../model.ts";
import { Normals } from "./normals.ts";

/** Zones that have a normal; with more, which only labels gone wrong can make, the later ones have none. */
const zonesAtMost = 10_000;

/** What latency is usual in each zone. */
export class ZoneNormals {
  readonly #normals = new Normals();
  readonly #ids = new Map<string, Map<string, number>>();
  #count = 0;

  of(cluster: string, zone: string): number | undefined {
    const id = this.#ids.get(cluster)?.get(zone);
    return id === undefined ? undefined : this.#normals.of(id);
  }

  /** `minutes` went into these buckets. */
  observe(zones: readonly ZoneBucket[], minutes = 1): void {
    for (const { cluster, zone, bucket } of zones) {
      const medianUs = bucket.latency.quantile(0.5);
      const id = medianUs === undefined ? undefined : this.#idOf(cluster, zone);
      if (id !== undefined && medianUs !== undefined) this.#normals.observe(id, medianUs, minutes);
    }
  }

  #idOf(cluster: string, zone: string): number | undefined {
    const ofCluster = this.#ids.get(cluster) ?? new Map<string, number>();
    this.#ids.set(cluster, ofCluster);
    const known = ofCluster.get(zone);
    if (known !== undefined || this.#count === zonesAtMost) return known;
    ofCluster.set(zone, this.#count);
    return this.#count++;
  }
}
