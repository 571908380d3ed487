import { cut } from "./cells.ts";
import type { Look } from "./frame.ts";
import { sparkline } from "./sparkline.ts";
import type { TopState } from "./state.ts";

const keys: readonly (readonly [string, string])[] = [
  ["q, Ctrl-C", "end; q goes back from here and from a node"],
  ["arrows, j, k", "one row down, up"],
  ["PgUp, PgDn, b, space", "a page"],
  ["Home, End, g, G", "first and last row"],
  ["Enter", "a node's facts and what happened to it"],
  ["/", "filter by node, address; Enter keeps it, Esc ends it"],
  ["s", "sort by trouble, name, loss, RTT"],
  ["a", "nodes with trouble in the range, or all"],
  ["r, R", "longer range, shorter one"],
  ["Ctrl-L", "draw everything again"],
  ["Ctrl-Z", "stop for a while; fg goes on"],
];

/** What the sparkline's signs mean: fine, and the worst of each kind. */
const legend = [
  [0, "fine"],
  [13, "latency far above the node's own normal"],
  [23, "SYN retransmits"],
  [33, "loss: no handshake came through"],
] as const;

export function helpLines({ columns }: TopState, { ink, heat }: Look): string[] {
  const width = Math.max(...keys.map(([key]) => key.length));
  return [
    ink("strong", cut("pingo top", columns)),
    "",
    ...keys.map(([key, meaning]) => cut(`  ${key.padEnd(width)}  ${meaning}`, columns)),
    "",
    cut("Each node's line shows its time, now at the right; what is higher is worse:", columns),
    ...legend.map(([value, meaning]) => `  ${sparkline([value], 1, heat, ink)}  ${cut(meaning, columns - 5)}`),
    "",
    cut("Times are in UTC.", columns),
  ];
}
