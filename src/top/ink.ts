import type { Condition, Heat } from "../api/v1.ts";

/** What colour means on the screen, not which colour it is. */
export const inks = ["fine", "latency", "retransmit", "loss", "quiet", "strong", "chosen"] as const;
export type InkName = (typeof inks)[number];
export type Ink = (name: InkName, text: string) => string;

/** The terminal's own sixteen colours, so that they fit its theme; red, yellow and cyan are told apart by the colour-blind. */
const codes: Readonly<Record<InkName, string>> = {
  fine: "32",
  latency: "36",
  retransmit: "33",
  loss: "31",
  quiet: "2",
  strong: "1",
  chosen: "7",
};

/** Each ends with a full reset: a chosen line is put together of parts that are not styled otherwise. */
export const colourInk: Ink = (name, text) => (text === "" ? "" : `\u001b[${codes[name]}m${text}\u001b[0m`);
export const plainInk: Ink = (_name, text) => text;

const ofConditions: Readonly<Record<Condition, InkName>> = {
  ok: "fine",
  degraded: "retransmit",
  unreachable: "loss",
  unknown: "quiet",
};

export function inkOfCondition(condition: Condition): InkName {
  return ofConditions[condition] ?? "quiet";
}

/** By kind of heat; see Heat in api/v1.ts. */
const ofKinds: readonly InkName[] = ["fine", "latency", "retransmit", "loss"];

export function inkOfHeat(heat: Heat): InkName {
  return heat === null ? "quiet" : (ofKinds[Math.floor(heat / 10)] ?? "quiet");
}
