import type { Target } from "../../target.ts";
import { type KnownTarget, noPastZones, type PastZone } from "../model.ts";
import { DamagedError } from "./bytes.ts";

type Facts = Pick<KnownTarget, "target" | "pastZones">;

/** JSON of a target and, of those that have any, their zones of before; the first PinGo that had none of these reads it too. */
export function encodeFacts({ target, pastZones }: Facts): string {
  return JSON.stringify(pastZones.length === 0 ? target : { ...target, pastZones });
}

/** Throws DamagedError where it is not what `encodeFacts` gave. */
export function decodeFacts(json: string): Facts {
  try {
    const { pastZones = noPastZones, ...target } = JSON.parse(json) as Target & { pastZones?: readonly PastZone[] };
    return { target, pastZones };
  } catch (cause) {
    throw new DamagedError("a target cannot be read", { cause });
  }
}
