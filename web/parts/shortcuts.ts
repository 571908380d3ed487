import { useEffect } from "preact/hooks";
import { moved } from "../state/ranges.ts";
import type { PageContextValue } from "./page-context.ts";
import { zoomBy } from "./time-controls.ts";
import { searchId } from "./top-bar.ts";

/** Keys that hold wherever one is, but in a field. docs/page.md lists them. */
export function useShortcuts({ state, go, nowMs }: PageContextValue): void {
  useEffect(() => {
    const acts: Readonly<Record<string, () => void>> = {
      "/": () => document.getElementById(searchId)?.focus(),
      o: () => go({ view: "overview", node: "" }),
      z: () => go({ view: "zones", node: "" }),
      n: () => go({ atMs: undefined }),
      t: () => go({ isTable: !state.isTable }),
      "+": () => go(zoomBy(state, 0.5, nowMs())),
      "-": () => go(zoomBy(state, 2, nowMs())),
      "<": () => go(moved(state, -0.5, nowMs())),
      ">": () => go(moved(state, 0.5, nowMs())),
      Escape: () => goUp(state, go),
    };
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
      if (event.target instanceof HTMLInputElement) return;
      const act = Object.hasOwn(acts, event.key) ? acts[event.key] : undefined;
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [state, go, nowMs]);
}

/** One level up: from a node to the overview, from a search or a zone to all. */
function goUp(state: PageContextValue["state"], go: PageContextValue["go"]): void {
  if (state.view !== "overview") go({ view: "overview", node: "" });
  else if (state.search !== "" || state.cluster !== "" || state.zone !== undefined) {
    go({ search: "", cluster: "", zone: undefined });
  }
}
