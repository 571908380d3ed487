import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { describe, test } from "node:test";
import { setEnvironmentData } from "node:worker_threads";
import { anySource } from "../../src/handshake/engine-config.ts";
import { KernelEngine } from "../../src/handshake/linux/kernel-engine.ts";
import { silentLog } from "../../src/log.ts";
import type { Outcome } from "../../src/outcome.ts";
import { DarkListener } from "../support/dark-listener.ts";
import { eventually } from "../support/eventually.ts";
import { makeTarget } from "../support/make-target.ts";

describe("the engine's thread", { skip: process.platform === "linux" ? false : "needs Linux" }, () => {
  test("is replaced when it dies: counted, targets go on, what was in flight is local, no descriptor is left", async (t) => {
    const server = createServer((socket) => socket.on("error", () => {}).resume());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const dark = await DarkListener.start("127.0.0.1");
    t.after(() => dark.stop());
    const lives = new SharedArrayBuffer(4);
    new Int32Array(lives)[0] = 1;
    setEnvironmentData("lives", lives as never);
    const descriptors = () => readdirSync("/proc/self/fd").length;
    const before = descriptors();
    let restarts = 0;
    const outcomes: Outcome[] = [];
    const logged: string[] = [];
    const engine = await KernelEngine.create({
      style: { handshake: "full", close: "fin", source: anySource },
      log: { ...silentLog, error: (message) => logged.push(message), warn: (message) => logged.push(message) },
      restarted: () => restarts++,
      entry: new URL("../support/mortal-worker.ts", import.meta.url),
      probing: {
        intervalMs: 50,
        timeoutMs: 5_000,
        maxInFlight: 1_000,
        listener: { started: () => {}, skipped: () => {}, ended: (_target, outcome) => outcomes.push(outcome) },
      },
    });
    const inFlight = new Promise<Outcome>((done) => {
      engine.start({ host: "127.0.0.1", port: dark.port, timeoutMs: 60_000 }, done);
    });
    for (let index = 0; index < 10; index++) engine.add(makeTarget({ node: `n${index}`, host: "127.0.0.1", port }));
    const died = await inFlight;
    assert.deepEqual([died.result, died.result !== "ok" && died.code], ["local", "THREAD"]);
    const soFar = outcomes.length;
    await eventually("the targets go on", () => outcomes.length >= soFar + 100);
    assert.equal(restarts, 1);
    assert.deepEqual(new Set(outcomes.map(({ result }) => result)), new Set(["ok"]));
    assert.equal(logged.filter((line) => /thread died: killed by the test/.test(line)).length, 1);
    await engine.stop();
    server.close();
    await eventually("no descriptor is left", () => descriptors() <= before);
  });
});
