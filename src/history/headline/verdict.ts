import type { Group } from "./place.ts";
import { middleSinceMs } from "./since.ts";
import type { World } from "./world.ts";

/**
 * So long may a node that is gone be Ready still: a kubelet that says nothing is missed after 40 to 50 s
 * (kube-controller-manager's --node-monitor-grace-period), and that is looked at every 5 s.
 */
const readyIsOldMs = 60_000;

/** What the cluster's own opinion makes of nodes that cannot be reached, as the end of a sentence; empty where it is not clear. */
export function verdict(world: World, { cluster, unreachable }: Group): string {
  const isOne = unreachable.length === 1;
  if (isMost(unreachable, ({ why }) => why === "refused")) {
    return `: ${isOne ? "its host answers" : "their hosts answer"}, the port is not open`;
  }
  const ready = unreachable.map(({ node }) => world.isReady(cluster, node));
  if (isMost(ready, (one) => one === false)) return `; ${isOne ? "it is" : "they are"} not Ready either`;
  const sinceMs = middleSinceMs(unreachable);
  const isApiUp = world.apis.some((api) => api.cluster === cluster && api.isUp === true);
  if (sinceMs === null || world.atMs - sinceMs < readyIsOldMs || !isApiUp) return "";
  if (!isMost(ready, (one) => one === true)) return "";
  return `; ${isOne ? "it is" : "they are"} Ready and the API answers: it is the network`;
}

function isMost<T>(items: readonly T[], holds: (item: T) => boolean): boolean {
  return items.filter(holds).length * 2 > items.length;
}
