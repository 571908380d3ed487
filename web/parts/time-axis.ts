import { type ComponentChild, h } from "preact";
import type { Range } from "../../src/api/v1.ts";
import { ticksOf } from "../state/ticks.ts";

const pxPerTick = 84;
/** A tick's text needs so much room at the end of an axis. */
const textPx = 44;

interface TimeAxisProps {
  readonly range: Range;
  readonly width: number;
  readonly nowMs: number;
}

/** The times above strips. What it says, each strip's own value says to those who do not see it. */
export function TimeAxis({ range, width, nowMs }: TimeAxisProps): ComponentChild {
  const { fromMs, toMs } = range;
  const leftOf = (atMs: number) => Math.round(((atMs - fromMs) * width) / (toMs - fromMs));
  const ticks = width === 0 ? [] : ticksOf(fromMs, toMs, width / pxPerTick);
  return h(
    "div",
    { class: "ticks", "aria-hidden": "true" },
    ...ticks
      .filter(({ atMs }) => leftOf(atMs) < width - textPx)
      .map(({ atMs, text, isDay }) =>
        h("span", { key: atMs, class: isDay ? "tick tick-day" : "tick", style: { left: `${leftOf(atMs)}px` } }, text),
      ),
    nowMs > fromMs &&
      nowMs <= toMs &&
      h("span", { key: "now", class: "tick-now", style: { left: `${leftOf(nowMs)}px` } }),
  );
}
