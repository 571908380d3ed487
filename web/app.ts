import { type ComponentChild, h } from "preact";
import { useCallback, useMemo, useRef } from "preact/hooks";
import { palettes } from "./draw/palette.ts";
import { AddressNotice } from "./parts/address-notice.ts";
import { LostBar } from "./parts/notices.ts";
import { PageContext, type PageContextValue } from "./parts/page-context.ts";
import { useShortcuts } from "./parts/shortcuts.ts";
import { TimeControls } from "./parts/time-controls.ts";
import { TopBar } from "./parts/top-bar.ts";
import { useLive } from "./parts/use-live.ts";
import { usePageState } from "./parts/use-page-state.ts";
import { useScheme } from "./parts/use-scheme.ts";
import { NodeView } from "./views/node.ts";
import { OverviewView } from "./views/overview.ts";
import { ZonesView } from "./views/zones.ts";

/** The page: what holds for all views, and the one that is chosen. */
export function App(): ComponentChild {
  const { state, misread, go } = usePageState();
  const scheme = useScheme(state.theme);
  const { pulse, link } = useLive(state.atMs === undefined, state.rangeMs);
  const clock = useRef({ aheadMs: 0, asOfMs: undefined as number | undefined });
  const nowMs = useCallback(() => Date.now() + clock.current.aheadMs, []);
  const answered = useCallback((serverMs: number) => {
    clock.current = { aheadMs: serverMs - Date.now(), asOfMs: serverMs };
  }, []);
  const context = useMemo<PageContextValue>(
    () => ({ state, go, pulse, scheme, palette: palettes[scheme], nowMs, answered }),
    [state, go, pulse, scheme, nowMs, answered],
  );
  useShortcuts(context);
  const look = link.isLost ? "is-stale" : undefined;
  const main = h("main", { id: "main", class: look }, h(AddressNotice, { misread }), viewOf(context));
  return h(
    PageContext.Provider,
    { value: context },
    h("a", { class: "skip", href: "#main" }, "to the content"),
    h("div", { class: "bars" }, h(TopBar, null), h(TimeControls, null)),
    main,
    h(LostBar, { link, asOfMs: clock.current.asOfMs }),
  );
}

/** A node's view is made anew for another node: nothing of the one before may be taken for the other's. */
function viewOf({ state }: PageContextValue): ComponentChild {
  if (state.view === "zones") return h(ZonesView, null);
  if (state.view === "node") return h(NodeView, { key: state.node });
  return h(OverviewView, null);
}
