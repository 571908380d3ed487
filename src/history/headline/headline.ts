import type { Condition, Headline } from "../../api/v1.ts";
import { count } from "../../units.ts";
import { tellDegraded } from "./degraded.ts";
import { allOf } from "./place.ts";
import { tellSilent } from "./silent.ts";
import { since } from "./since.ts";
import { tellUnreachable } from "./unreachable.ts";
import type { World } from "./world.ts";

/** More than this nobody reads; the rows below say the rest. */
const maxMore = 5;

/** One line of plain words on the whole, and a few more where they are needed: the worst first. */
export function headline(world: World): Headline {
  const { sentences: unreachable, apis: toldApis } = tellUnreachable(world);
  const apis = world.apis
    .filter(({ cluster, isUp }) => isUp === false && !toldApis.has(cluster))
    .map(({ cluster, sinceMs }) => `no answer from the API of ${cluster}${since(sinceMs)}`);
  const degraded = tellDegraded(world);
  const silent = tellSilent(world);
  const worst = [...unreachable, ...apis, ...degraded, ...(silent === undefined ? [] : [silent])];
  const [text = "", ...more] = [...worst, ...tellRest(world, worst.length === degraded.length && degraded.length > 0)];
  const left = more.length - maxMore;
  const shown = left > 0 ? [...more.slice(0, maxMore), `and ${left} more`] : more;
  const condition: Condition =
    unreachable.length + apis.length > 0
      ? "unreachable"
      : degraded.length > 0
        ? "degraded"
        : silent !== undefined
          ? "unknown"
          : restCondition(world);
  return { condition, text, more: shown };
}

/** What is well, and what is not known. `isSaid`: that all others are reachable stands in a sentence already. */
function tellRest(world: World, isSaid: boolean): string[] {
  const { targets, known, unreachable } = allOf(world);
  // Of the silent it is said already.
  const unknown = targets - known - world.zones.reduce((sum, { silent }) => sum + silent.length, 0);
  if (targets === 0) return [world.isLive ? `no ${world.noun}s are known` : `no ${world.noun}s were known then`];
  const yet = world.isLive ? "nothing is known yet of" : "nothing is known of that time of";
  const silent = unknown === 0 ? [] : [`${yet} ${count(unknown, world.noun)}`];
  if (unreachable.length > 0 || known === 0) return silent;
  if (isSaid && unknown === 0) return [];
  const well = known === 1 ? `the only ${world.noun} measured is reachable` : `all ${count(known, world.noun)}`;
  if (known === 1) return [targets === 1 ? `the only ${world.noun} is reachable` : well, ...silent];
  return [`${well}${known < targets ? " that were measured" : ""} reachable`, ...silent];
}

function restCondition(world: World): Condition {
  return allOf(world).known === 0 ? "unknown" : "ok";
}
