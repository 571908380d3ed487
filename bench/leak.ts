// `npm run bench:leak [-- --count 1000000 --json]`: handshakes of every kind with the kernel engine; file descriptors and
// resident memory after the first 50,000 and at the end.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { anySource } from "../src/handshake/engine-config.ts";
import { KernelEngine } from "../src/handshake/linux/kernel-engine.ts";
import { silentLog } from "../src/log.ts";
import { DarkListener } from "../test/support/dark-listener.ts";
import { positive } from "./arguments.ts";

const { values } = parseArgs({
  options: { count: { type: "string", default: "1000000" }, json: { type: "boolean", default: false } },
});
// As bin/pingo.js starts PinGo: with V8's own choice the young generation grows for a million handshakes.
const asPingo = "--max-semi-space-size=2";
if (!process.execArgv.includes(asPingo)) {
  const again = [asPingo, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  process.exit(spawnSync(process.execPath, again, { stdio: "inherit" }).status ?? 1);
}
const count = positive("count", values.count);
const settled = 50_000;
const atOnce = 64;

// A process of its own, so that what is measured is the prober's memory alone.
const listener = spawn(process.execPath, [fileURLToPath(new URL("./handshake/listener.ts", import.meta.url))], {
  stdio: ["ignore", "pipe", "inherit"],
});
const open = Number(String(await once(listener.stdout, "data")).trim());
const dark = await DarkListener.start("127.0.0.1");
const create = (handshake: "full" | "half") =>
  KernelEngine.create({
    style: { handshake, close: "rst", source: anySource },
    log: silentLog,
    restarted: () => {},
    probing: undefined,
  });
const engines = [await create("full"), await create("half")];

/** In turns: answered, answered half open, refused, and one that times out after a millisecond. */
const kinds = [
  { engine: engines[0], port: open, timeoutMs: 5_000 },
  { engine: engines[1], port: open, timeoutMs: 5_000 },
  { engine: engines[0], port: 1, timeoutMs: 5_000 },
  { engine: engines[1], port: dark.port, timeoutMs: 1 },
];
const results: Record<string, number> = {};
let begun = 0;
let ended = 0;
let early: { descriptors: number; residentBytes: number } | undefined;

await Promise.all(Array.from({ length: atOnce }, lane));

const late = look();
const result = {
  count,
  results,
  early,
  late,
  grownMegabytes: (late.residentBytes - (early?.residentBytes ?? 0)) / 1e6,
};
if (values.json) console.log(JSON.stringify(result));
else console.log(result);
for (const engine of engines) await engine.stop();
await dark.stop();
listener.kill();
process.exit();

async function lane(): Promise<void> {
  while (begun < count) {
    const kind = kinds[begun++ % kinds.length];
    const outcome = await new Promise<{ result: string }>((done) => {
      kind?.engine?.start({ host: "127.0.0.1", port: kind.port, timeoutMs: kind.timeoutMs }, done);
    });
    results[outcome.result] = (results[outcome.result] ?? 0) + 1;
    if (++ended === settled) early = look();
  }
}

function look() {
  return { descriptors: readdirSync("/proc/self/fd").length, residentBytes: process.memoryUsage.rss() };
}
