// One contender of `npm run bench:scrape`, in a process of its own, because the heap of one would be what the garbage
// collector of another goes through. Usage: scrape-page.ts CONTENDER TARGETS ROUNDS; prints JSON.

import { Counter, Gauge, Histogram, Registry, Summary } from "prom-client";
import { systemClock } from "../src/clock.ts";
import { inTurns } from "../src/http/in-turns.ts";
import { negotiate } from "../src/metrics/exposition/format.ts";
import { pageChunks } from "../src/metrics/exposition/page-writer.ts";
import { BucketBounds, defaultBoundsUs } from "../src/metrics/histogram/bucket-bounds.ts";
import { TargetMetrics } from "../src/metrics/target-metrics.ts";
import { type Reply, results } from "../src/outcome.ts";
import type { Target } from "../src/target.ts";
import { usToSeconds } from "../src/units.ts";
import { makeTarget } from "../test/support/make-target.ts";
import { watchBlocks } from "./longest-block.ts";
import type { Contender, Contest, Page } from "./scrape-contest.ts";

/** Handshakes that each target has answered before the first page. */
const handshakes = 40;
const accepts: Record<Exclude<Contender, "prom-client">, string> = {
  text: "text/plain",
  OpenMetrics: "application/openmetrics-text;version=1.0.0",
  protobuf: "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
};

const contender = process.argv[2] as Contender;
const targets = Array.from({ length: Number(process.argv[3]) }, (_, index) => fleetTarget(index));
const rounds = Number(process.argv[4]);
const before = usedBytes();
const write = contender === "prom-client" ? promClient() : ours(accepts[contender]);
const bytesPerTarget = (usedBytes() - before) / targets.length;
const pages: Page[] = [];
// The first two warm up.
for (let round = -2; round < rounds; round++) {
  const page = await measure(write);
  if (round >= 0) pages.push(page);
}
console.log(JSON.stringify({ bytesPerTarget, pages } satisfies Contest));

async function measure(write: () => Promise<number>): Promise<Page> {
  const endWatch = watchBlocks();
  const [cpu, startMs] = [process.cpuUsage(), performance.now()];
  const bytes = await write();
  const wallMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  const longestBlockMs = endWatch();
  return { cpuMs: (user + system) / 1_000, wallMs, longestBlockMs, megabytes: bytes / 1e6 };
}

/** As a scrape does it, but that nobody reads. */
function ours(accept: string): () => Promise<number> {
  const metrics = new TargetMetrics({
    level: "default",
    bounds: new BucketBounds(defaultBoundsUs),
    clock: systemClock,
  });
  for (const target of targets) metrics.add(target);
  for (let round = 0; round < handshakes; round++)
    for (const [index, target] of targets.entries()) metrics.record(target.key, reply(index, round));
  return async () => {
    const writer = await negotiate(accept).writer(() => false);
    const page = metrics.page();
    let bytes = 0;
    for await (const chunk of inTurns(pageChunks(page.families([]), writer))) bytes += chunk.length;
    page.free();
    return bytes;
  };
}

/** The same families with the same values. */
function promClient(): () => Promise<number> {
  const registry = new Registry();
  const registers = [registry];
  const help = "The same as ours.";
  const labelNames = ["cluster", "node", "zone", "target"];
  const legacy = ["pingo_reply", "pingo_lost", "pingo_time"].map(
    (name) => new Counter({ name, help, labelNames: ["name", "target"], registers }),
  );
  const probes = new Counter({ name: "pingo_probes_total", help, labelNames: [...labelNames, "result"], registers });
  const connect = new Summary({ name: "pingo_connect_seconds", help, labelNames, percentiles: [], registers });
  const synSent = new Counter({ name: "pingo_syn_sent_total", help, labelNames, registers });
  const retransmits = new Counter({ name: "pingo_syn_retransmits_total", help, labelNames, registers });
  const buckets = defaultBoundsUs.map(usToSeconds);
  const rtt = new Histogram({ name: "pingo_handshake_rtt_seconds", help, labelNames, buckets, registers });
  const up = new Gauge({ name: "pingo_up", help, labelNames, registers });
  const infoNames = [...labelNames, "region", "instance_type", "address_type", "os", "port"];
  const info = new Gauge({ name: "pingo_target_info", help, labelNames: infoNames, registers });
  for (const [index, { cluster, node, zone, name, address, ...facts }] of targets.entries()) {
    const labels = { cluster, node, zone, target: address };
    for (const counter of legacy) counter.inc({ name, target: address }, handshakes);
    for (const result of results) probes.inc({ ...labels, result }, result === "ok" ? handshakes : 0);
    synSent.inc(labels, handshakes);
    retransmits.inc(labels, 0);
    up.set(labels, 1);
    const { region, instanceType, addressType, os, portName } = facts;
    info.set({ ...labels, region, instance_type: instanceType, address_type: addressType, os, port: portName }, 1);
    for (let round = 0; round < handshakes; round++) {
      const { rttUs, connectUs } = reply(index, round);
      rtt.observe(labels, usToSeconds(rttUs ?? 0));
      connect.observe(labels, usToSeconds(connectUs ?? 0));
    }
  }
  return async () => Buffer.byteLength(await registry.metrics());
}

function fleetTarget(index: number): Target {
  const [high, low] = [index >> 8, index & 255];
  const node = `ip-10-${high}-${low}-17.eu-west-1.compute.internal`;
  const zone = `eu-west-1${"abc"[index % 3]}`;
  return makeTarget({
    key: node,
    cluster: "prod-eu-west",
    node,
    name: node,
    zone,
    region: "eu-west-1",
    instanceType: "m7g.2xlarge",
    os: "linux",
    address: `10.${high}.${low}.17:10250`,
  });
}

/** Round trips from 100 to 300 us, for each target around its own. */
function reply(index: number, round: number): Reply {
  const rttUs = 100 + ((index * 37) % 150) + ((round * 13) % 50);
  return { probe: "tcp", path: 0, startedMs: round, result: "ok", connectUs: rttUs + 60, rttUs, synSent: 1 };
}

/** What is held, in the heap and beside it, once what is not needed is let go. */
function usedBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
