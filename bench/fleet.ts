// `npm run bench:fleet [-- --nodes 5000 --probe 1s --seconds 30 --json]`: the whole program against a sandbox: CPU of one
// core, memory, schedule lag, rounds skipped.
import { parseArgs } from "node:util";
import { startSandbox } from "../src/sandbox/cluster.ts";
import { MetricsPage } from "../test/support/metrics-page.ts";
import { Pingo } from "../test/support/pingo.ts";

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "5000" },
    probe: { type: "string", default: "1s" },
    seconds: { type: "string", default: "30" },
    engine: { type: "string", default: "auto" },
    handshake: { type: "string", default: "full" },
    json: { type: "boolean", default: false },
  },
});
const nodes = Number(values.nodes);
const sandbox = await startSandbox({ nodes });
const pingo = new Pingo(
  ["--probe", values.probe, "--listen", "127.0.0.1:0", "--engine", values.engine, "--handshake", values.handshake],
  sandbox.environment(),
);
const [, port] = await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/);
await pingo.says(new RegExp(`probing ${nodes} nodes`));
await pause(5_000);
const [fromMs, before] = [performance.now(), await MetricsPage.fetch(Number(port))];
await pause(Number(values.seconds) * 1_000);
const [untilMs, after] = [performance.now(), await MetricsPage.fetch(Number(port))];
await pingo.stop();
await sandbox.stop();

const grown = (family: string, labels: Record<string, string> = {}) =>
  sum(after.select(family, labels)) - sum(before.select(family, labels));
const seconds = (untilMs - fromMs) / 1_000;
const made = grown("pingo_schedule_lag_seconds_count");
const result = {
  nodes,
  probe: values.probe,
  engine: [...after.select("pingo_engine_info").keys()][0],
  handshakesPerSecond: made / seconds,
  notOk: grown("pingo_probes_total") - grown("pingo_probes_total", { result: "ok" }),
  skipped: grown("pingo_probes_skipped_total"),
  // Without the two scrapes that frame the time, of which one falls into it.
  cpuOfOneCore: grown("process_cpu_seconds_total") / seconds,
  residentMegabytes: sum(after.select("process_resident_memory_bytes")) / 1e6,
  lagP50SecondsAtMost: quantile(0.5),
  lagP99SecondsAtMost: quantile(0.99),
  lagMeanSeconds: grown("pingo_schedule_lag_seconds_sum") / made,
};
if (values.json) console.log(JSON.stringify(result));
else console.table(result);

/** The bound of the bucket in which the quantile lies. */
function quantile(q: number): number {
  const name = "pingo_schedule_lag_seconds_bucket";
  for (const series of after.select(name).keys()) {
    const le = /le="([^"]*)"/.exec(series)?.[1] ?? "";
    if (grown(name, { le }) >= q * made) return le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le);
  }
  return Number.NaN;
}

function sum(series: Map<string, number>): number {
  return [...series.values()].reduce((total, value) => total + value, 0);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
