import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Question } from "../../src/api/queries.ts";
import type { HistoryAnswer, NodeRow, Overview } from "../../src/api/v1.ts";
import { systemClock } from "../../src/clock.ts";
import { PrometheusHistory } from "../../src/history/prometheus/prometheus-history.ts";
import { keyOf } from "../../src/history/prometheus/target-key.ts";
import { results } from "../../src/outcome.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { makeTarget } from "../support/make-target.ts";
import { skipWithout } from "../support/need.ts";
import { Pingo } from "../support/pingo.ts";
import { Prometheus } from "../support/prometheus.ts";
import { TargetPageServer } from "../support/target-page-server.ts";

const minuteMs = 60_000;
const nodesEach = 6;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A scrape counts from its start on, and is there at its end. */
const settledMs = () => Date.now() - 3_000;

/** A node that two PinGos probe from two places, of which one does not reach it. */
const shared = makeTarget({ key: "k", node: "shared", cluster: "two-places", zone: "z", address: "192.0.2.7:10250" });

interface Prober {
  readonly pingo: Pingo;
  /** `127.0.0.1:8080` */
  readonly at: string;
}

/** `started` is told of it before it is ready: what fails in between must not leave it behind. */
async function prober(sandbox: Sandbox, args: readonly string[], started: Pingo[]): Promise<Prober> {
  const pingo = new Pingo(["--probe", "500ms", "--listen", "127.0.0.1:0", ...args], sandbox.environment());
  started.push(pingo);
  const [, at = ""] = await pingo.says(/metrics are at http:\/\/(127\.0\.0\.1:\d+)/);
  // Of six nodes a share may be one.
  await pingo.says(/probing \d+ nodes?,/);
  return { pingo, at };
}

