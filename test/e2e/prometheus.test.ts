import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { boards } from "../../deploy/grafana/src/boards.ts";
import { isProblem } from "../../src/api/problem.ts";
import type { Question } from "../../src/api/queries.ts";
import type { HistoryAnswer, TargetsAnswer } from "../../src/api/v1.ts";
import { systemClock } from "../../src/clock.ts";
import { PrometheusHistory } from "../../src/history/prometheus/prometheus-history.ts";
import type { TcpAddress } from "../../src/http/listen-address.ts";
import { HttpServer } from "../../src/http/server.ts";
import { negotiate } from "../../src/metrics/exposition/format.ts";
import { pageChunks } from "../../src/metrics/exposition/page-writer.ts";
import { BucketBounds, defaultBoundsUs } from "../../src/metrics/histogram/bucket-bounds.ts";
import { bucketsPerOctave } from "../../src/metrics/histogram/native-scale.ts";
import { TargetMetrics } from "../../src/metrics/target-metrics.ts";
import { results } from "../../src/outcome.ts";
import { usToSeconds } from "../../src/units.ts";
import { tell } from "../support/figures.ts";
import { makeTarget } from "../support/make-target.ts";
import { skipWithout } from "../support/need.ts";
import { Pingo } from "../support/pingo.ts";
import { Prometheus } from "../support/prometheus.ts";
import { randomNumbers } from "../support/random-numbers.ts";

const scrapeSeconds = 5;
const runMs = 120_000;
/** A bucket's upper bound to its lower one. */
const bucketRatio = 2 ** (1 / bucketsPerOctave);
const rules = fileURLToPath(new URL("../../deploy/prometheus/pingo.rules.yaml", import.meta.url));

/** PinGo's own page of handshakes whose round trips the test knows, and how many there were at each scrape. */
class KnownHandshakes {
  readonly rttsUs: number[] = [];
  /** By path of the scraper: `/metrics` of the one, `/text` of the other. */
  readonly atScrapes: number[] = [];
  readonly #metrics = new TargetMetrics({
    level: "default",
    bounds: new BucketBounds(defaultBoundsUs),
    clock: systemClock,
  });
  readonly #target = makeTarget({ key: "k", node: "known", cluster: "c", zone: "z" });
  readonly #random = randomNumbers(42);
  readonly #server = new HttpServer({
    routes: { "/metrics": ({ headers }) => this.#page(headers.accept) },
    onError: (path, error) => assert.fail(`${path}: ${error.stack}`),
  });
  #making: NodeJS.Timeout | undefined;

  async start(): Promise<string> {
    this.#metrics.add(this.#target);
    this.#making = setInterval(() => this.#handshake(), 20);
    const [address] = await this.#server.listen([{ host: "127.0.0.1", port: 0 }]);
    return `127.0.0.1:${(address as TcpAddress).port}`;
  }

  pause(): void {
    clearInterval(this.#making);
  }

  async stop(): Promise<void> {
    this.pause();
    await this.#server.stop();
  }

  /** From 20 us to 200 ms, each octave as likely. */
  #handshake(): void {
    const rttUs = Math.round(20 * 10_000 ** (this.#random(1e6) / 1e6));
    this.rttsUs.push(rttUs);
    const startedMs = performance.now();
    const outcome = { probe: "tcp", path: 0, startedMs, result: "ok", connectUs: rttUs, rttUs, synSent: 1 } as const;
    this.#metrics.record(this.#target.key, outcome);
  }

  async #page(accept: string | undefined) {
    const { contentType, writer: open } = negotiate(accept);
    const writer = await open(() => false);
    const page = this.#metrics.page();
    if (contentType.includes("protobuf")) this.atScrapes.push(this.rttsUs.length);
    return { status: 200, contentType, body: pageChunks(page.families([]), writer), sent: () => page.free() };
  }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("a real Prometheus", { skip: skipWithout("prometheus") }, () => {
  test("that scrapes the demo for two minutes is content, and its native histograms are right", {
    timeout: runMs + 60_000,
  }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "pingo-demo-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const kubeconfig = join(folder, "kubeconfig");
    const demo = new Pingo(["demo", "--listen", "127.0.0.1:0", "--probe", "1s", "--write-kubeconfig", kubeconfig]);
    t.after(() => demo.stop());
    const [, demoTarget = ""] = await demo.says(/metrics +http:\/\/(\S+)\/metrics/);
    const known = new KnownHandshakes();
    t.after(() => known.stop());
    const scraped = [
      { job: "demo", target: demoTarget },
      { job: "known", target: await known.start() },
    ];
    const native = await Prometheus.start({ scraped, seconds: scrapeSeconds, native: true, ruleFiles: [rules] });
    t.after(() => native.stop());
    const classic = await Prometheus.start({ scraped, seconds: scrapeSeconds, native: false });
    t.after(() => classic.stop());
    await wait(runMs);

    for (const prometheus of [native, classic]) {
      for (const job of ["demo", "known"]) {
        const up = await prometheus.query(`min_over_time(up{job="${job}"}[100s])`);
        assert.deepEqual(
          up.map(({ value }) => value),
          [1],
        );
      }
      const complaints = prometheus.log.split("\n").filter((line) => /level=(warn|error)/.test(line));
      assert.deepEqual(complaints, []);
    }
    const evaluations = await native.own("prometheus_rule_evaluations_total");
    assert.ok(evaluations.length > 0 && evaluations.every((count) => count > 0), "every group is evaluated");
    const failures = await native.own("prometheus_rule_evaluation_failures_total");
    assert.deepEqual([...new Set(failures)], [0]);
    const [probed] = await native.query('count(node:pingo_probes_ok:rate3m{job="demo"})');
    assert.ok(
      (probed?.value ?? 0) >= 11,
      "the rules record something of each of the demo's 12 nodes, or those that it has by now",
    );
    for (const prometheus of [native, classic]) await checkBoards(prometheus);

    await checkQuantiles(t, native, known);
    known.pause();
    await wait(2_500 * scrapeSeconds);
    await checkCounters(native, classic);
    await checkSamePicture(t, `http://${demoTarget}`, native);
    const { code } = await demo.stop();
    assert.equal(code, 0);
  });
});

