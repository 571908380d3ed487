import type { NodeRow, ZoneRow } from "../../src/api/v1.ts";
import { counted, whole } from "./figures.ts";

type Row = Pick<NodeRow, "isProbed">;

export interface Rest {
  readonly targets: ZoneRow["targets"];
  /** Those that had trouble, as far as they were answered. */
  readonly sick: readonly Row[];
  /** Those of them that are shown. */
  readonly shown: readonly Row[];
  /** Whether not all that had trouble were answered: who is left over need not be healthy. */
  readonly isCut: boolean;
}

/** The nodes of a zone that are not shown; empty where there are none. */
export function restWords({ targets, sick, shown, isCut }: Rest): string {
  if (isCut) return targets > probed(shown) ? `all ${counted(targets, "node")}` : "";
  const more = sick.length - shown.length;
  const healthy = targets - probed(sick);
  const words = [
    more > 0 ? `${whole(more)} more with trouble` : "",
    healthy > 0 ? counted(healthy, "healthy node") : "",
  ];
  return words.filter((word) => word !== "").join(", ");
}

/** Who had trouble and has left is shown, and is none of the zone's targets any more. */
function probed(rows: readonly Row[]): number {
  return rows.filter(({ isProbed }) => isProbed).length;
}
