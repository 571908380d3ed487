import type { ZoneRow } from "../../src/api/v1.ts";
import { whole } from "./figures.ts";

export interface ZoneWord {
  /** Undefined where nothing is wrong. */
  readonly condition: "unreachable" | "degraded" | undefined;
  readonly text: string;
}

type Counts = Pick<ZoneRow, "targets" | "unreachable" | "degraded">;

/** How a zone's nodes are now, or were at the end of the time shown. */
export function zoneWords({ targets, unreachable, degraded }: Counts): readonly ZoneWord[] {
  // All have left, or are in another zone: nobody is there to be reached.
  if (targets === 0) return [{ condition: undefined, text: "no nodes any more" }];
  const words: ZoneWord[] = [];
  if (unreachable > 0) {
    words.push({ condition: "unreachable", text: `${whole(unreachable)} of ${whole(targets)} unreachable` });
  }
  if (degraded > 0) words.push({ condition: "degraded", text: `${whole(degraded)} degraded` });
  return words.length > 0 ? words : [{ condition: undefined, text: "all reachable" }];
}
