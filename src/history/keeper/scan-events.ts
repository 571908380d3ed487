import { readPlace, writePlace } from "../../api/event-place.ts";
import { stepsMs } from "../../api/queries.ts";
import type { HistoryEvent } from "../../api/v1.ts";
import type { EventScan, KnownTarget } from "../model.ts";
import type { ChangeRow } from "../store/store.ts";
import { eventOfChange, eventsOfHandshake, type ToldChange } from "./event-text.ts";
import type { ReadHandshake } from "./minute-handshakes.ts";

/** A minute, and what it took to find it, in events that could have been looked at instead. */
export interface FoundMinute {
  readonly startMs: number;
  readonly records: readonly ReadHandshake[];
  readonly effort: number;
}

/** Where events come from. */
export interface EventSource {
  /**
   * The handshakes that are told of in the last minute before `beforeMs` that has any; of one target where the question is
   * of one. Perhaps an empty minute, where there was much to look through. Undefined where there is no earlier one, or
   * none in the time that is asked for.
   */
  readonly minuteBefore: (beforeMs: number) => FoundMinute | undefined;
  /** The newest first, from `toMs` (left out) back to `fromMs`. */
  readonly changes: (fromMs: number, toMs: number, of: KnownTarget | undefined) => Iterable<ChangeRow>;
  readonly known: (id: number) => KnownTarget | undefined;
}

/** So much is looked at for one answer, however little of it fits; the next one goes on from there. */
const effortAtMost = 40_000;

const beginning = { atMs: Number.MAX_SAFE_INTEGER, seen: 0 };

/** An event, or the end of a minute that was opened: nothing after it is younger. */
interface Seen {
  readonly atMs: number;
  readonly event: HistoryEvent | undefined;
  readonly effort: number;
}

/** The newest first. A place is a moment and how many of its events were seen: no event is told twice, or left out. */
export function scanEvents(
  source: EventSource,
  { fromMs, toMs, before, limit, id, keeps }: EventScan,
): { events: HistoryEvent[]; next: string | undefined } {
  const place = (before === undefined ? undefined : readPlace(before)) ?? beginning;
  const endMs = Math.min(toMs, place.atMs + 1);
  const events: HistoryEvent[] = [];
  let effort = 0;
  let [lastMs, ofLast] = [Number.POSITIVE_INFINITY, 0];
  for (const { atMs, event, effort: taken } of newestFirst(source, fromMs, endMs, id)) {
    if (events.length >= limit || effort > effortAtMost)
      return { events, next: writePlace({ atMs: lastMs, seen: ofLast }) };
    if (atMs !== lastMs) [lastMs, ofLast] = [atMs, 0];
    effort += taken;
    if (event === undefined) continue;
    ofLast++;
    if (atMs === place.atMs && ofLast <= place.seen) continue;
    if (keeps(event)) events.push(event);
  }
  return { events, next: undefined };
}

/** Both kinds in one order. */
function* newestFirst(source: EventSource, fromMs: number, toMs: number, id: number | undefined): Generator<Seen> {
  const of = id === undefined ? undefined : source.known(id);
  const changes = changesDown(source, fromMs, toMs, of)[Symbol.iterator]();
  let change = changes.next();
  for (const seen of handshakesDown(source, fromMs, toMs)) {
    for (; change.done !== true && change.value.atMs > seen.atMs; change = changes.next()) yield change.value;
    yield seen;
  }
  for (; change.done !== true; change = changes.next()) yield change.value;
}

function* changesDown(source: EventSource, fromMs: number, toMs: number, of: KnownTarget | undefined): Generator<Seen> {
  for (const change of source.changes(fromMs, toMs, of)) {
    // A node's change is each of its targets'; a target's only its own.
    if (!isTold(change)) continue;
    if (of !== undefined && change.id !== undefined && change.id !== of.id) continue;
    const known = change.id === undefined ? undefined : source.known(change.id);
    yield { atMs: change.atMs, event: eventOfChange(change, known), effort: 1 };
  }
}

function isTold(change: ChangeRow): change is ToldChange {
  return change.kind !== "api up";
}

function* handshakesDown(source: EventSource, fromMs: number, toMs: number): Generator<Seen> {
  const minuteMs = stepsMs[0];
  let minute = source.minuteBefore(Math.ceil(toMs / minuteMs) * minuteMs);
  while (minute !== undefined && minute.startMs + minuteMs > fromMs) {
    const { startMs, records, effort } = minute;
    yield { atMs: Math.min(startMs + minuteMs, toMs) - 1, event: undefined, effort };
    for (const record of records.toSorted((a, b) => b.atMs - a.atMs || b.id - a.id)) {
      const atMs = startMs + record.atMs;
      const known = source.known(record.id);
      if (atMs < fromMs || atMs >= toMs || known === undefined) continue;
      for (const event of eventsOfHandshake(record, startMs, known)) yield { atMs, event, effort: 1 };
    }
    minute = source.minuteBefore(startMs);
  }
}
