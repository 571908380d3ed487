import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { field, packed, recordLength, tenthsPerUs } from "../../../src/history/recording/record-batch.ts";
import { Recorder } from "../../../src/history/recording/recorder.ts";
import type { Order } from "../../../src/history/thread/protocol.ts";
import type { Outcome } from "../../../src/outcome.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { makeNode } from "../../support/make-node.ts";
import { makeTarget } from "../../support/make-target.ts";

const a = makeTarget({ node: "a", address: "192.0.2.1:10250" });
const b = makeTarget({ node: "b", address: "192.0.2.2:10250" });
const reply: Outcome = { probe: "tcp", path: 0, startedMs: 0, result: "ok", rttUs: 412, connectUs: 431.6, synSent: 1 };

/** A recorder and what it sends. `hears`: whether there is a keeper. */
function setUp() {
  const clock = new FakeClock();
  const messages: (readonly Order[])[] = [];
  const keeper = { hears: true, answers: true };
  const recorder = new Recorder({
    clock,
    post: (orders) => {
      if (!keeper.hears) return false;
      messages.push(structuredClone(orders));
      if (keeper.answers) queueMicrotask(() => recorder.taken());
      return true;
    },
  });
  recorder.start();
  const orders = () => messages.flat();
  return { clock, recorder, messages, orders, keeper };
}

function recordsOf(orders: readonly Order[]): number[][] {
  return orders.flatMap((order) => {
    if (order.order !== "records") return [];
    const { records } = order;
    return Array.from({ length: records.length / recordLength }, (_, index) => [
      ...records.subarray(index * recordLength, (index + 1) * recordLength),
    ]);
  });
}

