import { isProblem, type Problem } from "../../../api/problem.ts";
import type { EventsQuery, OverviewQuery, Question, TargetsQuery } from "../../../api/queries.ts";
import { rangeOf, type SteppedRange } from "../../../api/range.ts";
import type { EventsAnswer } from "../../../api/v1.ts";
import type { HistoryView, KnownTarget } from "../../model.ts";
import { answer } from "../answer.ts";
import { readHeat } from "../heat-columns.ts";
import { Moment } from "../moment.ts";
import { compareByZone, comparePlaces, type Placed } from "../node-order.ts";
import { nodeRow, place } from "../overview.ts";
import { rosterOf, type Zone } from "../roster.ts";
import { sortSlice } from "../sort-slice.ts";
import { askedTargets, factsNow, lastHour } from "../targets.ts";
import { Trouble } from "../trouble.ts";
import { unknownPlaceOf } from "../unknown-place.ts";
import { tables } from "./tables.ts";
import { joinLines } from "./write-csv.ts";

/** What is done at once: a few milliseconds' work. */
const columnsAtOnce = 16;
const targetsAtOnce = 4_096;
const nodesAtOnce = 32;
/** Nodes that are brought into their order at once: for each such row all others are looked at. */
const sortedAtOnce = 2_048;
const factsAtOnce = 1_000;
const eventsAtOnce = 1_000;

/** Lines; none where there was only work to be done on the way to them. */
type Lines = readonly string[];

/**
 * An answer as CSV, part by part: however many rows it has, none keeps anybody waiting for long, and it is never whole.
 * Rows of nodes are of one moment; that of a target is as it was when it was written.
 */
export function csvParts(view: HistoryView, question: Question): Iterable<string> | Problem {
  const unknown = unknownPlaceOf(view, question.query);
  if (unknown !== undefined) return unknown;
  const { ask, query } = question;
  if (ask === "overview") return written("overview", overviewLines(view, query));
  if (ask === "targets") return written("targets", targetsLines(view, query));
  const given = answer(view, ask === "events" ? { ask, query: pageOf(query, undefined, 0) } : question);
  if (isProblem(given)) return given;
  if ("events" in given) return written("events", eventsLines(view, query as EventsQuery, given));
  const table = tables[ask as "history" | "zones"];
  return written(ask, [table.lines(given as never)]);
}

function* written(ask: Question["ask"], parts: Iterable<Lines>): Generator<string> {
  yield joinLines([tables[ask].names.join(",")]);
  for (const lines of parts) yield joinLines(lines);
}

function* overviewLines(view: HistoryView, query: OverviewQuery): Generator<Lines> {
  const range = rangeOf(query);
  const { all, ids } = rosterOf(view, range, query.toMs, query.cluster);
  const columns: (Uint8Array | undefined)[] = [];
  for (const part of partsOf(range)) {
    columns.push(...readHeat(view, part));
    yield [];
  }
  const moment = new Moment(view, range, query.toMs, columns, ids);
  const trouble = new Trouble(columns, range.stepMs, ids);
  yield [];
  const placed: Placed[] = [];
  for (const some of inPieces(all)) {
    placed.push(...place([some], query, moment, trouble));
    yield [];
  }
  const end = Math.min(placed.length, query.offset + query.limit);
  for (const rows of sorted(placed, query.offset, end, sortedAtOnce, comparePlaces)) {
    for (let first = 0; first < rows.length; first += nodesAtOnce) {
      const nodes = rows.slice(first, first + nodesAtOnce).map(({ known }) => nodeRow(view, moment, columns, known));
      yield tables.overview.lines({ range, nodes });
    }
  }
}

function* targetsLines(view: HistoryView, query: TargetsQuery): Generator<Lines> {
  const asked = askedTargets(view, query);
  let hour = lastHour(view);
  yield [];
  const end = Math.min(asked.length, query.offset + query.limit);
  for (const page of sorted(asked, query.offset, end, factsAtOnce, compareByZone)) {
    if (view.nowMs > hour.range.toMs) {
      // Whoever reads slowly: minutes went by, of which it knows nothing.
      hour = lastHour(view);
      yield [];
    }
    const own = page.map((known) => asNow(view, known));
    yield tables.targets.lines({ targets: own.map(factsNow(view, own, hour)) });
  }
}

/** Who is forgotten has left: its id may be another's by now. */
function asNow(view: HistoryView, known: KnownTarget): KnownTarget {
  const now = view.target(known.target.key);
  return now?.id === known.id ? now : { ...known, leftMs: known.leftMs ?? view.nowMs };
}

function* eventsLines(view: HistoryView, query: EventsQuery, first: EventsAnswer): Generator<Lines> {
  let [given, read]: [EventsAnswer | Problem, number] = [first, 0];
  // What was asked for is known by now; it may be forgotten before the end.
  while (!isProblem(given)) {
    yield tables.events.lines(given);
    read += given.events.length;
    if (given.next === null || read >= query.limit) return;
    given = answer(view, { ask: "events", query: pageOf(query, given.next, read) });
  }
}

function pageOf(query: EventsQuery, before: string | undefined, read: number): EventsQuery {
  const limit = Math.min(eventsAtOnce, query.limit - read);
  return { ...query, before: before ?? query.before, limit };
}

function* partsOf({ fromMs, toMs, stepMs }: SteppedRange): Generator<SteppedRange> {
  const lengthMs = columnsAtOnce * stepMs;
  for (let at = fromMs; at < toMs; at += lengthMs) {
    const end = Math.min(at + lengthMs, toMs);
    yield { fromMs: at, toMs: end, stepMs, columns: (end - at) / stepMs };
  }
}

function* inPieces(zones: readonly Zone[]): Generator<Zone> {
  for (const { targets, ...zone } of zones) {
    for (let first = 0; first < targets.length; first += targetsAtOnce) {
      yield { ...zone, targets: targets.slice(first, first + targetsAtOnce) };
    }
  }
}

/** In order, so many at once. */
function* sorted<T>(items: T[], from: number, to: number, atOnce: number, compare: (a: T, b: T) => number) {
  for (let first = from; first < to; first += atOnce) {
    yield sortSlice(items, first, Math.min(first + atOnce, to), compare);
  }
}