/** A handshake counts in the step in which it was scraped: at one a second, so many may lie in the next one. */
const lateAtMost = scrapeSeconds + 2;

/** What the page shows of the demo's own history, and of the one that Prometheus keeps of it. */
async function checkSamePicture(t: TestContext, url: string, { url: prometheusUrl }: Prometheus): Promise<void> {
  const elsewhere = new PrometheusHistory({ url: new URL(prometheusUrl), tokenFile: undefined, clock: systemClock });
  t.after(() => elsewhere.stop());
  const own = async <T>(path: string) => (await (await fetch(`${url}/api/v1/${path}`)).json()) as T;
  const theirs = async <T>(question: Question) => {
    const answer = await elsewhere.ask(question);
    assert.ok(!isProblem(answer), JSON.stringify(answer));
    return JSON.parse(new TextDecoder().decode(answer)) as T;
  };
  // The last whole minute but one: all of it has been scraped.
  const toMs = Math.floor(Date.now() / 60_000) * 60_000;
  const time = { fromMs: toMs - 60_000, toMs };
  const targets = (await own<TargetsAnswer>("targets?limit=100")).targets.filter(({ isProbed }) => isProbed);
  const query = { cluster: "", search: "", offset: 0, limit: 100 };
  const known = (await theirs<TargetsAnswer>({ ask: "targets", query })).targets;
  let [handshakes, lost, offAtMost] = [0, 0, 0];
  for (const { key, node, target, joinedMs } of targets) {
    // Of one that came later, the counters began later, too.
    if ((joinedMs ?? 0) > time.fromMs - 2_000 * scrapeSeconds) continue;
    const same = known.find((one) => one.node === node && one.target === target);
    assert.ok(same !== undefined, `${node} ${target} is in Prometheus`);
    const range = `from=${time.fromMs}&to=${time.toMs}&key=${encodeURIComponent(key)}`;
    const mine = (await own<HistoryAnswer>(`history?${range}`)).total.results;
    const group = { ...time, key: same.key, cluster: "", zone: undefined };
    const found = (await theirs<HistoryAnswer>({ ask: "history", query: group })).total.results;
    for (const [index, count] of mine.entries()) {
      const off = Math.abs(count - (found[index] as number));
      assert.ok(off <= lateAtMost, `${node}, ${results[index]}: ${count} here, ${found[index]} in Prometheus`);
      offAtMost = Math.max(offAtMost, off);
    }
    handshakes += mine.reduce((sum, count) => sum + count, 0);
    lost += mine.slice(1, 5).reduce((sum, count) => sum + count, 0);
  }
  assert.ok(handshakes > 400, `${handshakes} handshakes`);
  tell(t, { compared_handshakes: handshakes, lost, off_at_most: offAtMost });
}

