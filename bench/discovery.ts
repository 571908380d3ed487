// `npm run bench:discovery [-- --nodes 5000 --node-bytes 16384 --json]`: how soon, at what cost in memory and traffic and
// with what pauses the whole program knows a cluster's nodes and their changes; beside it the informer of
// @kubernetes/client-node on the same API. More nodes than descriptors need root, as in bench:fleet.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Pingo } from "../test/support/pingo.ts";
import { isolateLargeFleet } from "./fleet-size.ts";
import { memoryMegabytes } from "./memory.ts";
import { NodeNamesOfPage } from "./node-names-of-page.ts";

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "5000" },
    "node-bytes": { type: "string", default: "16384" },
    /** How long traffic is measured while nothing happens. */
    "quiet-seconds": { type: "string", default: "60" },
    /** An API that cannot send lists as streams. */
    pages: { type: "boolean", default: false },
    /** Leaves the informer out. */
    alone: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const nodes = Number(values.nodes);
isolateLargeFleet(nodes, import.meta.url);

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const sandboxArgs = [values.nodes, values["node-bytes"], values.pages ? "storage cannot" : "served"];
const sandbox = spawn(process.execPath, ["--max-old-space-size=8192", here("./discovery-sandbox.ts"), ...sandboxArgs], {
  stdio: ["pipe", "pipe", "inherit"],
});
const sandboxLines = createInterface({ input: sandbox.stdout })[Symbol.asyncIterator]();
const environment = JSON.parse((await sandboxLines.next()).value ?? "{}") as Record<string, string>;
const apiPort = new URL(environment.PINGO_API ?? "").port;

const startMs = performance.now();
const sinceStart = () => (performance.now() - startMs) / 1_000;
const pingo = new Pingo(["--probe", "15s", "--listen", "127.0.0.1:0"], environment);
const [, listening = ""] = await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/);
while ((await look()).count === 0) await pause(20);
const firstTargetSeconds = sinceStart();
while (!pingo.stderr.includes(`probing ${nodes} nodes`) && sinceStart() < 120) await pause(5);
const allTargetsSeconds = sinceStart();
const peakAtStart = memoryMegabytes(pingo.process, "VmHWM");
const startBlockMs = (await look()).longestBlockMs;
const startBytes = moved(new Map(), apiBytes());
const quietBytesPerMinute =
  (await bytesWhile(Number(values["quiet-seconds"]))) * (60 / Number(values["quiet-seconds"]));

const churn = await churnUntilKnown();
await pause(2_000);
// Once more with nobody looking, as a page of metrics takes the thread too.
await NodeNamesOfPage.forgetPauses(Number(listening));
await pause(500);
await letChurn();
await pause(3_000);
const churnBlockMs = (await look()).longestBlockMs;
const ours = {
  firstTargetSeconds,
  allTargetsSeconds,
  peakMegabytesAtStart: peakAtStart,
  peakMegabytes: memoryMegabytes(pingo.process, "VmHWM"),
  residentMegabytes: memoryMegabytes(pingo.process, "VmRSS"),
  startBytes,
  quietBytesPerMinute,
  churnKnownAfterSeconds: churn,
  longestBlockMsAtStart: startBlockMs,
  longestBlockMsInChurn: churnBlockMs,
};
await pingo.stop();
const informer = values.alone ? undefined : await runInformer();
sandbox.stdin.end();
await once(sandbox, "exit");

const list = values.pages ? "pages" : "stream";
const result = { nodes, nodeBytes: Number(values["node-bytes"]), list, pingo: ours, informer };
if (values.json) console.log(JSON.stringify(result));
else console.table({ PinGo: ours, "client-node informer": informer });

function look(): Promise<NodeNamesOfPage> {
  return NodeNamesOfPage.fetch(Number(listening));
}

/** Seconds from the last change of a second of churn until it can be seen, and until those that left cannot. */
async function churnUntilKnown(): Promise<number> {
  const last = await letChurn();
  const endMs = performance.now();
  for (;;) {
    const page = await look();
    if (page.names.has(last) && page.names.size === nodes) return (performance.now() - endMs) / 1_000;
    if (performance.now() - endMs > 60_000)
      throw new Error(`${page.count} targets a minute after the churn, not ${nodes}`);
  }
}

async function letChurn(): Promise<string> {
  sandbox.stdin.write("churn\n");
  const { last, tookMs } = JSON.parse((await sandboxLines.next()).value ?? "{}");
  if (tookMs > 1_500) console.error(`the sandbox took ${Math.round(tookMs)} ms for its second of churn`);
  return last;
}

async function runInformer() {
  const child = spawn(process.execPath, [here("./discovery-informer.ts"), values.nodes], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  await once(child, "close");
  return text === "" ? "failed" : JSON.parse(text);
}

async function bytesWhile(seconds: number): Promise<number> {
  let [before, bytes] = [apiBytes(), 0];
  for (let second = 0; second < seconds; second++) {
    await pause(1_000);
    const now = apiBytes();
    bytes += moved(before, now);
    before = now;
  }
  return bytes;
}

/** Connections that have ended since count as if they had been silent to the end. */
function moved(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): number {
  return [...now].reduce((sum, [address, bytes]) => sum + bytes - (before.get(address) ?? 0), 0);
}

/** Bytes in both directions, TLS and all, by the local address of each connection to the API (tcp_info). */
function apiBytes(): Map<string, number> {
  const text = execFileSync("ss", ["-tinHO", "state", "established", `( dport = :${apiPort} )`], { encoding: "utf8" });
  const connections = text.split("\n").filter(Boolean);
  return new Map(connections.map((line) => [line.split(/\s+/)[2] ?? "", bytesOf(line)]));
}

function bytesOf(line: string): number {
  return [...line.matchAll(/bytes_(?:acked|received):(\d+)/g)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}
