import { type ComponentChild, h } from "preact";
import { useContext } from "preact/hooks";
import { formatRange, moved, rangesMs, stretched, type TimeWindow } from "../state/ranges.ts";
import { isSameDay, moment, roughly, span, zoneName } from "../state/times.ts";
import { Icon } from "./icon.ts";
import { PageContext } from "./page-context.ts";

/** What of time is shown: how long, until when; and whether it goes on. */
export function TimeControls(): ComponentChild {
  const { state, go, nowMs } = useContext(PageContext);
  const isNow = state.atMs === undefined;
  const move = (lengths: number) => go(moved(state, lengths, nowMs()));
  return h(
    "div",
    { class: "time-controls", role: "group", "aria-label": "time" },
    h(
      "div",
      { class: "segments", role: "group", "aria-label": "range" },
      ...rangesMs.map((ms) => rangeButton(ms, state, go)),
    ),
    h(
      "div",
      { class: "segments" },
      iconButton("back", "earlier", () => move(-0.5)),
      h(
        "button",
        {
          type: "button",
          class: isNow ? "now is-now" : "now",
          "aria-pressed": isNow,
          onClick: () => go({ atMs: undefined }),
        },
        h("span", { class: "now-dot", "aria-hidden": "true" }),
        isNow ? "live" : "now",
      ),
      iconButton("forward", "later", () => move(0.5), isNow),
    ),
    h("span", { class: "window" }, windowText(state, nowMs())),
  );
}

function rangeButton(ms: number, state: TimeWindow, go: (change: Partial<TimeWindow>) => void): ComponentChild {
  const isChosen = ms === state.rangeMs;
  const props = { type: "button", "aria-pressed": isChosen, title: `the last ${roughly(ms)}` } as const;
  return h("button", { key: ms, ...props, onClick: () => go({ rangeMs: ms }) }, formatRange(ms));
}

function iconButton(name: "back" | "forward", label: string, act: () => void, disabled = false): ComponentChild {
  return h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, disabled, onClick: act },
    h(Icon, { name }),
  );
}

/** What is shown, in words. Of now it says how long only: it would change all the time. */
function windowText({ atMs, rangeMs }: TimeWindow, nowMs: number): string {
  const endMs = atMs ?? nowMs;
  const fromMs = endMs - rangeMs;
  const zone = zoneName(endMs);
  if (atMs === undefined) return `since ${moment(fromMs, nowMs)} ${zone}`;
  return isSameDay(fromMs, nowMs) ? `${span(fromMs, atMs, nowMs)} ${zone}` : `${span(fromMs, atMs, 0)} ${zone}`;
}

/** Zooms about the middle; what goes on keeps its end. */
export function zoomBy(state: TimeWindow, factor: number, nowMs: number): TimeWindow {
  return stretched(state, factor, nowMs);
}
