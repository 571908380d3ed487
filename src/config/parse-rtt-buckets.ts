import { defaultBoundsUs } from "../metrics/histogram/bucket-bounds.ts";
import { type Parsed, quote } from "./values.ts";

const usPerUnit: Record<string, number> = { us: 1, ms: 1_000, s: 1_000_000, "": 1_000_000 };
const maxUs = 120_000_000;
/** Each costs a series for every target. */
const maxBuckets = 100;
const would = "write bounds that rise, from 1us to 120s, e.g. 100us,1ms,10ms, or none, or default (50us to 10s)";

/** Bounds of buckets as `100us,1ms,0.5` (seconds), `none` or `default`; gives microseconds. */
export function parseRttBuckets(text: string): Parsed<readonly number[]> {
  if (text.trim() === "default") return { value: defaultBoundsUs };
  if (text.trim() === "none") return { value: [] };
  const bounds: number[] = [];
  for (const word of text.split(",")) {
    const us = parseTime(word.trim());
    if (us === undefined) return { problem: `${quote(word.trim())} is no time; ${would}` };
    if (us < 1 || us > maxUs) return { problem: `${quote(word.trim())} is out of bounds; ${would}` };
    if (us <= (bounds.at(-1) ?? 0)) return { problem: `${quote(word.trim())} is not above the one before; ${would}` };
    bounds.push(us);
  }
  if (bounds.length > maxBuckets) return { problem: `has ${bounds.length} bounds; ${maxBuckets} are the most` };
  return { value: bounds };
}

function parseTime(word: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,9})?)(us|ms|s|)$/.exec(word);
  if (match === null) return undefined;
  // The decimals of a unit are no binary fractions: what is not a whole number of nanoseconds is their rounding.
  return Math.round(Number(match[1]) * (usPerUnit[match[2] ?? ""] as number) * 1_000) / 1_000;
}
