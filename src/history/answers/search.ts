import type { Target } from "../../target.ts";

/** Whether a part of a name or an address is a target's; everything is where it is empty. */
export function searcher(search: string): (target: Target) => boolean {
  if (search === "") return () => true;
  const part = search.toLowerCase();
  return ({ node, name, address }) =>
    node.toLowerCase().includes(part) || name.toLowerCase().includes(part) || address.includes(part);
}
