import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { hastenRules } from "../deploy/hastened-rules.ts";
import { eventually } from "../support/eventually.ts";
import { tell } from "../support/figures.ts";
import { skipWithout } from "../support/need.ts";
import type { Sample } from "../support/prometheus.ts";
import { Lab } from "./lab.ts";
import { Listening } from "./listening.ts";
import { Observatory } from "./observatory.ts";
import type { WatchedNode } from "./watched-cluster.ts";

const shippedRules = new URL("../../deploy/prometheus/pingo.rules.yaml", import.meta.url);
/** A minute of the shipped rules is a second and a half here; all that they measure time by is hastened alike. */
const factor = 40;
/** What the rules are written for. */
const intervalMs = 15_000 / factor;
const lookbackMs = 300_000 / factor;
/**
 * The kernel sends a SYN again after one second, however fast the rules are. Five fit in here, at 0, 1, 2, 3 and 4 s, so
 * that as good as every handshake gets through a link that loses a fifth of them.
 */
const timeoutMs = 4_500;
const lossPercent = 20;
/** Two minutes to the rules. What one of them makes of a breakage later than that is seen in the next breakage's turn. */
const quietMs = 120_000 / factor;
/** A loaded machine may be late with all of it. */
const [firesWithinMs, clearsWithinMs] = [40_000, 70_000];

const port = 10_250;
/** Of the one node whose kubelet ends: a listener of its own. */
const otherPort = 10_251;
const zones = ["a", "b", "c"];
const nodes: WatchedNode[] = zones.flatMap((letter, zone) =>
  [1, 2, 3].map((index) => ({
    name: `${letter}${index}`,
    zone,
    address: `198.18.${zone + 1}.${index}`,
    port: letter === "a" && index === 2 ? otherPort : port,
  })),
);

interface Breakage {
  readonly name: string;
  /** What fires, and for what: an alert's name, zone and node, a space between. */
  readonly fires: string;
  readonly breaks: () => void | Promise<void>;
  readonly mends: () => void | Promise<void>;
}

