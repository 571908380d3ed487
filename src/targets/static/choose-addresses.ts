import type { IpFamily } from "../select.ts";
import { explainUnusable } from "../usable-address.ts";
import type { ResolveStyle } from "./static-entry.ts";

export type ChosenAddresses = { readonly addresses: readonly string[] } | { readonly why: string };

/**
 * Which addresses of a host are probed, or why none, as the end of a sentence that begins with its name. `known` is
 * sorted, with the preferred family first, which is the one that `auto` takes; of `current`, what was chosen before,
 * stays what can.
 */
export function chooseAddresses(
  known: readonly string[],
  current: readonly string[],
  style: ResolveStyle,
  ipFamily: IpFamily,
): ChosenAddresses {
  const usable = known.filter((address) => explainUnusable(address) === undefined);
  const chosen = familiesOf(usable, current, ipFamily).flatMap((family) => {
    const candidates = usable.filter((address) => familyOf(address) === family);
    const first = candidates.find((address) => current.includes(address)) ?? candidates[0];
    return style === "all" ? candidates : first === undefined ? [] : [first];
  });
  if (chosen.length > 0) return { addresses: chosen };
  return { why: explainNone(known, ipFamily) };
}

type Family = "4" | "6";

function familyOf(address: string): Family {
  return address.includes(":") ? "6" : "4";
}

/** A family that is in use stays so while the name has addresses of it. */
function familiesOf(usable: readonly string[], current: readonly string[], ipFamily: IpFamily): Family[] {
  if (ipFamily === "both") return ["4", "6"];
  if (ipFamily !== "auto") return [ipFamily];
  const families = usable.map(familyOf);
  const [inUse, preferred] = [current[0], families[0]];
  if (inUse !== undefined && families.includes(familyOf(inUse))) return [familyOf(inUse)];
  return preferred === undefined ? [] : [preferred];
}

function explainNone(known: readonly string[], ipFamily: IpFamily): string {
  const family = ipFamily === "4" || ipFamily === "6" ? ` of IPv${ipFamily}` : "";
  return `has no usable address${family}; it has ${known.slice(0, 4).join(", ")}`;
}
