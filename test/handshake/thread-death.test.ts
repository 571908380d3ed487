import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { setEnvironmentData } from "node:worker_threads";
import { anySource } from "../../src/handshake/engine-config.ts";
import { KernelEngine } from "../../src/handshake/linux/kernel-engine.ts";
import { silentLog } from "../../src/log.ts";
import type { Outcome } from "../../src/outcome.ts";
import type { Target } from "../../src/target.ts";
import { DarkListener } from "../support/dark-listener.ts";
import { eventually } from "../support/eventually.ts";
import { makeTarget } from "../support/make-target.ts";

const onLinux = process.platform === "linux" ? false : "needs Linux";

describe("when the engine's thread dies", { skip: onLinux }, () => {
  let server: Server;
  let port: number;
  let dark: DarkListener;
  let engine: KernelEngine;
  let restarts: number;
  let skipped: number;
  let logged: string[];
  let outcomes: { target: Target; outcome: Outcome }[];

  before(async () => {
    server = createServer((socket) => socket.on("error", () => {}).resume());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
    dark = await DarkListener.start("127.0.0.1");
  });
  after(async () => {
    await dark.stop();
    server.close();
  });
  beforeEach(() => {
    [restarts, skipped, logged, outcomes] = [0, 0, [], []];
  });
  afterEach(() => engine.stop());

  async function start(deaths: { atWork: number; atStart?: number }): Promise<void> {
    const shared = new SharedArrayBuffer(8);
    new Int32Array(shared).set([deaths.atWork, deaths.atStart ?? 0]);
    setEnvironmentData("deaths", shared as never);
    engine = await KernelEngine.create({
      style: { handshake: "full", close: "fin", source: anySource },
      log: { ...silentLog, error: (message) => logged.push(message), warn: (message) => logged.push(message) },
      restarted: () => restarts++,
      entry: new URL("../support/mortal-worker.ts", import.meta.url),
      probing: {
        intervalMs: 50,
        timeoutMs: 5_000,
        maxInFlight: 1_000,
        listener: {
          started: () => {},
          skipped: (_target, _reason, rounds) => {
            skipped += rounds;
          },
          ended: (target, outcome) => outcomes.push({ target, outcome }),
        },
      },
    });
    for (let index = 0; index < 10; index++) engine.add(makeTarget({ node: `n${index}`, host: "127.0.0.1", port }));
  }

  const toDark = () =>
    new Promise<Outcome>((done) => {
      engine.start({ host: "127.0.0.1", port: dark.port, timeoutMs: 60_000 }, done);
    });
  const goOn = async () => {
    const soFar = outcomes.length;
    await eventually("the targets go on", () => outcomes.length >= soFar + 100);
  };

  test("another one takes its place: counted, told, and the rounds between are not forgotten", async () => {
    await start({ atWork: 1 });
    await eventually("it has been replaced", () => restarts === 1);
    await goOn();
    // About a second without a thread, 20 rounds of each of 10 targets.
    assert.ok(skipped >= 100, `${skipped} rounds`);
    assert.deepEqual(logged, [
      "the engine's thread died: killed by the test; no target is blamed",
      "another thread has taken the place of the engine's",
    ]);
  });

  test("what was in flight is this machine's own: single handshakes and those to targets", async () => {
    await start({ atWork: 1 });
    engine.add(makeTarget({ node: "dark", host: "127.0.0.1", port: dark.port, address: "dark" }));
    const died = await toDark();
    assert.deepEqual([died.result, died.result !== "ok" && died.code], ["local", "THREAD"]);
    const inFlight = outcomes.filter(({ target }) => target.node === "dark").map(({ outcome }) => outcome);
    assert.ok(inFlight.length > 0);
    assert.ok(
      inFlight.every((outcome) => outcome.result === "local" && outcome.code === "THREAD"),
      JSON.stringify(inFlight),
    );
    const others = outcomes.filter(({ target, outcome }) => target.node !== "dark" && outcome.result !== "ok");
    assert.ok(others.every(({ outcome }) => outcome.result === "local"));
  });

  test("a thread that cannot be had yet is tried for again, and that is told", async () => {
    await start({ atWork: 1, atStart: 1 });
    await eventually("it has been replaced", () => restarts === 1);
    await goOn();
    assert.match(logged[1] ?? "", /cannot be replaced yet: no memory for a thread; nothing is probed/);
  });

  test("a loop that begins anew at each end is not spun through while there is no thread", async () => {
    await start({ atWork: 1 });
    let ownTrouble = 0;
    await new Promise<void>((resolve) => {
      const next = (from: number) =>
        engine.start({ host: "127.0.0.1", port: from, timeoutMs: 60_000 }, ({ result }) => {
          if (result === "ok") return resolve();
          ownTrouble++;
          next(port);
        });
      next(dark.port);
    });
    // One with the thread, and perhaps one more that was given to it before its end was known here.
    assert.ok(ownTrouble >= 1 && ownTrouble <= 2, `${ownTrouble}`);
  });

  test("orders to a thread that died while this one was busy harm nothing", async () => {
    const descriptors = () => readdirSync("/proc/self/fd").length;
    const before = descriptors();
    await start({ atWork: 1 });
    const untilMs = performance.now() + 800;
    while (performance.now() < untilMs);
    // The thread is long dead, and its end is not known here yet.
    engine.add(makeTarget({ node: "late", host: "127.0.0.1", port, address: "late" }));
    await eventually("the late one is probed", () => outcomes.some(({ target }) => target.node === "late"));
    await engine.stop();
    engine.remove(makeTarget({ node: "late", address: "late" }).key);
    await eventually("no descriptor is left", () => descriptors() <= before);
  });
});
