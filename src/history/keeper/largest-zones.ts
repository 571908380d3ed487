/** Zones of a step: more are there only where something that is no zone stands in the label, such as each node's name. */
export const zonesAtMost = 1_000;

/** Those with the most targets, in the order in which they are; all where they are not too many. */
export function largestZones<Z extends { readonly targets: number }>(
  zones: readonly Z[],
  atMost = zonesAtMost,
): readonly Z[] {
  if (zones.length <= atMost) return zones;
  const kept = new Set(zones.toSorted((a, b) => b.targets - a.targets).slice(0, atMost));
  return zones.filter((zone) => kept.has(zone));
}
