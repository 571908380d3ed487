import { addBuckets } from "./group-block.ts";
import { worseHeat } from "./heat.ts";
import { noHeat, type ZoneBucket } from "./model.ts";

/** The worst of two columns of heat, target by target. */
export function addHeat(a: Uint8Array | undefined, b: Uint8Array): Uint8Array {
  if (a === undefined) return b;
  const sum = new Uint8Array(Math.max(a.length, b.length));
  for (let id = 0; id < sum.length; id++) sum[id] = worseHeat(a[id] ?? noHeat, b[id] ?? noHeat);
  return sum;
}

/** The zones of two steps as those of one. */
export function addZones(a: readonly ZoneBucket[] | undefined, b: readonly ZoneBucket[]): readonly ZoneBucket[] {
  if (a === undefined) return b;
  const sum = new Map(a.map((zone) => [nameOf(zone), zone]));
  for (const zone of b) {
    const before = sum.get(nameOf(zone));
    sum.set(nameOf(zone), before === undefined ? zone : addZone(before, zone));
  }
  return [...sum.values()];
}

function addZone(a: ZoneBucket, b: ZoneBucket): ZoneBucket {
  return {
    cluster: a.cluster,
    zone: a.zone,
    bucket: addBuckets(a.bucket, b.bucket),
    heat: worseHeat(a.heat, b.heat),
    targets: Math.max(a.targets, b.targets),
    unreachable: Math.max(a.unreachable, b.unreachable),
  };
}

function nameOf({ cluster, zone }: ZoneBucket): string {
  return JSON.stringify([cluster, zone]);
}
