import type { Shade } from "../state/heat.ts";

/** How a cell of a strip is filled: a bar that stands on the strip's lower edge, on the ground of what is fine. */
export interface Ink {
  readonly fill: string;
  /** The bar's share of the strip's height. */
  readonly height: number;
  /** Drawn into runs that are wide enough, in `glyphColour`. */
  readonly glyph?: "cross" | "bars" | "peak";
  readonly glyphColour?: string;
}

/** Colours that are drawn rather than styled. */
export interface Palette {
  /** Of the page. */
  readonly page: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  /** Of hatching where there is no data; undefined where that is left blank. */
  readonly hatch: string | undefined;
  readonly inks: Readonly<Record<Shade, Ink>>;
  /** From nothing lost to all lost, and from quick to slow. */
  readonly lossScale: readonly Ink[];
  readonly latencyScale: readonly Ink[];
  /** The RTT's median by the share of handshakes lost, and its spread. */
  readonly median: { readonly ok: string; readonly loss: readonly [string, string, string] };
  readonly smoke: string;
  /** Of results, in the order of `results`. */
  readonly results: readonly [string, string, string, string, string, string];
}

export type Scheme = "light" | "dark";

/** Of the bars of the three levels. */
const heights = [0.5, 0.78, 1] as const;

/**
 * Each kind is a hue of its own, and each level darker (on a dark page: lighter) and higher than the one below it, so that
 * neither hue nor lightness nor form alone has to be told apart. A test holds them against simulated colour blindness.
 */
const light: Palette = {
  page: "#fdfdfc",
  text: "#16211f",
  muted: "#5c6a67",
  line: "#dfe5e2",
  hatch: undefined,
  inks: inksOf({
    ok: "#d3e7e1",
    latency: ["#b3b1ee", "#7a70d6", "#432f9c"],
    syn: ["#f3dc7c", "#e0b21b", "#a67c00"],
    loss: ["#f08a6b", "#cf3a1c", "#800f14"],
    glyph: "#ffffff",
  }),
  lossScale: scaleOf(["#d3e7e1", "#fbd0bd", "#f59d7c", "#ea7350", "#dc4a26", "#b3260f", "#7d0c0c"]),
  latencyScale: scaleOf(["#e3e6f6", "#cccdf2", "#b1aeea", "#9389de", "#7564cc", "#573fb0", "#3a2183"]),
  median: { ok: "#0f6b62", loss: ["#e2703f", "#c92f14", "#7d0c0c"] },
  smoke: "#1d4f59",
  results: ["#bfdcd3", "#b3260f", "#d9762b", "#7a4fc0", "#5a1230", "#8b9592"],
};

const dark: Palette = {
  page: "#101416",
  text: "#e5ebe9",
  muted: "#94a3a0",
  line: "#273033",
  hatch: "#2b3437",
  inks: inksOf({
    ok: "#1d3b37",
    latency: ["#4c48a0", "#8078e2", "#c5c0ff"],
    syn: ["#8d7a24", "#cdae3a", "#fbe894"],
    loss: ["#8f2d26", "#e8482c", "#ff9a86"],
    glyph: "#101416",
  }),
  lossScale: scaleOf(["#1d3b37", "#5a2a20", "#8f3823", "#c5452a", "#ea512f", "#ff7c5e", "#ffb5a3"]),
  latencyScale: scaleOf(["#22263f", "#302f63", "#443f8c", "#5f57b4", "#7f77d8", "#a39cf0", "#cfcaff"]),
  median: { ok: "#5fd0bf", loss: ["#f0936b", "#f4633f", "#ffb5a3"] },
  smoke: "#9cc9d2",
  results: ["#24514a", "#ea512f", "#e0a04a", "#a58bf0", "#d66a9b", "#7f8d8a"],
};

export const palettes: Readonly<Record<Scheme, Palette>> = { light, dark };

interface Hues {
  readonly ok: string;
  readonly latency: readonly [string, string, string];
  readonly syn: readonly [string, string, string];
  readonly loss: readonly [string, string, string];
  readonly glyph: string;
}

function inksOf({ ok, latency, syn, loss, glyph }: Hues): Record<Shade, Ink> {
  const marked = (fill: string, height: number, shape: NonNullable<Ink["glyph"]>): Ink => ({
    fill,
    height,
    glyph: shape,
    glyphColour: glyph,
  });
  return {
    none: { fill: "transparent", height: 0 },
    ok: { fill: ok, height: 1 },
    latency1: { fill: latency[0], height: heights[0] },
    latency2: marked(latency[1], heights[1], "peak"),
    latency3: marked(latency[2], heights[2], "peak"),
    syn1: { fill: syn[0], height: heights[0] },
    syn2: marked(syn[1], heights[1], "bars"),
    syn3: marked(syn[2], heights[2], "bars"),
    loss1: { fill: loss[0], height: heights[0] },
    loss2: marked(loss[1], heights[1], "cross"),
    loss3: marked(loss[2], heights[2], "cross"),
  };
}

function scaleOf(fills: readonly string[]): Ink[] {
  return fills.map((fill) => ({ fill, height: 1 }));
}
