// What a handshake costs with PinGo's engines. Usage: ours.ts PORT COUNT AT_ONCE kernel-full|kernel-half|portable.
// Prints user and system microseconds of the whole process, without its start.

import { writeSync } from "node:fs";
import { systemClock } from "../../src/clock.ts";
import type { HandshakeEngine } from "../../src/handshake/engine.ts";
import { anySource } from "../../src/handshake/engine-config.ts";
import { HandshakeLoop } from "../../src/handshake/linux/handshake-loop.ts";
import { loadLibc } from "../../src/handshake/linux/libc.ts";
import { field, type Order, recordLength } from "../../src/handshake/linux/protocol.ts";
import { sockaddrOf } from "../../src/handshake/linux/sockaddr.ts";
import { PortableEngine } from "../../src/handshake/portable.ts";
import { resultIndex } from "../../src/outcome.ts";

const [port = 0, count = 0, atOnce = 0] = process.argv.slice(2, 5).map(Number);
const engineName = process.argv[5] ?? "";
let ok = 0;
const before = process.cpuUsage();
if (engineName === "portable") await closedLoop(new PortableEngine(systemClock));
else kernelLoop(engineName === "kernel-half" ? "half" : "full");
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ ok, userUs: user, systemUs: system })}\n`);

/** The engine's loop on this thread, each turn's endings answered by as many new orders. */
function kernelLoop(handshake: "full" | "half"): void {
  const address = sockaddrOf({ host: "127.0.0.1", port });
  const request = { order: "start", address, timeoutMs: 5_000 } as const;
  const orders: Order[] = [];
  const wakeUp = Buffer.from(BigUint64Array.of(1n).buffer);
  let begun = 0;
  let ended = 0;
  const loop = new HandshakeLoop({
    libc: loadLibc(),
    setUp: {
      style: { handshake, close: "rst", source: anySource },
      intervalMs: 1_000,
      timeoutMs: 1_000,
      maxInFlight: 1_000,
      timeOriginMs: performance.timeOrigin,
    },
    nextOrder: () => orders.pop(),
    post: (records) => {
      for (let at = 0; at < records.length; at += recordLength) {
        ended++;
        if (records[at + field.what] === resultIndex.ok) ok++;
        if (begun < count) orders.push({ ...request, id: begun++ });
      }
      if (ended === count) orders.push({ order: "stop" });
    },
  });
  while (begun < atOnce) orders.push({ ...request, id: begun++ });
  writeSync(loop.wakeFd, wakeUp);
  loop.run();
}

async function closedLoop(engine: HandshakeEngine): Promise<void> {
  let left = count;
  const next = async () => {
    while (left-- > 0) {
      const outcome = await new Promise<{ result: string }>((done) => {
        engine.start({ host: "127.0.0.1", port, timeoutMs: 5_000 }, done);
      });
      if (outcome.result === "ok") ok++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, next));
}
