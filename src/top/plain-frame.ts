import { asciiOnly } from "./cells.ts";
import { plainInk } from "./ink.ts";
import { listLines } from "./list-frame.ts";
import type { TopState } from "./state.ts";

const legend = ". fine  l latency  s SYN retransmits  x loss  capitals: the worst of it  (nothing: no data)";

/** The list once, for a pipe or a terminal that takes nothing but text: no cursor, and letters for what colours would say. */
export function plainFrame(state: TopState, isAscii = false): string {
  const lines = listLines({ ...state, chosen: undefined }, { ink: plainInk, heat: "letters" });
  const bare = lines.map((line) => line.replace(/^> /, "  ").trimEnd());
  return `${(isAscii ? bare.map(asciiOnly) : bare).join("\n")}\n${legend}\n`;
}
