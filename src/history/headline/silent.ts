import { count } from "../../units.ts";
import { since } from "./since.ts";
import type { World } from "./world.ts";

/** That of some, or of all, nothing is measured: what they were is no news of how they are. Undefined where there are none. */
export function tellSilent(world: World): string | undefined {
  const silent = world.zones.flatMap((zone) => zone.silent);
  if (silent.length === 0) return undefined;
  const targets = world.zones.reduce((sum, zone) => sum + zone.targets, 0);
  const lastMs = silent.reduce((last, { sinceMs }) => Math.max(last, sinceMs ?? 0), 0);
  const when = since(lastMs === 0 ? null : lastMs);
  const isLocal = silent.filter((one) => one.isLocal).length * 2 > silent.length;
  const all = targets === 1 ? `the only ${world.noun}` : `any of ${count(targets, world.noun)}`;
  const who = silent.length === targets ? all : `${silent.length} of ${count(targets, world.noun)}`;
  return isLocal ? `PinGo's own machine cannot measure ${who}${when}` : `nothing has been measured of ${who}${when}`;
}
