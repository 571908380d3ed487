import type { ApiState } from "../model.ts";
import type { ChangeRow } from "../store/store.ts";
import { isUpBy } from "./cluster-states.ts";

/** What tells of APIs around a moment: their changes, and PinGo's own starts and stops. */
interface ApiChanges {
  /** Up to that moment, the newest first. */
  readonly before: readonly ChangeRow[];
  /** After it, the oldest first. */
  readonly after: readonly ChangeRow[];
}

/** How APIs were at a moment. `now`: how they are now. Of none it is known how it was while PinGo did not run. */
export function apisAt(atMs: number, now: readonly ApiState[], { before, after }: ApiChanges): ApiState[] {
  const told = statesSince(before);
  const wasRunning = before.every(({ kind }) => kind !== "pingo");
  const names = new Set([...now.map(({ cluster }) => cluster), ...told.keys()]);
  return [...names].map((cluster) => {
    const found = told.get(cluster) ?? now.find((api) => api.cluster === cluster && (api.sinceMs ?? atMs + 1) <= atMs);
    if (found !== undefined) return found;
    return { cluster, isUp: wasRunning ? wasUpBefore(cluster, after) : undefined, sinceMs: undefined };
  });
}

/** The last that was told of each since PinGo started. */
function statesSince(before: readonly ChangeRow[]): Map<string, ApiState> {
  const states = new Map<string, ApiState>();
  for (const change of before) {
    const { kind, cluster, atMs } = change;
    if (kind === "pingo") break;
    if (!states.has(cluster)) states.set(cluster, { cluster, isUp: isUpBy(change), sinceMs: atMs });
  }
  return states;
}

/** What began it is not kept any more: until its next change it was as it was not thereafter. */
function wasUpBefore(cluster: string, after: readonly ChangeRow[]): boolean | undefined {
  const next = after.find((change) => change.kind === "pingo" || change.cluster === cluster);
  return next?.kind === "api" ? !isUpBy(next) : undefined;
}
