import { count } from "../../units.ts";
import { allOf, type Group, list, share, zonesOf } from "./place.ts";
import { since, sinceOfMany } from "./since.ts";
import type { Ailing, World } from "./world.ts";

const maxNames = 3;

/** Sentences of what can be reached, but not well, the most first. */
export function tellDegraded(world: World): string[] {
  const all = allOf(world);
  if (all.degraded.length === 0) return [];
  const zones = zonesOf(world).filter(({ degraded }) => degraded.length > 0);
  const most = zones.filter(({ degraded, known }) => degraded.length > 1 && degraded.length * 2 >= known);
  const rest = zones.filter((zone) => !most.includes(zone));
  const [only] = rest;
  const few: Group | undefined =
    rest.length === 1 ? only : { ...all, degraded: rest.flatMap(({ degraded }) => degraded) };
  const groups = [...most, ...(few === undefined || few.degraded.length === 0 ? [] : [few])];
  const isAllReachable = all.unreachable.length === 0 && all.known === all.targets;
  return groups
    .toSorted((a, b) => b.degraded.length - a.degraded.length)
    .map((group, index) => (index === 0 && isAllReachable ? tellFirst(world, group, all) : tell(world, group)));
}

function tell({ noun }: World, group: Group): string {
  const { degraded, name } = group;
  const isFew = degraded.length <= maxNames && degraded.length * 2 < group.known;
  const who = isFew
    ? `${noun}${degraded.length > 1 ? "s" : ""} ${list(degraded.map(({ node }) => node))}${name}`
    : share(degraded.length, group, noun);
  return `${who} degraded ${reasons(degraded)}${when(degraded)}`;
}

/** With what is well, where everything answers. */
function tellFirst(world: World, group: Group, all: Group): string {
  const { degraded } = group;
  const reachable =
    all.known === 1 ? `the only ${world.noun} reachable` : `all ${count(all.known, world.noun)} reachable`;
  if (all.known === 1) return `${reachable}, but degraded ${reasons(degraded)}${when(degraded)}`;
  if (degraded.length === 1) return `${reachable}, ${tell(world, group).replace(`${world.noun} `, "")}`;
  if (group.name !== "") return `${reachable}, but ${tell(world, group)}`;
  return `${reachable}, ${degraded.length} of them degraded ${reasons(degraded)}${when(degraded)}`;
}

function when(degraded: readonly Ailing[]): string {
  return degraded.length === 1 ? since(degraded[0]?.sinceMs ?? null) : sinceOfMany(degraded);
}

/** `by SYN retransmits`, or how many by what. */
function reasons(degraded: readonly Ailing[]): string {
  const byWhy = [...Map.groupBy(degraded, ({ why }) => why)].toSorted((a, b) => b[1].length - a[1].length);
  if (byWhy.length === 1) return `by ${inWords(byWhy[0]?.[0] ?? "")}`;
  return `(${byWhy.map(([why, those]) => `${those.length} by ${inWords(why)}`).join(", ")})`;
}

function inWords(why: string): string {
  if (why === "syn retransmits") return "SYN retransmits";
  return why === "loss" ? "lost handshakes" : why;
}
