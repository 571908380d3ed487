import { type ComponentChild, h } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { initialState } from "../state/address.ts";
import type { Answered } from "../state/asker.ts";
import { type LinkState, pollMs } from "../state/live-link.ts";
import { preciseTime } from "../state/times.ts";
import { Icon } from "./icon.ts";
import { PageContext } from "./page-context.ts";
import { StateLink } from "./state-link.ts";

/** So long it is said that the server is back. */
const backMs = 4_000;

const polledText = `No live events: too many listen, or they are held back. PinGo is asked every ${pollMs / 1_000} s.`;

const icons = { lost: "unreachable", polled: "unknown", back: "ok" } as const;

/** Says that the server is lost, and then that it is back; or that it gives no events. It lies over the page's foot, so that nothing jumps. */
export function LostBar({
  link,
  asOfMs,
}: {
  readonly link: LinkState;
  readonly asOfMs: number | undefined;
}): ComponentChild {
  const [wasLost, setWasLost] = useState(false);
  useEffect(() => {
    if (link.isLost) return setWasLost(true);
    const timer = setTimeout(() => setWasLost(false), backMs);
    return () => clearTimeout(timer);
  }, [link.isLost]);
  const shown = link.isLost ? "lost" : link.isPolled ? "polled" : wasLost ? "back" : undefined;
  const texts = { lost: lostText(link, asOfMs), polled: polledText, back: "PinGo answers again." };
  const bar = shown === undefined ? "" : texts[shown];
  const look = shown === undefined ? "lost-bar" : `lost-bar is-${shown}`;
  return h(
    "div",
    { class: look, role: link.isPolled ? "status" : "alert" },
    shown !== undefined && h(Icon, { name: icons[shown] }),
    h("span", null, bar),
  );
}

function lostText({ heardMs }: LinkState, asOfMs: number | undefined): string {
  const since = heardMs === undefined ? "No answer from PinGo." : `No answer from PinGo since ${preciseTime(heardMs)}.`;
  const asOf = asOfMs === undefined ? "" : ` What you see is as of ${preciseTime(asOfMs)}.`;
  return `${since}${asOf} Trying again every second.`;
}

/** Why there is nothing to be seen, or nothing newer; nothing where all is well. */
export function ProblemNotice({ answered }: { readonly answered: Answered<unknown> }): ComponentChild {
  const { problem, value } = answered;
  if (problem === undefined || (problem.kind === "silent" && value !== undefined)) return null;
  if (problem.kind === "refused" && problem.type === "no-history") return h(NoHistory, null);
  const isAsked = problem.kind === "refused" && problem.status < 500;
  return h(
    "div",
    { class: "notice", role: "alert" },
    h(
      "strong",
      null,
      problem.kind === "silent"
        ? "PinGo does not answer."
        : isAsked
          ? "That cannot be answered."
          : "PinGo cannot answer now.",
    ),
    h("p", null, problem.error || "no reason was given"),
    isAsked
      ? h(StateLink, { change: { ...initialState } }, "back to the overview")
      : h("p", { class: "muted" }, "It is asked again every two seconds."),
  );
}

/** A setting, and no trouble: nothing to wait for, and nothing red. */
function NoHistory(): ComponentChild {
  const { theme } = useContext(PageContext).state;
  return h(
    "div",
    { class: "notice notice-calm", role: "status" },
    h("strong", null, "This PinGo keeps no history."),
    h("p", null, "It runs with --history none: of what was, nothing can be shown."),
    h(StateLink, { change: { ...initialState, theme } }, "how every node is now"),
  );
}

/** A thin line at the top while something is loaded; it waits a moment, so that what is quick does not flicker. */
export function LoadingLine({ isLoading }: { readonly isLoading: boolean }): ComponentChild {
  return h("div", { class: isLoading ? "loading is-loading" : "loading", "aria-hidden": "true" });
}

/** In place of what is being loaded for the first time: as high as it will be. */
export function Skeleton({ rows }: { readonly rows: number }): ComponentChild {
  const bars = Array.from({ length: rows }, (_, row) =>
    h("div", { key: row, class: "row skeleton-row" }, h("i", null), h("i", null), h("i", null)),
  );
  return h("div", { class: "skeleton", role: "status", "aria-label": "loading" }, ...bars);
}

/** Where a question found nothing. */
export function Empty({ title, text }: { readonly title: string; readonly text: string }): ComponentChild {
  return h("div", { class: "empty" }, h("strong", null, title), h("p", null, text));
}