describe("one Prometheus that scrapes several PinGos", { skip: skipWithout("prometheus") }, () => {
  const sandboxes: Sandbox[] = [];
  const probers: Prober[] = [];
  const started: Pingo[] = [];
  const places: TargetPageServer[] = [];
  let prometheus: Prometheus;
  let history: PrometheusHistory;
  let nowMs = 0;
  let [clusterA, clusterB]: [string, string] = ["", ""];

  before(async () => {
    sandboxes.push(...(await Promise.all([1, 2].map(() => startSandbox({ nodes: nodesEach })))));
    const [a, b] = sandboxes as [Sandbox, Sandbox];
    [clusterA, clusterB] = [new URL(a.apiUrl).host, new URL(b.apiUrl).host];
    const alone = ["--history", "none"];
    // Two that share the one cluster, and one of the other.
    probers.push(
      ...(await Promise.all([
        prober(a, [...alone, "--shard", "1/2"], started),
        prober(a, [...alone, "--shard", "2/2"], started),
        prober(b, alone, started),
      ])),
    );
    for (const isReached of [true, false]) places.push(await TargetPageServer.start(shared, 100, isReached));
    prometheus = await Prometheus.start({
      scraped: [...probers, ...places].map(({ at }, index) => ({ job: `pingo-${index}`, target: at })),
      seconds: 1,
      native: false,
    });
    const clock = { ...systemClock, unixMs: () => nowMs };
    history = new PrometheusHistory({ url: new URL(prometheus.url), tokenFile: undefined, clock });
    await eventually("all have been scraped", async () => {
      const targets = await prometheus.query("count(pingo_target_info)");
      return targets[0]?.value === 2 * nodesEach + 2;
    });
    await b.stopKubelet(b.nodeNames()[0] ?? "");
    // A minute that has a scrape before it, and a third of it.
    const startMs = Math.ceil((Date.now() + 3_000) / minuteMs) * minuteMs;
    await wait(startMs + 20_000 - Date.now());
  });

  after(async () => {
    await Promise.all([...started.map((pingo) => pingo.stop()), ...places.map((place) => place.stop())]);
    await history?.stop();
    await prometheus?.stop();
    await Promise.all(sandboxes.map((sandbox) => sandbox.stop()));
  });

  /** Asks as of one moment, so that what is compared is of the same one. */
  async function askAt<Answer>(atMs: number, question: Question): Promise<Answer> {
    nowMs = atMs;
    const answer = await history.ask(question);
    assert.ok(answer instanceof Uint8Array, JSON.stringify(answer));
    return JSON.parse(Buffer.from(answer).toString()) as Answer;
  }

  const everything = { zone: undefined, nodes: "all", search: "", offset: 0, limit: 100 } as const;

  async function overview(cluster = ""): Promise<Overview> {
    const atMs = settledMs();
    const query = { ...everything, fromMs: atMs - 15 * minuteMs, toMs: atMs, cluster };
    return askAt<Overview>(atMs, { ask: "overview", query });
  }

  /** What a counter has gained since the minute began, of each result, as Prometheus has it of each PinGo by itself. */
  async function gained(family: string, cluster: string, node: string | undefined, atMs: number) {
    const startMs = Math.floor(atMs / minuteMs) * minuteMs;
    const matcher = node === undefined ? "" : `,node="${node}"`;
    const samplesAt = (ms: number) => prometheus.query(`${family}{cluster="${cluster}"${matcher}}`, ms / 1_000);
    const [now, then] = await Promise.all([samplesAt(atMs), samplesAt(startMs)]);
    assert.equal(now.length, then.length);
    return results.map((result) => {
      const sum = (samples: typeof now) =>
        samples.filter(({ metric }) => metric.result === result).reduce((all, { value }) => all + value, 0);
      return sum(now) - sum(then);
    });
  }

  test("shows the shards of a cluster as one, and clusters apart", async () => {
    const { clusters, nodes, nodesTotal, zones } = await overview();
    const names = sandboxes.map((sandbox) => sandbox.nodeNames().toSorted());
    assert.deepEqual(names[0], names[1], "both clusters have nodes of the same names");
    assert.equal(nodesTotal, 2 * nodesEach + 1);
    const of = (cluster: string) => nodes.filter((row) => row.cluster === cluster);
    assert.deepEqual(
      of(clusterA)
        .map(({ node }) => node)
        .toSorted(),
      names[0],
    );
    assert.deepEqual(
      of(clusterB)
        .map(({ node }) => node)
        .toSorted(),
      names[1],
    );
    const counts = Object.fromEntries(clusters.map((one) => [one.cluster, [one.isApiUp, one.targets, one.reachable]]));
    assert.deepEqual(counts, {
      [clusterA]: [true, nodesEach, nodesEach],
      [clusterB]: [true, nodesEach, nodesEach - 1],
      "two-places": [null, 1, 0],
    });
    const zonesOf = (cluster: string) => zones.filter((one) => one.cluster === cluster);
    for (const cluster of [clusterA, clusterB]) {
      assert.equal(zonesOf(cluster).length, 3);
      assert.equal(
        zonesOf(cluster).reduce((sum, { targets }) => sum + targets, 0),
        nodesEach,
      );
    }
    assert.equal(
      zonesOf(clusterB).reduce((sum, { unreachable }) => sum + unreachable, 0),
      1,
    );
    assert.equal(
      zonesOf(clusterA).reduce((sum, { unreachable }) => sum + unreachable, 0),
      0,
    );
  });

  test("does not take a node for that of the same name in another cluster", async () => {
    const { nodes, headline } = await overview();
    const [name = ""] = sandboxes[1]?.nodeNames() ?? [];
    const find = (cluster: string): NodeRow =>
      nodes.find((row) => row.cluster === cluster && row.node === name) ?? assert.fail(`${cluster} has no ${name}`);
    assert.deepEqual([find(clusterB).condition, find(clusterB).why], ["unreachable", "refused"]);
    assert.deepEqual([find(clusterA).condition, find(clusterA).why], ["ok", ""]);
    assert.notEqual(find(clusterA).target, find(clusterB).target);
    assert.notEqual(find(clusterA).key, find(clusterB).key);
    assert.ok([headline.text, ...headline.more].join("; ").includes(name));
    const ofA = await overview(clusterA);
    assert.equal(ofA.nodesTotal, nodesEach);
    assert.match(ofA.headline.text, /^all 6 nodes reachable$/);
  });

  test("counts of each node and of each zone just what all PinGos together have counted", async () => {
    const atMs = settledMs();
    const asked = { fromMs: Math.floor(atMs / minuteMs) * minuteMs, toMs: atMs };
    let sumOfA = 0;
    for (const [cluster, sandbox] of [
      [clusterA, sandboxes[0]],
      [clusterB, sandboxes[1]],
    ] as const) {
      const { nodes } = await askAt<Overview>(atMs, {
        ask: "overview",
        query: { ...everything, ...asked, cluster },
      });
      for (const node of sandbox?.nodeNames() ?? []) {
        const row = nodes.find((one) => one.node === node) ?? assert.fail(node);
        const query = { ...asked, key: row.key, cluster: "", zone: undefined };
        const { total } = await askAt<HistoryAnswer>(atMs, { ask: "history", query });
        const truth = await gained("pingo_probes_total", cluster, node, atMs);
        assert.deepEqual(total.results, truth, `${cluster} ${node}`);
        assert.ok(truth.reduce((all, count) => all + count) >= 20, "something was counted");
        if (cluster === clusterA) sumOfA += truth[0] ?? 0;
      }
    }
    const query = { ...asked, key: undefined, cluster: clusterA, zone: undefined };
    const { total } = await askAt<HistoryAnswer>(atMs, { ask: "history", query });
    assert.deepEqual(total.results, await gained("pingo_zone_probes_total", clusterA, undefined, atMs));
    assert.equal(total.results[0], sumOfA, "nodes and zones add up to the same, over both shards");
  });

  test("adds up what two PinGos have counted of one node, which is up where both reach it", async () => {
    const atMs = settledMs();
    const asked = { fromMs: Math.floor(atMs / minuteMs) * minuteMs, toMs: atMs };
    const { nodes } = await overview("two-places");
    assert.equal(nodes.length, 1);
    assert.deepEqual([nodes[0]?.condition, nodes[0]?.why], ["unreachable", "timeout"]);
    const key = keyOf({ cluster: "two-places", node: "shared", target: shared.address });
    assert.equal(nodes[0]?.key, key);
    const query = { ...asked, key, cluster: "", zone: undefined };
    const { total } = await askAt<HistoryAnswer>(atMs, { ask: "history", query });
    assert.deepEqual(total.results, await gained("pingo_probes_total", "two-places", "shared", atMs));
    const [ok, lost] = total.results;
    assert.ok(ok > 100 && Math.abs(ok - lost) <= 30, `${ok} answered, ${lost} not`);
    // One of the two sends each SYN twice.
    assert.ok(Math.abs(total.synRetransmits - lost) <= 1, `${total.synRetransmits} of ${lost}`);
  });

  test("is what another PinGo shows that reads from it, whatever it probes itself", async (t) => {
    const [a] = sandboxes as [Sandbox];
    const viewer = await prober(a, ["--shard", "1/2", "--history", `prometheus=${prometheus.url}`], started);
    t.after(() => viewer.pingo.stop());
    const shown = (await (await fetch(`http://${viewer.at}/api/v1/overview?range=15m&nodes=all`)).json()) as Overview;
    assert.equal(shown.nodesTotal, 2 * nodesEach + 1);
    const counts = Object.fromEntries(shown.clusters.map(({ cluster, reachable }) => [cluster, reachable]));
    assert.deepEqual(counts, { [clusterA]: nodesEach, [clusterB]: nodesEach - 1, "two-places": 0 });
    const top = await Pingo.run(["top", `http://${viewer.at}`]);
    assert.equal(top.code, 0, top.stderr);
    for (const name of [clusterA, clusterB, "two-places"]) assert.ok(top.stdout.includes(name), top.stdout);
  });
});
