// `npm run bench:scrape-load [-- --nodes 5000 --probe 1s --seconds 60 --scrapes 10 --json]`: what so many scrapes a second
// do to the measurements of the whole program: schedule lag and round trips of a quiet minute and of one under them.

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
    /** A second. */
    scrapes: { type: "string", default: "10" },
    json: { type: "boolean", default: false },
  },
});
const nodes = positive("nodes", values.nodes);
const seconds = positive("seconds", values.seconds);
isolateLargeFleet(nodes, import.meta.url);
// Bounds closer than the usual ones, so that a change of the round trips shows.
const bounds = Array.from({ length: 60 }, (_, index) => `${Math.round(5 * 1.15 ** index)}us`);
const { port, stop } = await startFleet(nodes, ["--probe", values.probe, "--rtt-buckets", bounds.join(",")]);
await pause(5_000);

const quiet = await measure(() => pause(seconds * 1_000));
let scraped = "";
const loaded = await measure(async () => {
  scraped = await runBeside("./scraper.ts", port, values.scrapes, seconds);
});
await stop();
const result = { nodes, probe: values.probe, seconds, ...JSON.parse(scraped), quiet, loaded };
if (values.json) console.log(JSON.stringify(result));
else {
  console.table({ quiet, loaded });
  console.log(scraped.trim());
}

/** The figures of the time that something takes. */
async function measure(run: () => Promise<unknown>) {
  const before = await Totals.fetch(port);
  await run();
  const after = await Totals.fetch(port);
  const grown = (series: string) => after.of(series) - before.of(series);
  const quantile = (family: string, q: number) => quantileBound(before, after, family, q);
  return {
    handshakes: grown("pingo_schedule_lag_seconds_count"),
    skipped: grown("pingo_probes_skipped_total"),
    lagP50AtMostMs: 1_000 * quantile("pingo_schedule_lag_seconds", 0.5),
    lagP99AtMostMs: 1_000 * quantile("pingo_schedule_lag_seconds", 0.99),
    rttP50AtMostUs: 1e6 * quantile("pingo_zone_handshake_rtt_seconds", 0.5),
    rttP99AtMostUs: 1e6 * quantile("pingo_zone_handshake_rtt_seconds", 0.99),
  };
}
