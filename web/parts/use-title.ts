import { useEffect } from "preact/hooks";
import type { Condition } from "../../src/api/v1.ts";

/** One of many tabs shows little more than its first characters. */
const signs: Readonly<Record<Condition, string>> = { ok: "\u2713", degraded: "!", unreachable: "\u2715", unknown: "?" };

/** Names the tab: how it stands, and of what. */
export function useTitle(condition: Condition | undefined, text: string): void {
  const title = condition === undefined ? text : `${signs[condition]} ${text}`;
  useEffect(() => {
    document.title = title === "" ? "PinGo" : `${title} \u2013 PinGo`;
  }, [title]);
}
