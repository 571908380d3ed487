// `npm run bench:page-load [-- --nodes 5000 --probe 1s --seconds 60 --readers 10 --json]`: what so many open pages do to the
// measurements of the whole program: schedule lag, round trips and the longest block of its main thread, of a quiet minute
// and of one with them. The readers ask as a page asks and draw nothing: browsers would take the cores themselves.
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { positive } from "./arguments.ts";
import { isolateLargeFleet } from "./fleet-size.ts";
import { runBeside } from "./run-beside.ts";
import { startFleet } from "./start-fleet.ts";
import { quantileBound, Totals } from "./totals.ts";

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "5000" },
    probe: { type: "string", default: "1s" },
    seconds: { type: "string", default: "60" },
    readers: { type: "string", default: "10" },
    json: { type: "boolean", default: false },
  },
});
const nodes = positive("nodes", values.nodes);
const seconds = positive("seconds", values.seconds);
isolateLargeFleet(nodes, import.meta.url);
const { port, stop } = await startFleet(nodes, ["--probe", values.probe, "--metrics", "minimal"]);
await pause(5_000);

const quiet = await measure(() => pause(seconds * 1_000));
let said = "";
const read = await measure(async () => {
  said = await runBeside("./page-readers.ts", port, values.readers, seconds);
});
await stop();
if (values.json) console.log(JSON.stringify({ nodes, probe: values.probe, quiet, read, readers: JSON.parse(said) }));
else {
  console.table({ quiet, read });
  console.log(said.trim());
}

/** The figures of the time that something takes. The page of metrics is the smallest, so that reading it blocks nobody. */
async function measure(run: () => Promise<unknown>) {
  const before = await Totals.fetch(port);
  await run();
  const after = await Totals.fetch(port);
  const grown = (series: string) => after.of(series) - before.of(series);
  const lag = (q: number) => 1_000 * quantileBound(before, after, "pingo_schedule_lag_seconds", q);
  const handshakes = grown("pingo_schedule_lag_seconds_count");
  return {
    handshakes,
    skipped: grown("pingo_probes_skipped_total"),
    lagP50AtMostMs: lag(0.5),
    lagP99AtMostMs: lag(0.99),
    lagMeanMs: (1_000 * grown("pingo_schedule_lag_seconds_sum")) / handshakes,
    cpuOfOneCore: grown("process_cpu_seconds_total") / seconds,
    // Since the page before; sampled every 10 ms (perf_hooks.monitorEventLoopDelay).
    mainThreadP99Ms: 1_000 * after.of("nodejs_eventloop_lag_p99_seconds"),
    mainThreadWorstMs: 1_000 * after.of("nodejs_eventloop_lag_max_seconds"),
  };
}
