// `node fleet.ts JSON`: runs the whole program in a namespace of the lab, against an API that names hosts at the far
// end of the wire, while its metrics page is scraped; prints what the page then says. Each target has an address of
// its own and is probed once, so that the sum of its round trips is the round trip of its one handshake.
import { get } from "node:http";
import { startSandbox } from "../../src/sandbox/cluster.ts";
import { newNode } from "../../src/sandbox/node-template.ts";
import { MetricsPage } from "../support/metrics-page.ts";
import { Pingo } from "../support/pingo.ts";

export interface FleetOrder {
  readonly hosts: readonly string[];
  readonly port: number;
  /** Between two handshakes to one host; the page is scraped for nine tenths of it. */
  readonly intervalMs: number;
  readonly scrapesPerSecond: number;
}

export interface FleetReport {
  /** Microseconds by the host's address; of hosts that had just one handshake, and that without a retransmission. */
  readonly rttsUs: Readonly<Record<string, number>>;
  readonly scrapes: number;
  readonly scrapesPerSecond: number;
  readonly pageMegabytes: number;
}

/** Scrapes under way: a program that is slower than it is asked is asked no more than this. */
const maxAtOnce = 3;

const order: FleetOrder = JSON.parse(process.argv[2] ?? "{}");
const sandbox = await startSandbox({ nodes: 0 });
for (const [index, address] of order.hosts.entries()) {
  const endpoint = { address, port: order.port };
  sandbox.store.create(newNode({ name: `n${index}`, zone: index % 3, index, endpoint, nowUnixMs: Date.now() }));
}
const pingo = new Pingo(
  ["--probe", `${order.intervalMs}ms`, "--timeout", "2s", "--engine", "kernel", "--listen", "127.0.0.1:0"],
  sandbox.environment(),
);
const port = Number((await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
await pingo.says(
  new RegExp(`probing ${order.hosts.length.toLocaleString("en-US")} nodes|probing ${order.hosts.length}`),
);
const scraped = await scrapeFor(0.9 * order.intervalMs);
const told = JSON.stringify(report(await MetricsPage.fetch(port)));
pingo.process.kill("SIGKILL");
// More than a pipe holds at once.
process.stdout.write(`${told}\n`, () => process.exit());

async function scrapeFor(ms: number): Promise<{ scrapes: number; perSecond: number; bytes: number }> {
  const startMs = performance.now();
  const underWay = new Set<Promise<void>>();
  let scrapes = 0;
  let bytes = 0;
  const timer = setInterval(() => {
    if (underWay.size >= maxAtOnce) return;
    const scrape = scrapeOnce().then((length) => {
      underWay.delete(scrape);
      scrapes++;
      bytes = length;
    });
    underWay.add(scrape);
  }, 1_000 / order.scrapesPerSecond);
  await new Promise((resolve) => setTimeout(resolve, ms));
  clearInterval(timer);
  await Promise.all(underWay);
  return { scrapes, perSecond: scrapes / ((performance.now() - startMs) / 1_000), bytes };
}

/** Gives the length of the page; reads no more of it, so that this process takes little of the machine. */
function scrapeOnce(): Promise<number> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path: "/metrics" }, (response) => {
      let length = 0;
      response.on("data", (chunk: Buffer) => {
        length += chunk.length;
      });
      response.on("end", () => resolve(length));
    }).on("error", reject);
  });
}

function report(page: MetricsPage): FleetReport {
  const counts = byHost(page, "pingo_handshake_rtt_seconds_count");
  const sums = byHost(page, "pingo_handshake_rtt_seconds_sum");
  const once = [...sums].filter(([host]) => counts.get(host) === 1);
  return {
    rttsUs: Object.fromEntries(once.map(([host, seconds]) => [host, seconds * 1e6])),
    scrapes: scraped.scrapes,
    scrapesPerSecond: scraped.perSecond,
    pageMegabytes: scraped.bytes / 1e6,
  };
}

function byHost(page: MetricsPage, family: string): Map<string, number> {
  return new Map([...page.select(family)].map(([series, value]) => [hostOf(series), value]));
}

function hostOf(series: string): string {
  return /target="([^":]*):/.exec(series)?.[1] ?? "";
}
