import type { Heat } from "../../src/api/v1.ts";

/** What a cell shows. The figure is the level: 1 some, 2 much, 3 the worst. */
export type Shade =
  | "none"
  | "ok"
  | "latency1"
  | "latency2"
  | "latency3"
  | "syn1"
  | "syn2"
  | "syn3"
  | "loss1"
  | "loss2"
  | "loss3";

const kinds = ["latency", "syn", "loss"] as const;

/** How `Heat` is to be shown; a kind or level that this page does not know of is the worst it does know. */
export function shadeOf(heat: Heat | undefined): Shade {
  if (heat === null || heat === undefined) return "none";
  if (heat <= 0) return "ok";
  const kind = kinds[Math.min(Math.floor(heat / 10), kinds.length) - 1] ?? "latency";
  const level = Math.min(Math.max(heat % 10, 1), 3) as 1 | 2 | 3;
  return `${kind}${level}`;
}

export const shadeWords: Readonly<Record<Shade, string>> = {
  none: "no data",
  ok: "fine",
  latency1: "slower than its normal",
  latency2: "much slower than its normal",
  latency3: "far slower than its normal",
  syn1: "some SYN retransmits",
  syn2: "many SYN retransmits",
  syn3: "most SYNs sent again",
  loss1: "some handshakes lost",
  loss2: "many handshakes lost",
  loss3: "nothing came through",
};

/** Columns next to each other that show the same. `to` is the first column after it. */
export interface Run {
  readonly from: number;
  readonly to: number;
  readonly shade: Shade;
}

export function runsOf(shades: readonly Shade[]): Run[] {
  const runs: Run[] = [];
  for (let from = 0; from < shades.length; ) {
    const shade = shades[from] as Shade;
    let to = from + 1;
    while (shades[to] === shade) to++;
    runs.push({ from, to, shade });
    from = to;
  }
  return runs;
}

/** The runs of trouble, which a table lists. */
export function troubles(shades: readonly Shade[]): Run[] {
  return runsOf(shades).filter(({ shade }) => shade !== "ok" && shade !== "none");
}
