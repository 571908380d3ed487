import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HandshakeEngine, HandshakeRequest } from "../../src/handshake/engine.ts";
import { Prober } from "../../src/handshake/prober.ts";
import type { Outcome } from "../../src/outcome.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { makeTarget } from "../support/make-target.ts";

interface Running {
  readonly request: HandshakeRequest;
  readonly done: (outcome: Outcome) => void;
  readonly startedMs: number;
  givenUp: boolean;
}

/** An engine whose handshakes end when the test says so. */
class ManualEngine implements HandshakeEngine {
  readonly name = "manual";
  readonly started: Running[] = [];
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  start(request: HandshakeRequest, done: (outcome: Outcome) => void): () => void {
    const running = { request, done, startedMs: this.#clock.nowMs(), givenUp: false };
    this.started.push(running);
    return () => {
      running.givenUp = true;
    };
  }

  finishAll(): void {
    for (const { done, givenUp } of this.started.splice(0)) if (!givenUp) done(reply);
  }

  async stop(): Promise<void> {}
}

const reply: Outcome = { probe: "tcp", path: 0, startedMs: 0, result: "ok", connectUs: 100 };

function setUp(intervalMs: number, timeoutMs: number, maxInFlight = 1_000) {
  const clock = new FakeClock();
  const engine = new ManualEngine(clock);
  const events: string[] = [];
  const lags: number[] = [];
  const prober = new Prober({
    engine,
    clock,
    intervalMs,
    timeoutMs,
    maxInFlight,
    listener: {
      started: ({ node }, lagMs) => {
        events.push(`start ${node}`);
        lags.push(lagMs);
      },
      ended: ({ node, zone }, { result }) => events.push(`${result} ${node}${zone}`),
      skipped: ({ node }, reason, rounds) => events.push(`${reason} ${node} ${rounds}`),
    },
  });
  return { clock, engine, events, lags, prober };
}

describe("Prober", () => {
  test("each target has one handshake an interval", async () => {
    const { clock, engine, events, lags, prober } = setUp(1_000, 500);
    for (const node of ["a", "b", "c"]) prober.add(makeTarget({ node }));
    for (let step = 0; step < 1_000; step++) {
      await clock.advance(10);
      engine.finishAll();
    }
    for (const node of ["a", "b", "c"]) assert.equal(events.filter((event) => event === `start ${node}`).length, 10);
    assert.ok(Math.max(...lags) < 1, `lag ${Math.max(...lags)} ms`);
    prober.stop();
    assert.equal(clock.pendingTimers, 0);
  });

  test("a handshake that still runs keeps the next one of its target away, which is counted", async () => {
    const { clock, engine, events, prober } = setUp(1_000, 900);
    prober.add(makeTarget({ node: "a" }));
    await clock.advance(3_000);
    assert.deepEqual(events, ["start a", "overlap a 1", "overlap a 1"]);
    engine.finishAll();
    await clock.advance(1_000);
    assert.deepEqual(events.slice(3), ["ok a", "start a"]);
  });

  test("where the timeout exceeds the interval, as many overlap as the timeout lets", async () => {
    const { clock, engine, events, prober } = setUp(1_000, 2_500);
    prober.add(makeTarget({ node: "a" }));
    await clock.advance(4_000);
    assert.deepEqual(events, ["start a", "start a", "start a", "overlap a 1"]);
    assert.equal(engine.started[0]?.request.timeoutMs, 2_500);
  });

  test("with a timeout equal to the interval, a target that never answers misses no round", async () => {
    const { clock, engine, events, prober } = setUp(200, 200);
    prober.add(makeTarget({ node: "a" }));
    for (let step = 0; step < 3_000; step++) {
      await clock.advance(1);
      // Each ends a millisecond after its deadline, as a timer does.
      const due = engine.started.findIndex(({ startedMs }) => clock.nowMs() - startedMs > 200);
      if (due !== -1) engine.started.splice(due, 1)[0]?.done(reply);
    }
    assert.equal(events.filter((event) => event === "start a").length, 15);
    assert.equal(events.filter((event) => event.startsWith("overlap")).length, 0);
  });

  test("500 targets have 60 handshakes each in 60 intervals, and no tenth of one holds more than a fifth", async () => {
    const { clock, engine, prober } = setUp(1_000, 500);
    for (let index = 0; index < 500; index++) prober.add(makeTarget({ node: `node-${index}` }));
    const starts = new Array<number>(600).fill(0);
    for (let tenth = 0; tenth < 600; tenth++) {
      await clock.advance(100);
      starts[tenth] = engine.started.length;
      engine.finishAll();
    }
    assert.equal(
      starts.reduce((sum, count) => sum + count, 0),
      500 * 60,
    );
    assert.ok(Math.max(...starts) <= 100, `${Math.max(...starts)} of 500 in a tenth`);
    assert.ok(Math.min(...starts) >= 20, `${Math.min(...starts)} of 500 in a tenth`);
  });

  test("what would take the last descriptors is skipped and counted, and room is made again", async () => {
    const { clock, engine, events, prober } = setUp(1_000, 900, 2);
    for (const node of ["a", "b", "c"]) prober.add(makeTarget({ node }));
    await clock.advance(1_000);
    assert.equal(events.filter((event) => event.startsWith("start")).length, 2);
    assert.equal(events.filter((event) => event.startsWith("capacity")).length, 1);
    engine.finishAll();
    prober.remove(makeTarget({ node: "a" }).key);
    await clock.advance(1_000);
    assert.equal(events.filter((event) => event.startsWith("start")).length, 4);
  });

  test("a target that is removed in the middle of a handshake gives that up and is told of no more", async () => {
    const { clock, engine, events, prober } = setUp(1_000, 900);
    const target = makeTarget({ node: "a" });
    prober.add(target);
    await clock.advance(1_000);
    prober.remove(target.key);
    assert.equal(engine.started[0]?.givenUp, true);
    await clock.advance(3_000);
    assert.deepEqual(events, ["start a"]);
  });

  test("a target with new labels keeps its rhythm and its handshake in flight", async () => {
    const { clock, engine, events, prober } = setUp(1_000, 900);
    prober.add(makeTarget({ node: "a" }));
    await clock.advance(1_000);
    prober.relabel(makeTarget({ node: "a", zone: "-in-z2" }));
    engine.finishAll();
    assert.deepEqual(events, ["start a", "ok a-in-z2"]);
  });

  test("rounds that went by while the program was held up are counted and not made up for", async () => {
    const { clock, events, prober } = setUp(1_000, 500);
    prober.add(makeTarget({ node: "a" }));
    await clock.jump(10_000);
    const missed = events.filter((event) => event.startsWith("late")).map((event) => Number(event.split(" ")[2]));
    const starts = events.filter((event) => event.startsWith("start")).length;
    assert.equal(missed.length, 1);
    assert.equal(starts + (missed[0] ?? 0), 10);
    assert.ok(starts <= 1);
  });

  test("a stopped prober starts nothing, whatever is added to it", async () => {
    const { clock, events, prober } = setUp(1_000, 500);
    prober.add(makeTarget({ node: "a" }));
    prober.stop();
    prober.stop();
    prober.add(makeTarget({ node: "b" }));
    await clock.advance(5_000);
    assert.deepEqual(events, []);
    assert.equal(clock.pendingTimers, 0);
  });
});
