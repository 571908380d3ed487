import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemClock } from "../../src/clock.ts";
import { createEngine } from "../../src/handshake/create-engine.ts";
import { anySource, type EngineConfig } from "../../src/handshake/engine-config.ts";
import { silentLog } from "../../src/log.ts";

const stillborn = new URL("../support/stillborn-worker.ts", import.meta.url);

describe("which engine is made", () => {
  async function make(config: Partial<EngineConfig>, entry?: URL) {
    const logged: string[] = [];
    const engine = await createEngine({
      config: { engine: "auto", handshake: "full", close: "fin", source: anySource, ...config },
      clock: systemClock,
      log: { ...silentLog, info: (message) => logged.push(message) },
      restarted: () => assert.fail("no thread died"),
      ...(entry === undefined ? {} : { entry }),
    });
    await engine.stop();
    return { name: engine.name, logged };
  }

  test("auto is the kernel's on Linux, in silence", {
    skip: process.platform === "linux" ? false : "needs Linux",
  }, async () => {
    assert.deepEqual(await make({}), { name: "kernel", logged: [] });
  });

  test("portable is portable", async () => {
    assert.deepEqual(await make({ engine: "portable" }), { name: "portable", logged: [] });
  });

  test("auto is portable where the kernel's does not work, with one line that says why", async () => {
    const { name, logged } = await make({}, stillborn);
    assert.equal(name, "portable");
    assert.equal(logged.length, 1);
    assert.match(
      logged[0] ?? "",
      /kernel engine does not work here, .*no SYNs, no RTT \(Cannot find the native Koffi module/,
    );
  });

  test("what only the kernel's can do is refused where it does not work", async () => {
    await assert.rejects(make({ engine: "kernel" }, stillborn), /the kernel engine does not work here: Cannot find/);
    await assert.rejects(make({ handshake: "half" }, stillborn), /does not work here/);
    await assert.rejects(make({ close: "rst" }, stillborn), /does not work here/);
  });
});
