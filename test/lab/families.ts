// `node families.ts JSON`: runs the whole program in a namespace of the lab, against an API that names hosts with
// addresses of both families or of one; prints for each target how its handshakes have ended.
import { startSandbox } from "../../src/sandbox/cluster.ts";
import { newNode } from "../../src/sandbox/node-template.ts";
import { eventually } from "../support/eventually.ts";
import { MetricsPage } from "../support/metrics-page.ts";
import { Pingo } from "../support/pingo.ts";

export interface FamiliesOrder {
  /** Addresses of each node, by its name. */
  readonly nodes: Readonly<Record<string, readonly string[]>>;
  readonly port: number;
  readonly ipFamily: "auto" | "4" | "6" | "both";
  /** Targets that are to have an outcome before anything is printed. */
  readonly targets: number;
}

/** `node target`, and the results of its handshakes. */
export type FamiliesReport = Readonly<Record<string, readonly string[]>>;

const order: FamiliesOrder = JSON.parse(process.argv[2] ?? "{}");
const sandbox = await startSandbox({ nodes: 0 });
for (const [index, [name, addresses]] of Object.entries(order.nodes).entries()) {
  const endpoint = { address: addresses[0] ?? "", port: order.port };
  const node = newNode({ name, zone: 0, index, endpoint, nowUnixMs: Date.now() });
  const reported = addresses.map((address) => ({ type: "InternalIP", address }));
  sandbox.store.create({ ...node, status: { ...node.status, addresses: reported } });
}
const pingo = new Pingo(
  ["--probe=200ms", "--timeout=2s", "--engine=kernel", "--listen=127.0.0.1:0", `--ip-family=${order.ipFamily}`],
  sandbox.environment(),
);
const port = Number((await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
let report: Record<string, string[]> = {};
await eventually("each target has an outcome", async () => {
  report = reportOf(await MetricsPage.fetch(port));
  return Object.values(report).filter((results) => results.length > 0).length >= order.targets;
});
pingo.process.kill("SIGKILL");
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit());

function reportOf(page: MetricsPage): Record<string, string[]> {
  const results: Record<string, string[]> = {};
  for (const [series, value] of page.select("pingo_probes_total")) {
    const [, node, target, result] = /node="([^"]*)".*target="([^"]*)",result="(\w+)"/.exec(series) ?? [];
    const name = `${node} ${target}`;
    results[name] ??= [];
    if (value > 0 && result !== undefined) results[name].push(result);
  }
  return results;
}
