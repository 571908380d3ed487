import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { createLog } from "../../../src/log.ts";
import type { Answer } from "../../../src/targets/static/lookup.ts";
import { NameResolver } from "../../../src/targets/static/name-resolver.ts";
import { FakeClock } from "../../support/fake-clock.ts";

type Reply = Answer | string[];

function setUp(options: { maxInFlight?: number; random?: () => number } = {}) {
  const clock = new FakeClock();
  const replies = new Map<string, Reply>();
  const state = { lookups: [] as string[], changes: 0, ok: 0, failed: 0, inFlight: 0, mostInFlight: 0, logged: "" };
  /** Set to hold answers back. */
  let gate: Promise<void> = Promise.resolve();
  const log = createLog({
    format: "text",
    level: "info",
    write: (line) => {
      state.logged += line.slice(25);
    },
    unixMs: () => clock.unixMs(),
    secrets: () => [],
  });
  const resolver = new NameResolver({
    lookup: async (name) => {
      state.lookups.push(name);
      state.mostInFlight = Math.max(state.mostInFlight, ++state.inFlight);
      await gate;
      state.inFlight--;
      const reply = replies.get(name) ?? { code: "ENOTFOUND" };
      return Array.isArray(reply) ? { addresses: reply, ttlMs: undefined } : reply;
    },
    clock,
    random: options.random ?? (() => 0.5),
    log,
    resolved: (ok) => {
      if (ok) state.ok++;
      else state.failed++;
    },
    changed: () => state.changes++,
    ...(options.maxInFlight === undefined ? {} : { maxInFlight: options.maxInFlight }),
  });
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return resolve;
  };
  return { clock, replies, state, resolver, hold };
}

