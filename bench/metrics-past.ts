import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../src/clock.ts";
import { catalogue } from "../src/metrics/catalogue.ts";
import { type FamilySeries, valueSeries } from "../src/metrics/exposition/family-series.ts";
import { negotiate } from "../src/metrics/exposition/format.ts";
import { pageChunks } from "../src/metrics/exposition/page-writer.ts";
import { BucketBounds, defaultBoundsUs } from "../src/metrics/histogram/bucket-bounds.ts";
import { TargetMetrics } from "../src/metrics/target-metrics.ts";
import type { HistoryFleet } from "./history-fleet.ts";

/** As long as a block of Prometheus' TSDB lasts; each begins at a multiple of it. */
export const blockMs = 7_200_000;
/** What the history reads: other families of a page would only make promtool's work longer. */
const read =
  /^pingo_(zone_)?(probes|syn_sent|syn_retransmits|handshake_rtt_seconds)(_total)?$|^pingo_(up|target_info|node_ready|api_up)$/;
/** Between handshakes of a target. */
const probeMs = 15_000;
const scrapeMs = 30_000;

/**
 * Hours of a fleet as a Prometheus has them that scraped each 30 s: pages of the real exposition code, each line with the
 * time at which it would have been scraped, made into blocks by promtool in `folder`. Throws where promtool cannot.
 */
export async function writeMetricsPast(fleet: HistoryFleet, folder: string, fromMs: number, blocks: number) {
  let nowMs = fromMs;
  const clock: Clock = { nowMs: () => nowMs, unixMs: () => nowMs, setTimer: () => ({ cancel() {} }) };
  const metrics = new TargetMetrics({ level: "default", bounds: new BucketBounds(defaultBoundsUs), clock });
  for (const target of fleet.targets) metrics.add(target);
  let samples = 0;
  for (let block = 0; block < blocks; block++) {
    const file = join(folder, "past.txt");
    const fd = openSync(file, "w");
    for (let scrape = 0; scrape < blockMs / scrapeMs; scrape++) {
      for (let probe = 0; probe < scrapeMs / probeMs; probe++, nowMs += probeMs) {
        for (const [index, target] of fleet.targets.entries()) metrics.record(target.key, fleet.outcome(index, nowMs));
      }
      // A millisecond before the block's end: what is at it belongs to the next one.
      samples += await writePage(fd, metrics, othersOf(fleet), (nowMs - 1) / 1_000);
    }
    writeSync(fd, "# EOF\n");
    closeSync(fd);
    execFileSync("promtool", ["tsdb", "create-blocks-from", "openmetrics", file, join(folder, "data")]);
    rmSync(file);
  }
  return samples;
}

async function writePage(fd: number, metrics: TargetMetrics, others: readonly FamilySeries[], atSeconds: number) {
  const page = metrics.page();
  const writer = await negotiate("application/openmetrics-text;version=1.0.0").writer(() => false);
  let [text, samples] = ["", 0];
  const families = [...page.families([]), ...others].filter(({ family }) => read.test(family.name));
  for (const chunk of pageChunks(families, writer)) {
    text += Buffer.from(chunk).toString();
    // A chunk ends with a line.
    const timed = text.replace(/^# EOF\n/m, "").replace(/^[^#\n].*$/gm, (line) => {
      samples++;
      return `${line} ${atSeconds}`;
    });
    writeSync(fd, timed);
    text = "";
  }
  page.free();
  return samples;
}

/** What else a PinGo tells that the history reads: its nodes and its API, all well. */
function othersOf({ targets }: HistoryFleet): FamilySeries[] {
  const { cluster } = targets[0] as (typeof targets)[0];
  return [
    valueSeries(
      catalogue.ready,
      targets.map(({ node }) => [{ cluster, node }, 1]),
    ),
    valueSeries(catalogue.apiUp, [[{ cluster }, 1]]),
  ];
}
