import type { Result } from "../../outcome.ts";
import type { HistoryView } from "../model.ts";

/** How a target was at a moment, by what it did within the minute that holds it. */
export interface Turn {
  readonly isUp: boolean;
  /** Since when; undefined where that was before the minute. */
  readonly sinceMs: number | undefined;
  /** How it failed; undefined where it answered, and where that was told before the minute. */
  readonly result: Result | undefined;
}

const minuteMs = 60_000;
/** In a minute in which more happened, the heat of that minute has to do for the rest. */
const turnsAtMost = 20_000;

/** The targets, by id, that stopped or began to answer in the minute of `atMs`: a minute's heat cannot tell when in it. */
export function turnsIn(view: HistoryView, atMs: number): ReadonlyMap<number, Turn> {
  const fromMs = Math.floor(atMs / minuteMs) * minuteMs;
  const { events } = view.events({
    fromMs,
    toMs: fromMs + minuteMs,
    before: undefined,
    limit: turnsAtMost,
    id: undefined,
    keeps: ({ kind }) => kind === "down" || kind === "up",
  });
  const turns = new Map<number, Turn>();
  for (const { key, kind, atMs: turnedMs, result } of events.toReversed()) {
    const id = view.target(key)?.id;
    if (id === undefined) continue;
    const isUp = kind === "up";
    if (turnedMs <= atMs) turns.set(id, { isUp, sinceMs: turnedMs, result: isUp ? undefined : (result ?? undefined) });
    // Until the first that came after, it was as it was not thereafter.
    else if (!turns.has(id)) turns.set(id, { isUp: !isUp, sinceMs: undefined, result: undefined });
  }
  return turns;
}
