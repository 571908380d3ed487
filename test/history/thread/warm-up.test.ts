import assert from "node:assert/strict";
import { test } from "node:test";
import { WarmUp } from "../../../src/history/thread/warm-up.ts";
import { FakeHistoryView, minuteMs } from "../../support/fake-history-view.ts";

/** A view that says when it is read, with what is kept since so many minutes. */
function watched(minutes: number | undefined): { view: FakeHistoryView; read: () => number } {
  const view = new FakeHistoryView();
  view.add({ node: "n" });
  view.sinceMs = minutes === undefined ? undefined : view.nowMs - minutes * minuteMs;
  let reads = 0;
  const { heat, buckets } = view;
  view.heat = (...of) => {
    reads++;
    return heat.apply(view, of);
  };
  view.buckets = (...of) => {
    reads++;
    return buckets.apply(view, of);
  };
  return { view, read: () => reads };
}

function stepsOf(warmUp: WarmUp): number {
  let steps = 0;
  while (warmUp.step()) steps++;
  return steps;
}

test("a history that is opened is asked some questions, one a step, and no more thereafter", () => {
  const { view, read } = watched(60);
  const warmUp = new WarmUp(view);
  assert.equal(warmUp.step(), true);
  const first = read();
  assert.ok(first > 0);
  const steps = stepsOf(warmUp);
  assert.ok(steps >= 2 && steps < 12, `${steps} steps`);
  assert.ok(read() > first);
  assert.equal(warmUp.step(), false);
});

test("one that has just begun is asked once there is a minute of it", () => {
  const { view, read } = watched(undefined);
  const warmUp = new WarmUp(view);
  assert.equal(warmUp.step(), false);
  view.sinceMs = view.nowMs - minuteMs / 2;
  assert.equal(warmUp.step(), false);
  assert.equal(read(), 0);
  view.sinceMs = view.nowMs - minuteMs;
  assert.equal(warmUp.step(), true);
});

test("one that cannot be read ends nothing", () => {
  const { view } = watched(60);
  view.heat = () => {
    throw new Error("disk I/O error");
  };
  assert.ok(stepsOf(new WarmUp(view)) >= 3);
});
