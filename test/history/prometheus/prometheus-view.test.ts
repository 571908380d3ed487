import assert from "node:assert/strict";
import { test } from "node:test";
import type { HistoryEvent } from "../../../src/api/v1.ts";
import { nothingRead, PrometheusView } from "../../../src/history/prometheus/prometheus-view.ts";

const nowMs = Date.UTC(2026, 10, 26, 12);

function event(agoMs: number, node: string): HistoryEvent {
  const none = { result: null, text: "", synSent: null, connectUs: null, target: "", key: "", zone: "" };
  return { ...none, atMs: nowMs - agoMs, kind: "ready", cluster: "a", node };
}

const happened = [event(0, "e"), event(1_000, "d"), event(1_000, "c"), event(1_000, "b"), event(9_000, "a")];

function page(events: readonly HistoryEvent[], before: string | undefined, limit: number) {
  const view = new PrometheusView({ ...nothingRead, nowMs, events });
  const keeps = ({ node }: HistoryEvent) => node !== "d";
  const found = view.events({ fromMs: 0, toMs: nowMs + 1, before, limit, id: undefined, keeps });
  return { nodes: found.events.map(({ node }) => node), next: found.next };
}

test("events are read on from a moment, whatever has happened since", () => {
  const first = page(happened, undefined, 2);
  assert.deepEqual(first, { nodes: ["e", "c"], next: `${nowMs - 1_000}:2` });
  const later = [event(-5_000, "g"), event(-1_000, "f"), ...happened];
  assert.deepEqual(page(later, first.next, 2), { nodes: ["b", "a"], next: undefined });
});

test("events of one moment are each told once", () => {
  const read: string[] = [];
  let before: string | undefined;
  do {
    const { nodes, next } = page(happened, before, 1);
    read.push(...nodes);
    before = next;
  } while (before !== undefined);
  assert.deepEqual(read, ["e", "c", "b", "a"]);
});
