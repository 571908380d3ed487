import { type ComponentChild, h } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";
import { paintStrip } from "../draw/paint-strip.ts";
import type { Ink, Palette } from "../draw/palette.ts";
import { PageContext } from "./page-context.ts";

export interface LegendEntry {
  readonly text: string;
  /** From left to right: less to more. */
  readonly inks: readonly Ink[];
}

/** What colours mean, drawn as they are in the strips. */
export function Legend({ entries }: { readonly entries: readonly LegendEntry[] }): ComponentChild {
  return h(
    "ul",
    { class: "legend", "aria-label": "what the colours mean" },
    ...entries.map(({ text, inks }) => h("li", { key: text }, h(Swatch, { inks }), h("span", null, text))),
  );
}

/** The legend of heat. */
export function heatLegend({ inks }: Palette): LegendEntry[] {
  return [
    { text: "fine", inks: [inks.ok] },
    { text: "latency above the node\u2019s normal", inks: [inks.latency1, inks.latency2, inks.latency3] },
    { text: "SYN retransmits", inks: [inks.syn1, inks.syn2, inks.syn3] },
    { text: "handshakes lost: some, many, all", inks: [inks.loss1, inks.loss2, inks.loss3] },
    { text: "no data", inks: [inks.none] },
  ];
}

const cellPx = 15;
const heightPx = 13;

function Swatch({ inks }: { readonly inks: readonly Ink[] }): ComponentChild {
  const { palette } = useContext(PageContext);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context) return;
    const scale = devicePixelRatio;
    const surface = { width: inks.length * cellPx * scale, height: heightPx * scale, scale };
    canvas.current.width = surface.width;
    canvas.current.height = surface.height;
    paintStrip(context, surface, inks, palette);
  }, [inks, palette]);
  const style = { width: `${inks.length * cellPx}px`, height: `${heightPx}px` };
  return h("canvas", { class: "swatch", ref: canvas, style, "aria-hidden": "true" });
}
