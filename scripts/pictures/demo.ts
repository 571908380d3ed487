import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent } from "../../src/agent.ts";
import type { TargetFacts, TargetsAnswer } from "../../src/api/v1.ts";
import { clusterOf } from "../../src/cli/demo.ts";
import { systemClock } from "../../src/clock.ts";
import type { Config } from "../../src/config/config.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { silentLog } from "../../src/log.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import type { Target } from "../../src/target.ts";
import { openClusters } from "../../src/targets/kubernetes/open-cluster.ts";
import { endingOf, probeMs, writePast } from "./past.ts";

const nodes = 48;
const zones = 4;
/** All have been probed, and who is dark has been waited for: 14 s at an interval of 15 s. */
const measuredMs = 2 * probeMs + 2_000;
/** Longer than a picture takes: a zone that is dark and whose nodes are Ready is the network's. */
const notReadyAfterMs = 3_600_000;

export interface PictureDemo {
  readonly url: string;
  stop(): Promise<void>;
}

/** What `pingo demo` starts, PinGo and a cluster on loopback, with a past that was made for it and goes on. */
export async function startPictureDemo(): Promise<PictureDemo> {
  const folder = mkdtempSync(join(tmpdir(), "pingo-pictures-"));
  const sandbox = await startSandbox({ nodes, zones, notReadyAfterMs });
  const targets = await targetsOf(sandbox);
  const { dark, stopped } = endingOf(targets);
  for (const node of dark) await sandbox.goDark(node);
  for (const node of stopped) await sandbox.stopKubelet(node);
  const path = join(folder, "history");
  writePast(path, targets, Date.now());
  const pingo = await startPingo(sandbox, path);
  await new Promise((resolve) => setTimeout(resolve, measuredMs));
  return {
    url: pingo.url,
    stop: async () => {
      await pingo.stop();
      await sandbox.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function startPingo(sandbox: Sandbox, history: string): Promise<PictureDemo> {
  const own = { ...clusterOf(sandbox), cluster: "demo" };
  const clusters = openClusters([own], { env: {}, clock: systemClock, warn: () => {} });
  const agent = new Agent(configOf("--history", history), clusters, { log: silentLog });
  const [address] = await agent.start();
  if (address === undefined || !("port" in address)) throw new Error("PinGo listens at no port");
  return { url: `http://127.0.0.1:${address.port}/`, stop: () => agent.stop() };
}

function configOf(...flags: readonly string[]): Config {
  const argv = ["--listen", "127.0.0.1:0", "--probe", `${probeMs}ms`, ...flags];
  const read = readConfig(argv, { env: {}, readFile: () => "" });
  if (read.want !== "run") throw new Error(JSON.stringify(read));
  return read.config;
}

/** A history names targets as PinGo does: a PinGo that keeps none says how. */
async function targetsOf(sandbox: Sandbox): Promise<Target[]> {
  const pingo = await startPingo(sandbox, "none");
  try {
    for (;;) {
      const answer = await fetch(`${pingo.url}api/v1/targets?limit=1000`);
      const { targets } = (await answer.json()) as TargetsAnswer;
      if (targets.length === nodes) return targets.map(asTarget);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await pingo.stop();
  }
}

function asTarget({ target: address, ...facts }: TargetFacts): Target {
  const { hostname, port } = new URL(`http://${address}`);
  const { key, cluster, node, name, portName, addressType, zone, region, instanceType, os } = facts;
  const named = { key, cluster, node, name, portName, addressType, zone, region, instanceType, os };
  return { ...named, address, host: hostname, port: Number(port) };
}
