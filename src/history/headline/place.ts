import { count } from "../../units.ts";
import type { Ailing, World, ZoneWorld } from "./world.ts";

/** Targets that belong together: a zone's, a cluster's, all there are. */
export interface Group {
  readonly cluster: string;
  /** ` of zone c in cluster prod`: what tells it from others; empty where there is nothing else. */
  readonly name: string;
  readonly targets: number;
  /** Of which something is known. */
  readonly known: number;
  readonly unreachable: readonly Ailing[];
  readonly degraded: readonly Ailing[];
}

/** Each zone by itself. */
export function zonesOf(world: World): Group[] {
  const zonesPerCluster = Map.groupBy(world.zones, ({ cluster }) => cluster);
  const isOne = zonesPerCluster.size === 1;
  return world.zones.map((zone) => {
    const isOnly = zonesPerCluster.get(zone.cluster)?.length === 1;
    return groupOf(zone.cluster, nameOf(zone, isOne, isOnly), [zone]);
  });
}

/** Each cluster, with all of its zones. */
export function clustersOf(world: World): Group[] {
  const perCluster = Map.groupBy(world.zones, ({ cluster }) => cluster);
  return [...perCluster].map(([cluster, zones]) =>
    groupOf(cluster, perCluster.size === 1 ? "" : ` of cluster ${cluster}`, zones),
  );
}

export function allOf(world: World): Group {
  return groupOf("", "", world.zones);
}

function groupOf(cluster: string, name: string, zones: readonly ZoneWorld[]): Group {
  const targets = zones.reduce((sum, zone) => sum + zone.targets, 0);
  const unknown = zones.reduce((sum, zone) => sum + zone.unknown, 0);
  const unreachable = zones.flatMap((zone) => zone.unreachable);
  const degraded = zones.flatMap((zone) => zone.degraded);
  return { cluster, name, targets, known: targets - unknown, unreachable, degraded };
}

function nameOf({ cluster, zone }: ZoneWorld, isOneCluster: boolean, isOnlyZone: boolean): string {
  if (isOnlyZone) return isOneCluster ? "" : ` of cluster ${cluster}`;
  if (zone !== "") return isOneCluster ? ` of zone ${zone}` : ` of zone ${zone} in cluster ${cluster}`;
  return isOneCluster ? " without a zone" : ` without a zone in cluster ${cluster}`;
}

/** `3 of 38 nodes of zone c` */
export function share(part: number, { known, name }: Group, noun: string): string {
  return `${part} of ${count(known, noun)}${name}`;
}

/** `n1, n2 and n3` */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
