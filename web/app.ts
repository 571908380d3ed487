import { type ComponentChild, Fragment, h } from "preact";
import { useCallback, useContext, useMemo, useRef } from "preact/hooks";
import type { Status } from "../src/api/v1.ts";
import { palettes } from "./draw/palette.ts";
import { AddressNotice } from "./parts/address-notice.ts";
import { HistoryNotice } from "./parts/history-notice.ts";
import { LostBar } from "./parts/notices.ts";
import { PageContext, type PageContextValue, PulseContext } from "./parts/page-context.ts";
import { PageFoot } from "./parts/page-foot.ts";
import { useShortcuts } from "./parts/shortcuts.ts";
import { TimeControls } from "./parts/time-controls.ts";
import { TopBar } from "./parts/top-bar.ts";
import { useAnswer } from "./parts/use-answer.ts";
import { useLive } from "./parts/use-live.ts";
import { usePageState } from "./parts/use-page-state.ts";
import { useScheme } from "./parts/use-scheme.ts";
import type { Misread } from "./state/misread.ts";
import { statusUrl } from "./state/questions.ts";
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
    () => ({ state, go, scheme, palette: palettes[scheme], nowMs, answered }),
    [state, go, scheme, nowMs, answered],
  );
  useShortcuts(context);
  const content = h(
    PageContext.Provider,
    { value: context },
    h("a", { class: "skip", href: "#main" }, "to the content"),
    h(Content, { misread, isStale: link.isLost }),
    h(LostBar, { link, asOfMs: clock.current.asOfMs }),
  );
  return h(PulseContext.Provider, { value: pulse }, content);
}

interface ContentProps {
  readonly misread: readonly Misread[];
  readonly isStale: boolean;
}

function Content({ misread, isStale }: ContentProps): ComponentChild {
  const context = useContext(PageContext);
  const status = useAnswer<Status>(statusUrl).value;
  const history = status?.history;
  // The status comes with each pulse: that alone is not to draw the view again.
  const latencyIs = status?.latencyIs ?? null;
  const view = useMemo(() => viewOf(context, latencyIs), [context, latencyIs]);
  const isPresentOnly = history?.kind === "none";
  const looks = [isStale ? "is-stale" : "", isPresentOnly ? "is-present-only" : ""];
  return h(
    Fragment,
    null,
    h("div", { class: "bars" }, h(TopBar, null), !isPresentOnly && h(TimeControls, null)),
    h(
      "main",
      { id: "main", class: looks.join(" ").trim() },
      h(AddressNotice, { misread }),
      history && h(HistoryNotice, { history }),
      view,
    ),
    status && h(PageFoot, { status }),
  );
}

/** A node's view is made anew for another node: nothing of the one before may be taken for the other's. */
function viewOf({ state }: PageContextValue, latencyIs: Status["latencyIs"]): ComponentChild {
  if (state.view === "zones") return h(ZonesView, null);
  if (state.view === "node") return h(NodeView, { key: state.node, latencyIs });
  return h(OverviewView, null);
}
