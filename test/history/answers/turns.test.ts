import assert from "node:assert/strict";
import { test } from "node:test";
import { turnsIn } from "../../../src/history/answers/turns.ts";
import type { EventScan, HistoryView } from "../../../src/history/model.ts";

const minuteMs = 1_795_000_020_000;

/** A history in which nothing happened but this: how many seconds into the minute, to which target, what. */
function viewOf(turns: readonly (readonly [second: number, id: number, kind: "down" | "up"])[]): HistoryView {
  const events = turns.map(([second, id, kind]) => ({
    atMs: minuteMs + second * 1_000,
    kind,
    key: String(id),
    result: kind === "down" ? "timeout" : null,
  }));
  const view = {
    events: ({ fromMs, toMs, keeps }: EventScan) => {
      const found = events.filter((event) => event.atMs >= fromMs && event.atMs < toMs && keeps(event as never));
      return { events: found.toReversed(), next: undefined };
    },
    target: (key: string) => ({ id: Number(key) }),
  };
  return view as unknown as HistoryView;
}

test("what turned before a moment is so since then, what turns after it was the other way", () => {
  const view = viewOf([
    [5, 1, "down"],
    [10, 2, "down"],
    [20, 2, "up"],
    [40, 3, "down"],
    [41, 4, "up"],
    [50, 1, "up"],
    [61, 5, "down"],
  ]);
  const turns = turnsIn(view, minuteMs + 30_000);
  assert.deepEqual(
    [...turns].toSorted(([a], [b]) => a - b),
    [
      [1, { isUp: false, sinceMs: minuteMs + 5_000, result: "timeout" }],
      [2, { isUp: true, sinceMs: minuteMs + 20_000, result: undefined }],
      [3, { isUp: true, sinceMs: undefined, result: undefined }],
      [4, { isUp: false, sinceMs: undefined, result: undefined }],
    ],
  );
});