describe("names", () => {
  let running: ReturnType<typeof setUp>;

  afterEach(() => {
    running.resolver.stop();
    running.resolver.stop();
    assert.equal(running.clock.pendingTimers, 0, "a timer is left");
  });

  test("are looked up at once and again within a minute", async () => {
    running = setUp();
    const { clock, replies, state, resolver } = running;
    replies.set("a", ["192.0.2.1"]);
    resolver.follow(new Set(["a"]));
    assert.equal(resolver.hasTriedAll, false);
    await clock.advance(0);
    assert.deepEqual(resolver.addressesOf("a"), ["192.0.2.1"]);
    assert.deepEqual([resolver.hasTriedAll, state.changes, state.ok], [true, 1, 1]);
    await clock.advance(44_999);
    assert.equal(state.lookups.length, 1);
    replies.set("a", ["192.0.2.2"]);
    await clock.advance(1);
    assert.deepEqual(resolver.addressesOf("a"), ["192.0.2.2"]);
    assert.equal(state.changes, 2);
  });

  for (const [ttlMs, periodMs] of [
    [20_000, 21_000],
    [0, 5_250],
    [300_000, 45_000],
  ] as const) {
    test(`with a TTL of ${ttlMs} ms are looked up again after ${periodMs} ms`, async () => {
      running = setUp();
      const { clock, replies, state, resolver } = running;
      replies.set("a", { addresses: ["192.0.2.1"], ttlMs });
      resolver.follow(new Set(["a"]));
      await clock.advance(periodMs - 1);
      assert.equal(state.lookups.length, 1);
      await clock.advance(1);
      assert.equal(state.lookups.length, 2);
    });
  }

  test("do not change when their addresses only change places", async () => {
    running = setUp();
    const { clock, replies, state, resolver } = running;
    replies.set("a", ["192.0.2.3", "2001:db8::1", "192.0.2.1"]);
    resolver.follow(new Set(["a"]));
    await clock.advance(0);
    const first = resolver.addressesOf("a");
    assert.deepEqual(first, ["192.0.2.1", "192.0.2.3", "2001:db8::1"]);
    replies.set("a", ["2001:db8::1", "192.0.2.1", "192.0.2.3"]);
    await clock.advance(60_000);
    assert.equal(resolver.addressesOf("a"), first);
    assert.deepEqual([state.changes, state.ok], [1, 2]);
  });

  test("have a bounded number of addresses, the same ones whatever their order", async () => {
    running = setUp();
    const { clock, replies, resolver } = running;
    const many = Array.from({ length: 1_000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
    replies.set("a", many);
    resolver.follow(new Set(["a"]));
    await clock.advance(0);
    const first = resolver.addressesOf("a");
    assert.equal(first.length, 128);
    replies.set("a", many.toReversed());
    await clock.advance(60_000);
    assert.equal(resolver.addressesOf("a"), first);
  });

  test("that cannot be resolved keep their addresses, are told of once and tried again, less and less often", async () => {
    running = setUp();
    const { clock, replies, state, resolver } = running;
    replies.set("a", ["192.0.2.1", "192.0.2.2"]);
    resolver.follow(new Set(["a"]));
    await clock.advance(0);
    replies.set("a", { code: "EAI_AGAIN" });
    await clock.advance(600_000);
    assert.deepEqual(resolver.addressesOf("a"), ["192.0.2.1", "192.0.2.2"]);
    assert.deepEqual([resolver.troubleOf("a"), resolver.failing, state.changes], ["EAI_AGAIN", 1, 1]);
    assert.ok(state.failed >= 6 && state.failed <= 9, `${state.failed} tries`);
    assert.equal(state.logged, "WARN  a cannot be resolved (EAI_AGAIN); its last known 2 addresses stay\n");
    replies.set("a", { addresses: [], ttlMs: undefined });
    await clock.advance(300_000);
    assert.equal(resolver.addressesOf("a").length, 2);
    replies.set("a", ["192.0.2.2", "192.0.2.1"]);
    await clock.advance(300_000);
    assert.match(state.logged, /\nINFO {2}a resolves again\n$/);
    assert.deepEqual([resolver.troubleOf("a"), resolver.failing, state.changes], [undefined, 0, 1]);
  });

  test("that never resolved have no address, and count as tried", async () => {
    running = setUp();
    const { clock, state, resolver } = running;
    resolver.follow(new Set(["nowhere"]));
    await clock.advance(0);
    assert.deepEqual(resolver.addressesOf("nowhere"), []);
    assert.deepEqual([resolver.hasTriedAll, state.changes, state.failed], [true, 1, 1]);
    assert.match(state.logged, /^WARN {2}nowhere cannot be resolved \(ENOTFOUND\); it has no target$/m);
  });

  test("are looked up a few at a time, each in its turn, and later spread out", async () => {
    let drawn = 0;
    running = setUp({ maxInFlight: 3, random: () => (drawn++ * 0.618_034) % 1 });
    const { clock, replies, state, resolver } = running;
    const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
    for (const name of names) replies.set(name, ["192.0.2.1"]);
    resolver.follow(new Set(names));
    for (let turn = 0; turn < 50; turn++) await clock.advance(0);
    assert.deepEqual(state.lookups, names);
    assert.equal(state.mostInFlight, 3);
    await clock.advance(30_000);
    // Half of the minute is chance: a tenth of that half brings about a tenth of the names.
    for (let tenth = 0; tenth < 10; tenth++) {
      const before = state.lookups.length;
      await clock.advance(3_000);
      const lookups = state.lookups.length - before;
      assert.ok(lookups > 20 && lookups < 40, `${lookups} in 3 s`);
    }
  });

  test("that are no longer followed are forgotten, also while they are looked up", async () => {
    running = setUp({ maxInFlight: 1 });
    const { clock, replies, state, resolver, hold } = running;
    for (const name of ["a", "b", "c"]) replies.set(name, ["192.0.2.1"]);
    const release = hold();
    resolver.follow(new Set(["a", "b", "c"]));
    resolver.follow(new Set(["c"]));
    release();
    await clock.advance(0);
    assert.deepEqual([state.lookups, state.ok], [["a", "c"], 1]);
    assert.deepEqual(resolver.addressesOf("a"), []);
    await clock.advance(60_000);
    assert.deepEqual(state.lookups, ["a", "c", "c"]);
  });

  test("that stay keep what is known of them", async () => {
    running = setUp();
    const { clock, replies, state, resolver } = running;
    for (const name of ["a", "b"]) replies.set(name, ["192.0.2.1"]);
    resolver.follow(new Set(["a"]));
    await clock.advance(1_000);
    resolver.follow(new Set(["a", "b"]));
    assert.deepEqual(resolver.addressesOf("a"), ["192.0.2.1"]);
    await clock.advance(1_000);
    assert.deepEqual(state.lookups, ["a", "b"]);
  });

  test("come to nothing when it stops in the middle", async () => {
    running = setUp();
    const { clock, replies, state, resolver, hold } = running;
    replies.set("a", ["192.0.2.1"]);
    const release = hold();
    resolver.follow(new Set(["a"]));
    resolver.stop();
    release();
    await clock.advance(100_000);
    assert.deepEqual([state.changes, state.ok, state.lookups.length], [0, 0, 1]);
  });
});