/** What Prometheus makes of the native histogram, against the handshakes themselves. */
async function checkQuantiles(t: TestContext, prometheus: Prometheus, known: KnownHandshakes): Promise<void> {
  // Just after a scrape, so that it is known which scrapes the minute before holds: the last twelve.
  const before = known.atScrapes.length;
  while (known.atScrapes.length === before) await wait(10);
  await wait(2_000);
  const last = known.atScrapes.length - 1;
  const nowSeconds = Date.now() / 1_000;
  const first = last - (60 / scrapeSeconds - 1);
  const rttsUs = known.rttsUs.slice(known.atScrapes[first], known.atScrapes[last]).toSorted((a, b) => a - b);
  assert.ok(rttsUs.length > 1_500, `${rttsUs.length} handshakes`);
  const figures: Record<string, number> = { handshakes: rttsUs.length };
  for (const quantile of [0.5, 0.9, 0.99]) {
    const expression = `histogram_quantile(${quantile}, rate(pingo_handshake_rtt_seconds{job="known"}[1m]))`;
    const [found] = await prometheus.query(expression, nowSeconds);
    const truth = usToSeconds(rttsUs[Math.ceil(quantile * rttsUs.length) - 1] as number);
    const ratio = (found?.value ?? Number.NaN) / truth;
    assert.ok(
      ratio > 1 / bucketRatio && ratio < bucketRatio,
      `p${100 * quantile} is ${ratio} of the truth, ${truth} s`,
    );
    figures[`p${100 * quantile}_off_percent`] = 100 * (ratio - 1);
  }
  tell(t, figures);
}

/** The same page in two formats, while nothing changes. */
async function checkCounters(native: Prometheus, classic: Prometheus): Promise<void> {
  const counters =
    '{job="known",__name__=~"pingo_.*(_total|_sum|_count)|pingo_reply|pingo_lost|pingo_up|pingo_zone_targets"}';
  const read = async (prometheus: Prometheus) => {
    const samples = await prometheus.query(counters);
    return new Map(samples.map(({ metric, value }) => [JSON.stringify(Object.entries(metric).toSorted()), value]));
  };
  const [fromProtobuf, fromText] = [await read(native), await read(classic)];
  // A native histogram is one series, whose sum and count are asked for in another way.
  const ofHistograms = [...fromText].filter(([series]) => series.includes("handshake_rtt"));
  for (const [series] of ofHistograms) fromText.delete(series);
  assert.ok(fromText.size >= 20, `${fromText.size} series`);
  assert.deepEqual(new Map([...fromProtobuf].toSorted()), new Map([...fromText].toSorted()));
  for (const family of ["pingo_handshake_rtt_seconds", "pingo_zone_handshake_rtt_seconds"]) {
    for (const part of ["sum", "count"]) {
      const [ofNative] = await native.query(`histogram_${part}(${family}{job="known"})`);
      const [ofClassic] = await classic.query(`${family}_${part}{job="known"}`);
      assert.ok(ofNative !== undefined && ofNative.value > 0);
      assert.equal(ofNative.value, ofClassic?.value, `${family}_${part}`);
    }
  }
}

/** What may have nothing to show on a good day. */
const mayBeEmpty = new Set(["Nodes that do not answer"]);

/** Every expression of every panel, its variables filled in as Grafana does, gives something of the demo. */
async function checkBoards(prometheus: Prometheus): Promise<void> {
  const [some] = await prometheus.query('pingo_up{job="demo"} == 1');
  const node = some?.metric.node ?? "no node of the demo answers";
  let asked = 0;
  for (const name of Object.keys(boards)) {
    const path = new URL(`../../deploy/grafana/${name}.json`, import.meta.url);
    const { panels } = JSON.parse(readFileSync(path, "utf8")) as BoardFile;
    for (const { title, targets = [] } of panels.flatMap((panel) => [panel, ...(panel.panels ?? [])])) {
      for (const { expr } of targets) {
        const filled = expr
          .replaceAll("$__rate_interval", `${4 * scrapeSeconds}s`)
          .replaceAll("$job", "demo")
          .replaceAll("$node", node)
          .replaceAll(/\$(cluster|zone)/g, ".*");
        assert.doesNotMatch(filled, /\$/, `${name}, ${title}`);
        const samples = await prometheus.query(filled);
        asked++;
        assert.ok(samples.length > 0 || mayBeEmpty.has(title), `${name}, ${title} is empty: ${filled}`);
      }
    }
  }
  assert.ok(asked > 30, `${asked} expressions`);
}

interface PanelFile {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
  readonly panels?: readonly PanelFile[];
}

interface BoardFile {
  readonly panels: readonly PanelFile[];
}
