// `npm run bench:push [-- --targets 15000 --rounds 5 --json]`: the longest that a push of so many targets keeps everybody
// else waiting, to a far side that takes all and to one that is not there.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { systemClock } from "../src/clock.ts";
import { BucketBounds, defaultBoundsUs } from "../src/metrics/histogram/bucket-bounds.ts";
import { TargetMetrics } from "../src/metrics/target-metrics.ts";
import { OtlpSender } from "../src/push/otlp-sender.ts";
import { makeTarget } from "../test/support/make-target.ts";
import { positive } from "./arguments.ts";
import { watchBlocks } from "./longest-block.ts";

const { values } = parseArgs({
  options: {
    targets: { type: "string", default: "15000" },
    rounds: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});
const targets = positive("targets", values.targets);
const rounds = positive("rounds", values.rounds);

/** Takes everything, in a process of its own. */
const takesAll = `require("http").createServer((request, response) => request.resume().on("end", () => response.end()))
  .listen(0, "127.0.0.1", function () { console.log(this.address().port) })`;
const receiver = spawn(process.execPath, ["-e", takesAll], { stdio: ["ignore", "pipe", "inherit"] });
const port = Number(String(await once(receiver.stdout, "data")).trim());
const metrics = fleet();
const table = [];
for (const [farSide, toPort] of [
  ["takes all", port],
  ["is not there", 1],
] as const) {
  // The first one warms up.
  for (let round = -1; round < rounds; round++) {
    const pushed = await measure(toPort);
    if (round >= 0) table.push({ farSide, ...pushed });
  }
}
receiver.kill();
if (values.json) console.log(JSON.stringify({ targets, pushes: table }));
else console.table(table);
process.exit();

async function measure(toPort: number) {
  const sender = new OtlpSender({ url: new URL(`http://127.0.0.1:${toPort}/v1/metrics`), instance: "i", version: "0" });
  const page = metrics.page();
  const startMs = performance.now();
  const endWatch = watchBlocks();
  const { arrived, dropped } = await sender.send(page.families([]), Date.now() / 1_000, new AbortController().signal);
  const longestBlockMs = endWatch();
  page.free();
  const wallMs = Math.round(performance.now() - startMs);
  return { arrived, dropped, wallMs, longestBlockMs: Math.round(longestBlockMs * 10) / 10 };
}

/** Each target has answered forty handshakes. */
function fleet(): TargetMetrics {
  const made = new TargetMetrics({ level: "default", bounds: new BucketBounds(defaultBoundsUs), clock: systemClock });
  for (let index = 0; index < targets; index++) {
    const key = `ip-10-${index >> 8}-${index & 255}-17.eu-west-1.compute.internal`;
    const zone = `eu-west-1${"abc"[index % 3]}`;
    made.add(makeTarget({ key, node: key, name: key, zone, address: `10.${index >> 8}.${index & 255}.17:10250` }));
    for (let round = 0; round < 40; round++) {
      const rttUs = 100 + ((index * 37) % 150) + ((round * 13) % 50);
      made.record(key, {
        probe: "tcp",
        path: 0,
        startedMs: round,
        result: "ok",
        connectUs: rttUs + 60,
        rttUs,
        synSent: 1,
      });
    }
  }
  return made;
}
