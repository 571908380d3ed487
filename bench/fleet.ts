// `npm run bench:fleet [-- --nodes 5000 --probe 1s --seconds 30 --scrape 15 --json]`: the whole program against a sandbox:
// CPU of one core, memory, schedule lag, rounds skipped. A fleet beyond the limit on descriptors shares one listener on
// all addresses, in a network namespace of its own, which needs root.

import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { positive } from "./arguments.ts";
import { isolateLargeFleet } from "./fleet-size.ts";
import { memoryMegabytes } from "./memory.ts";
import { startFleet } from "./start-fleet.ts";
import { quantileBound, Totals } from "./totals.ts";

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "5000" },
    probe: { type: "string", default: "1s" },
    seconds: { type: "string", default: "30" },
    /** Seconds between scrapes while it is measured; 0 for none. */
    scrape: { type: "string", default: "0" },
    engine: { type: "string", default: "auto" },
    handshake: { type: "string", default: "full" },
    json: { type: "boolean", default: false },
  },
});
const nodes = positive("nodes", values.nodes);
isolateLargeFleet(nodes, import.meta.url);

const args = ["--probe", values.probe, "--engine", values.engine, "--handshake", values.handshake];
const { pingo, port, stop } = await startFleet(nodes, args);
await pause(5_000);
// A page is of the moment at which it is asked for, and may take a second to send.
const fromMs = performance.now();
const before = await Totals.fetch(port);
const [cpuFromMs, cpuBefore] = [performance.now(), cpuSeconds()];
const resident = await watchWhile(Number(values.seconds) * 1_000, Number(values.scrape) * 1_000);
const [cpuUntilMs, cpuAfter] = [performance.now(), cpuSeconds()];
const untilMs = performance.now();
const after = await Totals.fetch(port);
await stop();

const lag = "pingo_schedule_lag_seconds";
const grown = (series: string) => after.of(series) - before.of(series);
const seconds = (untilMs - fromMs) / 1_000;
const made = grown("pingo_schedule_lag_seconds_count");
const result = {
  nodes,
  probe: values.probe,
  scrapeSeconds: Number(values.scrape),
  engine: after.of('pingo_engine_info{engine="kernel"}') === 1 ? "kernel" : "portable",
  handshake: values.handshake,
  handshakesPerSecond: made / seconds,
  notOk: grown("pingo_probes_total") - grown('pingo_probes_total{result="ok"}'),
  skipped: grown("pingo_probes_skipped_total"),
  /** Without the two pages that frame the time. */
  cpuOfOneCore: (cpuAfter - cpuBefore) / ((cpuUntilMs - cpuFromMs) / 1_000),
  residentMegabytes: resident.atEnd,
  residentMegabytesAtMost: resident.atMost,
  lagP50SecondsAtMost: quantileBound(before, after, lag, 0.5),
  lagP99SecondsAtMost: quantileBound(before, after, lag, 0.99),
  lagMeanSeconds: grown("pingo_schedule_lag_seconds_sum") / made,
};
if (values.json) console.log(JSON.stringify(result));
else console.table(result);

/** Resident memory at the end and at its highest since the start, in megabytes, while pages are fetched now and then. */
async function watchWhile(durationMs: number, scrapeMs: number): Promise<{ atMost: number; atEnd: number }> {
  const endMs = performance.now() + durationMs;
  let scrapeDueMs = scrapeMs === 0 ? Number.POSITIVE_INFINITY : performance.now();
  while (performance.now() < endMs) {
    if (performance.now() >= scrapeDueMs) {
      scrapeDueMs += scrapeMs;
      await Totals.fetch(port);
    }
    await pause(Math.min(500, Math.max(1, endMs - performance.now())));
  }
  return { atMost: memoryMegabytes(pingo.process, "VmHWM"), atEnd: memoryMegabytes(pingo.process, "VmRSS") };
}

/** User and system time so far: fields 14 and 15 of proc_pid_stat(5), in ticks of 10 ms. */
function cpuSeconds(): number {
  const stat = readFileSync(`/proc/${pingo.process.pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