describe("Recorder", () => {
  test("hands handshakes on within 250 ms, each with all that counts", async () => {
    const { clock, recorder, orders } = setUp();
    recorder.added(a, undefined);
    recorder.ended(a, reply, true);
    await clock.advance(100);
    recorder.ended(a, { probe: "tcp", path: 0, startedMs: 0, result: "timeout", code: "DEADLINE", synSent: 3 }, false);
    assert.deepEqual(recordsOf(orders()), []);
    await clock.advance(150);
    const [first, second] = recordsOf(orders()) as [number[], number[]];
    assert.deepEqual([first[field.latency], first[field.connectUs], first[field.synSent]], [412 * tenthsPerUs, 432, 1]);
    assert.equal(packed.isNews(first[field.what] as number), true);
    assert.deepEqual([second[field.latency], second[field.connectUs], second[field.synSent]], [-1, -1, 3]);
    assert.equal(packed.isNews(second[field.what] as number), false);
    const code = orders().find((order) => order.order === "code");
    assert.deepEqual(code, { order: "code", code: packed.code(second[field.what] as number), name: "DEADLINE" });
    recorder.stop();
  });

  test("takes the connect time for latency only where no engine could see a round trip", () => {
    const { recorder, orders } = setUp();
    recorder.added(a, undefined);
    const { rttUs: _, ...unseen } = reply;
    recorder.ended(a, { ...unseen, synSent: 2 }, true);
    recorder.ended(a, { ...unseen, synSent: 1 }, true);
    recorder.ended(a, { ...unseen, synSent: undefined }, true);
    recorder.flush();
    assert.deepEqual(
      recordsOf(orders()).map((record) => record[field.latency]),
      [-1, -1, 4_316],
    );
    recorder.stop();
  });

  test("keeps the order of targets and their handshakes, so that a slot can be another's", () => {
    const { recorder, orders } = setUp();
    recorder.added(a, undefined);
    recorder.ended(a, reply, true);
    recorder.removed(a);
    recorder.added(b, a);
    recorder.ended(b, reply, true);
    recorder.ended(a, reply, true);
    recorder.flush();
    assert.deepEqual(
      orders().map(({ order }) => order),
      ["added", "records", "removed", "added", "records"],
    );
    const [first, second] = recordsOf(orders()) as [number[], number[]];
    assert.equal(first[field.slot], second[field.slot]);
    assert.equal(recordsOf(orders()).length, 2, "a target that is gone has no handshakes");
    recorder.stop();
  });

  test("says only what is new of nodes and APIs", () => {
    const { recorder, orders } = setUp();
    const node = makeNode({ name: "a" });
    recorder.node("test", node);
    recorder.node("test", { ...node, taints: [{ key: "x", value: "", effect: "NoSchedule" }] });
    recorder.node("test", { ...node, unschedulable: true });
    recorder.nodeGone("test", "a");
    recorder.nodeGone("test", "a");
    recorder.api("test", true, "");
    recorder.api("test", true, "");
    recorder.flush();
    assert.deepEqual(
      orders().map(({ order }) => order),
      ["node", "node", "node gone", "api"],
    );
    recorder.stop();
  });

  test("tens of thousands of targets go in many small messages", async () => {
    const { clock, recorder, messages } = setUp();
    for (let index = 0; index < 20_000; index++)
      recorder.added(makeTarget({ node: `n${index}`, address: `${index}` }), undefined);
    await clock.advance(1_000);
    assert.equal(messages.flat().length, 20_000);
    assert.ok(Math.max(...messages.map((orders) => orders.length)) <= 500);
    recorder.stop();
  });

  test("of a keeper that hangs it holds so much and counts what is dropped", async () => {
    const { clock, recorder, keeper, orders, messages } = setUp();
    keeper.answers = false;
    recorder.added(a, undefined);
    const made = 2_000_000;
    for (let handshake = 0; handshake < made; handshake++) recorder.ended(a, reply, false);
    await clock.advance(60_000);
    const before = messages.length;
    assert.ok(before <= 100, `${before} messages under way`);
    assert.ok(recorder.dropped > 500_000, `${recorder.dropped} dropped`);
    keeper.answers = true;
    for (let message = 0; message < before; message++) recorder.taken();
    await clock.advance(10_000);
    assert.equal(recordsOf(orders()).length + recorder.dropped, made);
    recorder.stop();
  });

  test("a keeper that comes anew is told all that holds, and nothing else", async () => {
    const { clock, recorder, keeper, messages } = setUp();
    recorder.added(a, undefined);
    recorder.added(b, undefined);
    recorder.node("test", makeNode({ name: "a" }));
    recorder.api("test", false, "refused");
    await clock.advance(1_000);
    keeper.hears = false;
    recorder.removed(a);
    recorder.ended(b, reply, true);
    await clock.advance(1_000);
    assert.equal(recorder.dropped, 1);
    keeper.hears = true;
    messages.length = 0;
    recorder.beginAnew();
    recorder.ended(b, reply, true);
    await clock.advance(1_000);
    recorder.ended(b, reply, true);
    await clock.advance(1_000);
    const told = messages.flat().map((order) => (order.order === "added" ? `added ${order.target.node}` : order.order));
    assert.deepEqual(told, ["anew", "code", "added b", "node", "api", "records"]);
    recorder.stop();
  });

  test("counts as dropped what a keeper that died had been sent and had not taken", async () => {
    const { clock, recorder, keeper } = setUp();
    recorder.added(a, undefined);
    recorder.ended(a, reply, true);
    await clock.advance(1_000);
    keeper.answers = false;
    for (let handshake = 0; handshake < 3; handshake++) {
      recorder.ended(a, reply, true);
      await clock.advance(250);
    }
    recorder.taken();
    assert.equal(recorder.dropped, 0);
    recorder.keeperDied();
    assert.equal(recorder.dropped, 2);
    recorder.beginAnew();
    assert.equal(recorder.dropped, 2);
    assert.equal(recorder.silentMs, 0);
    recorder.stop();
  });

  test("while the keeper is away nothing heaps up, and it is told all once when it is back", async () => {
    const { clock, recorder, keeper, messages } = setUp();
    const targets = Array.from({ length: 5_000 }, (_, index) => makeTarget({ node: `n${index}`, address: `${index}` }));
    for (const target of targets) {
      recorder.added(target, undefined);
      recorder.node("test", makeNode({ name: target.node }));
    }
    await clock.advance(1_000);
    assert.equal(recorder.waiting, 0);
    for (const target of targets) recorder.ended(target, reply, true);
    keeper.hears = false;
    let mostWaiting = 0;
    for (let passedMs = 0; passedMs < 2_000; passedMs += 100) {
      await clock.advance(100);
      for (const target of targets.slice(0, 10)) recorder.ended(target, reply, true);
      mostWaiting = Math.max(mostWaiting, recorder.waiting);
    }
    assert.ok(mostWaiting <= 2 * targets.length, `${mostWaiting} orders waiting`);
    await clock.advance(250);
    assert.equal(recorder.dropped, 5_000 + 20 * 10);
    keeper.hears = true;
    messages.length = 0;
    await clock.advance(1_000);
    const counts = Map.groupBy(messages.flat(), ({ order }) => order);
    assert.deepEqual(
      [...counts].map(([order, { length }]) => [order, length]),
      [
        ["anew", 1],
        ["code", 1],
        ["added", 5_000],
        ["node", 5_000],
      ],
    );
    recorder.stop();
  });

  test("what changes while a keeper is told all is told after it; one that stops then has all of it", async () => {
    const { clock, recorder, orders } = setUp();
    for (let index = 0; index < 2_000; index++)
      recorder.added(makeTarget({ node: `n${index}`, address: `${index}` }), undefined);
    recorder.added(a, undefined);
    await clock.advance(1_000);
    const before = orders().length;
    recorder.beginAnew();
    recorder.flush();
    recorder.flush();
    recorder.removed(a);
    recorder.added(b, undefined);
    recorder.ended(b, reply, true);
    const told = [...orders().slice(before), ...recorder.stop()];
    assert.equal(told.filter(({ order }) => order === "added").length, 2_002);
    assert.deepEqual(
      told.slice(-4).map((order) => (order.order === "added" ? `added ${order.target.node}` : order.order)),
      ["added a", "removed", "added b", "records"],
    );
    assert.equal(recorder.waiting, 0);
  });

  test("stops: gives what is left, and sets no timer any more", () => {
    const { clock, recorder } = setUp();
    recorder.added(a, undefined);
    recorder.ended(a, reply, true);
    assert.deepEqual(
      recorder.stop().map(({ order }) => order),
      ["added", "records"],
    );
    recorder.ended(a, reply, true);
    assert.deepEqual(recorder.stop(), []);
    assert.equal(clock.pendingTimers, 0);
  });
});
