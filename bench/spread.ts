// `npm run bench:spread [-- --nodes 500 --seconds 60]`: the whole program against a sandbox, its handshakes counted
// and timed where they arrive, at the kubelets. Ends with one line of JSON where --json is given.
import { channel } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startSandbox } from "../src/sandbox/cluster.ts";
import { internalAddress } from "../src/sandbox/node-object.ts";
import { MetricsPage } from "../test/support/metrics-page.ts";
import { Pingo } from "../test/support/pingo.ts";

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "500" },
    seconds: { type: "string", default: "60" },
    json: { type: "boolean", default: false },
  },
});
const nodes = Number(values.nodes);
const seconds = Number(values.seconds);

const kubeletPort = 10_250;

/** When a handshake arrived, on this process's monotonic clock, by the kubelet's address. */
const arrivals = new Map<string, number[]>();
channel("net.server.socket").subscribe((message) => {
  const { localAddress = "", localPort } = (message as { socket: Socket }).socket;
  // The sandbox's API lives in this process too.
  if (localPort !== kubeletPort) return;
  const times = arrivals.get(localAddress) ?? [];
  times.push(performance.now());
  arrivals.set(localAddress, times);
});

const sandbox = await startSandbox({ nodes, kubeletPort });
const pingo = new Pingo(["--probe", "1s", "--listen", "127.0.0.1:0"], sandbox.environment());
const [, port] = await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/);
await pingo.says(new RegExp(`probing ${nodes} nodes`));
await pause(3_000);

const fromMs = performance.now();
const before = await MetricsPage.fetch(Number(port));
await pause(seconds * 1_000);
const untilMs = performance.now();
const page = await MetricsPage.fetch(Number(port));
await pingo.stop();
await sandbox.stop();

const inTime = (ms: number) => ms >= fromMs && ms < fromMs + seconds * 1_000;
const addresses = sandbox.store.list().map((node) => internalAddress(node) ?? "");
const perNode = addresses.map((address) => (arrivals.get(address) ?? []).filter(inTime).length);
const all = [...arrivals.values()].flat().filter(inTime);
const windows = new Map<number, number>();
for (const ms of all)
  windows.set(Math.floor((ms - fromMs) / 100), (windows.get(Math.floor((ms - fromMs) / 100)) ?? 0) + 1);
const perSecond = all.length / seconds;
const cpu = (now: MetricsPage) => now.value("process_cpu_seconds_total") ?? 0;

const result = {
  nodes,
  seconds,
  handshakesPerNodeMin: Math.min(...perNode),
  handshakesPerNodeMax: Math.max(...perNode),
  worstDeviation: Math.max(...perNode.map((count) => Math.abs(count / seconds - 1))),
  largestShareOf100ms: Math.max(...windows.values()) / perSecond,
  skipped: [...page.select("pingo_probes_skipped_total").values()].reduce((sum, count) => sum + count, 0),
  lagMeanSeconds:
    (page.value("pingo_schedule_lag_seconds_sum") ?? 0) / (page.value("pingo_schedule_lag_seconds_count") ?? 1),
  cpuOfOneCore: (cpu(page) - cpu(before)) / ((untilMs - fromMs) / 1_000),
  residentBytes: page.value("process_resident_memory_bytes"),
};
if (values.json) console.log(JSON.stringify(result));
else console.table(result);
// Promised: each node its handshakes within 2 %, no tenth of a second more than a fifth of them.
if (result.worstDeviation > 0.02 || result.largestShareOf100ms > 0.2) process.exitCode = 1;
