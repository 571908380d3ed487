import { count } from "../../units.ts";
import { allOf, clustersOf, type Group, list, share, zonesOf } from "./place.ts";
import { since, sinceOfMany } from "./since.ts";
import { verdict } from "./verdict.ts";
import type { Ailing, World } from "./world.ts";

/** So many are named one by one. */
const maxNames = 3;

/** Sentences of what cannot be reached, the most first. */
export interface Told {
  readonly sentences: readonly string[];
  /** Clusters whose APIs stand in a sentence already. */
  readonly apis: ReadonlySet<string>;
}

export function tellUnreachable(world: World): Told {
  const all = allOf(world);
  if (all.unreachable.length === 0) return { sentences: [], apis: new Set() };
  if (isWhole(all) && all.known > 1) return tellAll(world, all);
  const clusters = clustersOf(world);
  const gone = clusters.length > 1 ? clusters.filter((cluster) => isWhole(cluster) && cluster.known > 1) : [];
  const goneNames = new Set(gone.map(({ cluster }) => cluster));
  const others = zonesOf(world).filter(({ cluster }) => !goneNames.has(cluster));
  const zones = others.filter(isMostlyGone);
  const rest = clusters.map((cluster) => restOf(cluster, others)).filter(({ unreachable }) => unreachable.length > 0);
  const told = [
    ...gone.map((group) => ({ group, text: tellCluster(world, group) })),
    ...zones.map((group) => ({ group, text: tellShare(world, group) })),
    ...rest.map((group) => ({ group, text: tellFew(world, group) })),
  ];
  const sentences = told.toSorted((a, b) => b.group.unreachable.length - a.group.unreachable.length);
  return { sentences: sentences.map(({ text }) => text), apis: goneNames };
}

function isWhole({ known, unreachable }: Group): boolean {
  return known > 0 && unreachable.length === known;
}

/** A zone is told of as such where half of it is gone. */
function isMostlyGone({ known, unreachable }: Group): boolean {
  return unreachable.length > 1 && unreachable.length * 2 >= known;
}

/** What of a cluster is in no zone that is told of; with the zone's name, where it is all of one zone. */
function restOf(cluster: Group, zones: readonly Group[]): Group {
  const few = zones.filter(
    (zone) => zone.cluster === cluster.cluster && !isMostlyGone(zone) && zone.unreachable.length > 0,
  );
  const [only] = few;
  if (few.length === 1 && only !== undefined) return only;
  return { ...cluster, unreachable: few.flatMap(({ unreachable }) => unreachable) };
}

/** Everything at once is seldom everybody else's fault. */
function tellAll(world: World, all: Group): Told {
  const { unreachable, known } = all;
  const when = sinceOfMany(unreachable);
  const downApis = world.apis.filter(({ isUp }) => isUp === false);
  if (unreachable.every(({ why }) => why === "refused")) {
    const text = `all ${count(known, world.noun)} refuse connections${when}: their hosts answer, the port is not open`;
    return { sentences: [text], apis: new Set() };
  }
  const apis = downApis.length === 0 ? "" : ` and ${downApis.length === 1 ? "the API" : `${downApis.length} APIs`}`;
  const text = `all ${count(known, world.noun)}${apis} unreachable${when}: the trouble may be on this side`;
  const answering = world.apis.filter(({ isUp }) => isUp === true).map(({ cluster }) => cluster);
  const but =
    answering.length === 0
      ? []
      : [`the ${answering.length === 1 ? "API" : "APIs"} of ${list(answering)} can be reached`];
  return { sentences: [text, ...but], apis: new Set(downApis.map(({ cluster }) => cluster)) };
}

function tellCluster(world: World, group: Group): string {
  const isApiDown = apiOf(world, group)?.isUp === false;
  const who = `all ${count(group.known, world.noun)}${group.name}`;
  return `${who}${isApiDown ? " and its API" : ""} unreachable${ending(world, group)}`;
}

function tellShare(world: World, group: Group): string {
  return `${share(group.unreachable.length, group, world.noun)} unreachable${ending(world, group)}`;
}

function tellFew(world: World, group: Group): string {
  const { unreachable, name } = group;
  if (unreachable.length > maxNames) return tellShare(world, group);
  const names = unreachable.map(({ node }) => node);
  const [one] = unreachable as [Ailing];
  const when = unreachable.length === 1 ? since(one.sinceMs) : sinceOfMany(unreachable);
  return `${world.noun}${names.length > 1 ? "s" : ""} ${list(names)}${name} unreachable${when}${verdict(world, group)}`;
}

function ending(world: World, group: Group): string {
  return `${sinceOfMany(group.unreachable)}${verdict(world, group)}`;
}

function apiOf(world: World, { cluster }: Group) {
  return world.apis.find((api) => api.cluster === cluster);
}
