import { parseSpan, parseTime } from "../../src/api/parse-time.ts";
import { liesAhead, measures, themes, views } from "./address.ts";
import { boundRange, formatRange, maxRangeMs, minRangeMs, parseRange } from "./ranges.ts";

/** Something in an address that the page does not understand. */
export interface Misread {
  /** What it saw, and what would do. */
  readonly trouble: string;
  readonly instead: string;
}

type Read = (said: string, nowMs: number) => Misread | undefined;

const anyText: Read = () => undefined;

const readers: Readonly<Record<string, Read>> = {
  view: wordIn("view", views, "the overview is shown"),
  at: readAt,
  range: readRange,
  measure: wordIn("measure", measures, "the worst of all is shown"),
  theme: wordIn("theme", themes, "light or dark is as the system has it"),
  table: wordIn("table", ["1", ""], "strips and charts are shown"),
  cluster: anyText,
  zone: anyText,
  node: anyText,
  search: anyText,
  open: anyText,
  folded: anyText,
};

/** What of an address is not as it says: a link that was cut off on its way must not pass for another. */
export function misreadIn(search: string, nowMs = Date.now()): Misread[] {
  const found: Misread[] = [];
  for (const [name, said] of new URLSearchParams(search)) {
    // Of what is none of ours the value may be anything, a token too.
    const misread = Object.hasOwn(readers, name)
      ? readers[name]?.(said, nowMs)
      : { trouble: `${quoted(name)} is no parameter of this page`, instead: "it is left out" };
    if (misread !== undefined) found.push(misread);
  }
  return found;
}

function readAt(said: string, nowMs: number): Misread | undefined {
  const ms = said === "now" ? 0 : parseTime(said);
  if (typeof ms === "number" && liesAhead(ms, nowMs)) {
    return { trouble: `at ${quoted(said)} lies ahead`, instead: "now is shown" };
  }
  return typeof ms === "number" ? undefined : { trouble: `at ${quoted(said)} ${ms}`, instead: "now is shown" };
}

function readRange(said: string): Misread | undefined {
  const bounds = `give ${formatRange(minRangeMs)} to ${formatRange(maxRangeMs)}`;
  const [ms, shownMs] = [parseSpan(said), parseRange(said)];
  if (ms === undefined || shownMs === undefined) {
    return {
      trouble: `range ${quoted(said)} is no length of time; ${bounds}`,
      instead: `${formatRange(3_600_000)} is shown`,
    };
  }
  if (ms === boundRange(ms)) return undefined;
  const side = ms < shownMs ? "short" : "long";
  return { trouble: `range ${quoted(said)} is too ${side}; ${bounds}`, instead: `${formatRange(shownMs)} is shown` };
}

function wordIn(name: string, words: readonly string[], instead: string): Read {
  const known = words.filter((word) => word !== "").join(", ");
  return (said) =>
    words.includes(said) ? undefined : { trouble: `${name} ${quoted(said)} is not known; give ${known}`, instead };
}

function quoted(text: string): string {
  return JSON.stringify(text.length > mostShown ? `${text.slice(0, mostShown)}\u2026` : text);
}

const mostShown = 60;
