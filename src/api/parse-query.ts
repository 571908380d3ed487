import { readPlace } from "./event-place.ts";
import { Fields } from "./fields.ts";
import { parseSpan, parseTime } from "./parse-time.ts";
import type { Problem } from "./problem.ts";
import { eventKinds, formats, type Question, type TimeQuery } from "./queries.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** A month; with the longest step that is as many columns as others have. */
export const longestRangeMs = 31 * dayMs;
export const defaultRangeMs = 3 * 3_600_000;

/** How many rows an answer has at the most, and where nothing is said. */
export const maxRows = { overview: 500, events: 1_000, targets: 1_000 } as const;
export const defaultRows = 100;
/** Of a file that says nothing else: all. */
const allRows = 1_000_000_000;
const maxOffset = 1_000_000;
const maxNameLength = 256;
/** Cluster, uid and address. */
const maxKeyLength = 1_024;

/** What a request's parameters ask, or what is wrong with them. `nowMs`: where a range ends that says nothing else. */
export function parseQuestion(ask: Question["ask"], params: URLSearchParams, nowMs: number): Question | Problem {
  const fields = new Fields(params);
  const question = readers[ask](fields, nowMs);
  const format = fields.oneOf("format", formats);
  fields.refuseOthers();
  if (fields.problems.length > 0) return { status: 400, problem: fields.problems.join("; ") };
  return format === undefined ? question : { ...question, format };
}

type Reader = (fields: Fields, nowMs: number) => Question;

const readers: Readonly<Record<Question["ask"], Reader>> = {
  overview: (fields, nowMs) => {
    const place = { ...readTime(fields, nowMs), ...readGroup(fields) };
    const nodes = fields.oneOf("nodes", ["sick", "all"]) ?? "sick";
    const query = { ...place, nodes, search: readName(fields, "search") };
    return { ask: "overview", query: { ...query, ...readPage(fields, maxRows.overview) } };
  },
  history: (fields, nowMs) => {
    const query = { ...readTime(fields, nowMs), key: fields.text("key", maxKeyLength), ...readGroup(fields) };
    if (query.key !== undefined && (query.cluster !== "" || query.zone !== undefined)) {
      fields.wrong("key", query.key, "names one target; leave cluster and zone out");
    }
    return { ask: "history", query };
  },
  zones: (fields, nowMs) => ({
    ask: "zones",
    query: { ...readTime(fields, nowMs), cluster: readName(fields, "cluster") },
  }),
  events: (fields, nowMs) => {
    const key = fields.text("key", maxKeyLength);
    const kinds = fields.someOf("kinds", eventKinds);
    const query = { ...readTime(fields, nowMs), key, ...readGroup(fields), kinds, before: readBefore(fields) };
    return { ask: "events", query: { ...query, limit: readLimit(fields, maxRows.events) } };
  },
  targets: (fields) => {
    const query = { cluster: readName(fields, "cluster"), search: readName(fields, "search") };
    return { ask: "targets", query: { ...query, ...readPage(fields, maxRows.targets) } };
  },
};

/** `from` and `to` (or `at`, as an address of the page has it), or one of them and `range`. */
function readTime(fields: Fields, nowMs: number): TimeQuery {
  const [from, to] = [fields.parsed("from", parseTime), readEnd(fields)];
  const range = fields.parsed("range", parseRange);
  if (from !== undefined && to !== undefined && range !== undefined) {
    fields.problems.push("from, to and range are one too many; leave one out");
  }
  const toMs = to ?? (from !== undefined && range !== undefined ? from + range : nowMs);
  const fromMs = from ?? toMs - (range ?? defaultRangeMs);
  if (fromMs >= toMs) {
    fields.problems.push(`the range begins at ${iso(fromMs)} and ends at ${iso(toMs)}; let it begin before it ends`);
  } else if (toMs - fromMs > longestRangeMs) {
    const days = Math.ceil((toMs - fromMs) / dayMs);
    fields.problems.push(`the range has ${days} days; ask for ${longestRangeMs / dayMs} at the most`);
  }
  return { fromMs, toMs };
}

function readEnd(fields: Fields): number | undefined {
  const [to, at] = [fields.parsed("to", parseTime), fields.parsed("at", parseTime)];
  if (to !== undefined && at !== undefined) fields.problems.push("to and at are the same; leave one out");
  return to ?? at;
}

function parseRange(text: string): number | string {
  const ms = parseSpan(text);
  if (ms !== undefined && ms >= minuteMs && ms <= longestRangeMs) return ms;
  return "is no range; give one from 1m to 31d, as 15m, 3h or 7d";
}

function readGroup(fields: Fields) {
  return { cluster: readName(fields, "cluster"), zone: fields.text("zone", maxNameLength) };
}

function readName(fields: Fields, name: string): string {
  return fields.text(name, maxNameLength) ?? "";
}

function readPage(fields: Fields, most: number) {
  return { offset: fields.whole("offset", 0, maxOffset) ?? 0, limit: readLimit(fields, most) };
}

function readLimit(fields: Fields, most: number): number {
  return fields.whole("limit", 1, most) ?? (fields.isFile ? allRows : defaultRows);
}

function readBefore(fields: Fields): string | undefined {
  return fields.parsed("before", (text) =>
    readPlace(text) === undefined ? "is no place in the events; give `next` of an answer, as it was" : { text },
  )?.text;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
