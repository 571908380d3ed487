import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { eventually } from "../../support/eventually.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { listener, serveApi, smallView } from "../../support/serve-api.ts";

/** A server whose clock stands until the test moves it. */
async function stillApi(t: Parameters<typeof serveApi>[0]) {
  const clock = new FakeClock();
  return { clock, ...(await serveApi(t, smallView(), clock)) };
}

async function heardHello(one: Awaited<ReturnType<typeof listener>>): Promise<void> {
  await eventually("it has said hello", () => one.events().length > 0);
}

describe("who listens", () => {
  test("hears hello, when to come back, and a tick every two seconds", async (t) => {
    const { clock, port, source } = await stillApi(t);
    const one = await listener(t, port);
    await heardHello(one);
    assert.match(one.heard.text, /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/event-stream\r\n/);
    assert.doesNotMatch(one.heard.text, /Content-Encoding/i);
    assert.match(one.heard.text, /X-Accel-Buffering: no/);
    assert.match(one.heard.text, /retry: 2000\n/);
    assert.deepEqual(one.events(), [["hello", { nowMs: clock.unixMs(), startedMs: source.status().startedMs }]]);
    await clock.advance(4_000);
    await eventually("two ticks", () => one.events().length === 3);
    assert.deepEqual(one.events()[2], ["tick", { nowMs: clock.unixMs() }]);
  });

  test("hears of changes together, and once a second at the most", async (t) => {
    const { clock, port, source } = await stillApi(t);
    const one = await listener(t, port);
    await heardHello(one);
    const changes = () => one.events().filter(([name]) => name === "change");
    source.changed("A1");
    source.changed("B1");
    source.changed("A1");
    await clock.advance(100);
    await eventually("the first", () => changes().length === 1);
    assert.deepEqual(changes()[0]?.[1], { nowMs: clock.unixMs(), keys: ["A1", "B1"], isMore: false });
    for (let count = 0; count < 50; count++) {
      source.changed("A1");
      await clock.advance(100);
    }
    // Those of five seconds, one of which may be due still.
    await eventually("the next ones", () => changes().length === 6);
  });

  test("hears as it begins that something changed since it asked", async (t) => {
    const { clock, port, get, source } = await stillApi(t);
    source.changed("A1");
    await get("/api/v1/overview");
    const nothing = await listener(t, port);
    await heardHello(nothing);
    source.changed("B1");
    await clock.advance(1_000);
    const one = await listener(t, port);
    await eventually("it is told at once", () => one.events().length === 2);
    assert.deepEqual(one.events()[1], ["change", { nowMs: clock.unixMs(), keys: [], isMore: true }]);
    assert.deepEqual(
      nothing.events().map(([name]) => name),
      ["hello", "change"],
    );
    await clock.advance(10_000);
    const late = await listener(t, port);
    await heardHello(late);
    assert.deepEqual(
      late.events().map(([name]) => name),
      ["hello"],
    );
  });

  test("hears of many changes that there are more", async (t) => {
    const { clock, port, source } = await stillApi(t);
    const one = await listener(t, port);
    await heardHello(one);
    source.changed(...Array.from({ length: 5_000 }, (_, index) => `key ${index}`));
    await clock.advance(100);
    await eventually("it is told", () => one.events().length === 2);
    const [, change] = one.events()[1] as [string, { keys: string[]; isMore: boolean }];
    assert.deepEqual([change.keys.length, change.isMore], [100, true]);
  });

  test("hears that something changed that is no target's", async (t) => {
    const { clock, port, source } = await stillApi(t);
    const one = await listener(t, port);
    await heardHello(one);
    source.changed();
    await clock.advance(100);
    await eventually("it is told", () => one.events().length === 2);
    const [, change] = one.events()[1] as [string, { keys: string[]; isMore: boolean }];
    assert.deepEqual([change.keys, change.isMore], [[], true]);
  });

  test("has to come anew after an hour, and its answer ends whole", async (t) => {
    const { clock, port } = await stillApi(t);
    const one = await listener(t, port);
    await heardHello(one);
    await clock.jump(3_600_000);
    await eventually("it has ended", () => one.heard.text.endsWith("0\r\n\r\n"));
  });

  test("sees its answer end when the server stops, and no timer is left", async (t) => {
    const { api, server, clock, port, source } = await stillApi(t);
    const one = await listener(t, port);
    await heardHello(one);
    assert.equal(clock.pendingTimers, 1);
    api.stop();
    api.stop();
    await server.stop();
    await eventually("it has ended", () => one.heard.isClosed);
    assert.match(one.heard.text, /0\r\n\r\n$/, "whole");
    assert.deepEqual([clock.pendingTimers, source.listeners], [0, 0]);
  });

  test("leaves nothing behind", async (t) => {
    const { clock, port, source } = await stillApi(t);
    assert.equal(source.listeners, 0, "nobody has to be told before");
    const one = await listener(t, port);
    await heardHello(one);
    one.socket.destroy();
    await eventually("the timer is gone", () => clock.pendingTimers === 0);
    assert.equal(source.listeners, 0);
  });

  test("and does not read is cut off once its buffers are full", async (t) => {
    const { clock, port, source } = await stillApi(t);
    const one = await listener(t, port);
    await heardHello(one);
    one.socket.pause();
    let second = 0;
    // Each is some 100 KB, where keys are long.
    await eventually("it is cut off", async () => {
      source.changed(...Array.from({ length: 100 }, (_, index) => `${second} ${index} ${"k".repeat(1_000)}`));
      await clock.advance(1_000);
      second++;
      return clock.pendingTimers === 0;
    });
    assert.ok(second < 200, `after ${second} s`);
  });
});

describe("many who listen", () => {
  test("shut nobody out: not a scrape, and not another who wants to listen", async (t) => {
    const { get, port, refused } = await serveApi(t);
    const all = await Promise.all(Array.from({ length: 64 }, () => listener(t, port)));
    await Promise.all(all.map(heardHello));
    const late = await get("/api/v1/events");
    assert.deepEqual([late.status, late.headers["retry-after"]], [503, "1"]);
    assert.match(late.body, /64 are listening; ask for \/api\/v1\/overview now and then instead/);
    const other = await listener(t, port, "127.0.0.2");
    await heardHello(other);
    await eventually("one of the many made room", () => all.filter(({ heard }) => heard.isClosed).length === 1);
    for (let count = 0; count < 100; count++) assert.equal((await get("/metrics")).status, 200);
    assert.equal((await get("/api/v1/zones")).status, 200);
    assert.deepEqual(refused, []);
  });

  test("and have gone make room", async (t) => {
    const { port, get } = await serveApi(t);
    const all = await Promise.all(Array.from({ length: 64 }, () => listener(t, port)));
    await Promise.all(all.map(heardHello));
    all[10]?.socket.destroy();
    await eventually("there is room", async () => (await get("/api/v1/events", { method: "HEAD" })).status === 200);
  });
});