describe("each breakage in the lab fires its alert and no other, the shipped rules in a real Prometheus", {
  skip: skipWithout("root", "ip", "nft", "prometheus"),
  timeout: 300_000,
}, () => {
  const startedMs = Date.now();
  let folder: string;
  let lab: Lab;
  let observatory: Observatory | undefined;
  let otherListening: Listening | undefined;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pingo-lab-"));
    const ruleFile = join(folder, "hastened.rules.yaml");
    writeFileSync(ruleFile, hastenRules(readFileSync(shippedRules, "utf8"), factor));
    lab = Lab.create();
    for (const zone of zones.keys()) {
      lab.near.run("ip", "route", "add", `198.18.${zone + 1}.0/24`, "via", lab.far.ip4);
      lab.far.run("ip", "route", "add", "local", `198.18.${zone + 1}.0/24`, "dev", "lo");
    }
    await Listening.start(lab.far, [port]);
    otherListening = await Listening.start(lab.far, [otherPort]);
    observatory = await Observatory.start(lab.near, { nodes, intervalMs, timeoutMs, ruleFile, lookbackMs });
  });
  after(async () => {
    // First, as it takes away what it wrote; the listeners go with the lab.
    await observatory?.stop();
    lab?.end();
    rmSync(folder, { recursive: true });
  });

  const query = (expression: string) => (observatory as Observatory).query(expression);
  const firing = async () => (await query('ALERTS{alertstate="firing"}')).map(alertText).toSorted();

  /** All that has been firing at any evaluation since then. */
  async function firedSince(sinceMs: number): Promise<string[]> {
    const range = `[${Math.max(1, Date.now() - sinceMs)}ms]`;
    return (await query(`last_over_time(ALERTS{alertstate="firing"}${range})`)).map(alertText).toSorted();
  }

  async function staysQuiet(): Promise<void> {
    const sinceMs = Date.now();
    await wait(quietMs);
    assert.deepEqual(await firedSince(sinceMs), []);
  }

  async function happens(what: string, holds: () => Promise<boolean>, limitMs: number): Promise<number> {
    const startMs = performance.now();
    await eventually(
      what,
      // Each question takes of the machine that it asks about.
      async () => (await holds()) || wait(200).then(() => false),
      limitMs,
    );
    return (performance.now() - startMs) / 1_000;
  }

  async function firesWhile(breaks: Breakage["breaks"], alert: string): Promise<number> {
    await breaks();
    return happens(`${alert} fires`, async () => (await firing()).includes(alert), firesWithinMs);
  }

  async function plays(t: TestContext, { name, fires, breaks, mends }: Breakage): Promise<void> {
    const sinceMs = Date.now();
    const fired_after_s = await firesWhile(breaks, fires).finally(mends);
    const cleared_after_s = await happens(`${fires} clears`, async () => (await firing()).length === 0, clearsWithinMs);
    await staysQuiet();
    tell(t, { breakage: name, alert: fires, fired_after_s, cleared_after_s });
    assert.deepEqual(await firedSince(sinceMs), [fires]);
  }

  /** What the far host does to what arrives there. */
  const arrives = (rule: string) =>
    lab.far.rules(`table inet lab {\nchain c {\ntype filter hook input priority 0\n${rule}\n}\n}`);
  const mendsNetwork = () => lab.far.rules("");

  const breakages: readonly Breakage[] = [
    {
      name: "a zone goes dark",
      fires: "PingoZoneUnreachable lo-west-1b",
      breaks: () => arrives("ip daddr 198.18.2.0/24 drop"),
      mends: mendsNetwork,
    },
    {
      name: "a kubelet ends on a node that is up and Ready",
      fires: "PingoKubeletRefuses lo-west-1a a2",
      breaks: async () => {
        await otherListening?.stop();
        otherListening = undefined;
      },
      mends: async () => {
        otherListening = await Listening.start(lab.far, [otherPort]);
      },
    },
    {
      name: "a node that is Ready goes dark",
      fires: "PingoNodeUnreachable lo-west-1c c1",
      breaks: () => arrives("ip daddr 198.18.3.1 drop"),
      mends: mendsNetwork,
    },
    {
      name: "the API goes away",
      fires: "PingoApiUnreachable",
      breaks: () => observatory?.setApi("down"),
      mends: () => observatory?.setApi("up"),
    },
    {
      name: `the way to a zone loses ${lossPercent} % of the SYNs`,
      fires: "PingoZoneSynRetransmits lo-west-1b",
      breaks: () =>
        arrives(`ip daddr 198.18.2.0/24 tcp flags & (syn | ack) == syn numgen random mod 100 < ${lossPercent} drop`),
      mends: mendsNetwork,
    },
  ];

  test("a quiet network: none", async () => {
    const all = `count(node:pingo_probes_ok:rate3m > 0) == ${nodes.length}`;
    await happens("every node answers", async () => (await query(all)).length === 1, firesWithinMs);
    await staysQuiet();
  });

  for (const breakage of breakages) test(`${breakage.name}: ${breakage.fires}`, (t) => plays(t, breakage));

  test("and over all of it nothing else has fired, and Prometheus has nothing to complain of", async (t) => {
    const expected = breakages.map(({ fires }) => fires).toSorted();
    assert.deepEqual(await firedSince(startedMs), expected);
    const log = (await observatory?.prometheusLog()) ?? "";
    assert.deepEqual(
      log.split("\n").filter((line) => /level=(warn|error)/.test(line)),
      [],
    );
    tell(t, { faster_than_the_rules: factor, total_s: (Date.now() - startedMs) / 1_000 });
  });
});

function alertText({ metric: { alertname, zone, node } }: Sample): string {
  return [alertname, zone, node].filter((part) => part !== undefined).join(" ");
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
