import type { ApiState, KnownTarget, Place, ZoneBucket } from "./model.ts";

/** Where anything is known to be, or to have been: each once. */
export function placesOf(
  targets: Iterable<KnownTarget>,
  apis: Iterable<ApiState>,
  steps: Iterable<{ readonly zones: readonly ZoneBucket[] }>,
): Place[] {
  const zones = new Map<string, Set<string>>();
  const of = (cluster: string) => {
    const known = zones.get(cluster) ?? new Set();
    zones.set(cluster, known);
    return known;
  };
  for (const { target, pastZones } of targets) {
    const own = of(target.cluster).add(target.zone);
    for (const { zone } of pastZones) own.add(zone);
  }
  for (const { cluster } of apis) of(cluster);
  for (const step of steps) for (const { cluster, zone } of step.zones) of(cluster).add(zone);
  return [...zones].map(([cluster, own]) => ({ cluster, zones: [...own] }));
}
