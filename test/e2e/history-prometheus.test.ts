import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Question } from "../../src/api/queries.ts";
import type { EventsAnswer, HistoryAnswer, Overview, TargetsAnswer, ZonesAnswer } from "../../src/api/v1.ts";
import { systemClock } from "../../src/clock.ts";
import { PrometheusHistory } from "../../src/history/prometheus/prometheus-history.ts";
import { keyOf } from "../../src/history/prometheus/target-key.ts";
import { type PastScrape, type PastTarget, writePast } from "../history/prometheus/past.ts";
import { skipWithout } from "../support/need.ts";
import { Prometheus } from "../support/prometheus.ts";
import { randomNumbers } from "../support/random-numbers.ts";

const minuteMs = 60_000;
const everyMs = 15_000;
const scrapes = 400;
/** What PromQL and regular expressions would take for their own. */
const oddZone = 'z"1\\}.*|a';
const toMs = Math.floor(Date.now() / minuteMs) * minuteMs;
/** Never on the boundary of a step. */
const firstMs = toMs - scrapes * everyMs + 7_000;
const random = randomNumbers(7);

/** Round trips from 100 to 900 us, and what else there is. */
function scrape(changes: Partial<PastScrape> = {}): PastScrape {
  const rttsUs = Array.from({ length: 5 }, () => 100 + random(800));
  return { counts: { ok: 5 }, rttsUs, ...changes };
}

const lastScrape = scrapes - 1;
const known = new Map<string, (PastScrape | undefined)[]>();

function target(node: string, zone: string, make: (index: number) => PastScrape | undefined): PastTarget {
  const all = Array.from({ length: scrapes }, (_, index) => make(index));
  known.set(node, all);
  return { cluster: "a", node, zone, target: `192.0.2.1:${10_000 + known.size}`, at: (index) => all[index] };
}

const targets = [
  target("well", "z1", () => scrape()),
  target("well-2", oddZone, () => scrape()),
  target("stopped", oddZone, (index) =>
    index > lastScrape - 40 ? { counts: { timeout: 5 }, synRetransmits: 20, rttsUs: [] } : scrape(),
  ),
  target("lossy", "z1", (index) =>
    index > lastScrape - 100 && index % 10 === 0 ? scrape({ counts: { ok: 4, reset: 1 } }) : scrape(),
  ),
  target("resent", "z1", (index) => (index > lastScrape - 60 ? scrape({ synRetransmits: 2 }) : scrape())),
  target("slow", "z1", (index) => (index > lastScrape - 20 ? scrape({ rttsUs: Array(5).fill(9_000) }) : scrape())),
  target("reset", "z1", (index) => (index === lastScrape - 30 ? scrape({ isReset: true }) : scrape())),
  target("late", "z1", (index) => (index > lastScrape - 50 ? scrape() : undefined)),
];
/** What makes a fleet of them: nothing happens to these. */
const crowd = Array.from(
  { length: 200 },
  (_, index): PastTarget => ({
    cluster: "crowd",
    node: `crowd.${index}`,
    zone: "z9",
    target: `192.0.2.2:${10_000 + index}`,
    at: (scraped) => (scraped > lastScrape - 80 ? { counts: { ok: 1 }, rttsUs: [] } : undefined),
  }),
);
const keys = Object.fromEntries(targets.map((one) => [one.node, keyOf({ ...one })]));

/** What was counted of a node in the scrapes of a step: those after its start, up to its end. */
function truth(node: string, startMs: number, stepMs: number): PastScrape[] {
  const all = known.get(node) ?? [];
  return all.flatMap((scraped, index) => {
    const atMs = firstMs + index * everyMs;
    return scraped !== undefined && atMs > startMs && atMs <= startMs + stepMs ? [scraped] : [];
  });
}

describe("a history that a real Prometheus keeps", { skip: skipWithout("prometheus", "promtool") }, () => {
  let prometheus: Prometheus;
  let history: PrometheusHistory;

  before(async () => {
    const past = writePast([...targets, ...crowd], firstMs, everyMs, scrapes);
    prometheus = await Prometheus.start({ scraped: [], seconds: 15, native: false, past });
    history = new PrometheusHistory({
      url: new URL(prometheus.url),
      tokenFile: undefined,
      // Just before the last scrape that there is: later, nothing would be live.
      clock: { ...systemClock, unixMs: () => toMs - 1 },
    });
  });

  after(async () => {
    await history?.stop();
    await prometheus?.stop();
  });

  async function ask<Answer>(question: Question): Promise<Answer> {
    const answer = await history.ask(question);
    assert.ok(answer instanceof Uint8Array, JSON.stringify(answer));
    return JSON.parse(Buffer.from(answer).toString()) as Answer;
  }

  const time = { fromMs: toMs - 60 * minuteMs, toMs };
  const everything = {
    ...time,
    cluster: "a",
    zone: undefined,
    nodes: "all",
    search: "",
    offset: 0,
    limit: 100,
  } as const;
  const ofNode = (node: string, range = time) =>
    ask<HistoryAnswer>({ ask: "history", query: { ...range, key: keys[node], cluster: "", zone: undefined } });

  test("counts in each minute just what was counted", async () => {
    for (const node of ["well", "stopped", "lossy", "resent", "well-2"]) {
      const { series, range, total } = await ofNode(node);
      assert.equal(range.columns, 60);
      // The first scrape of all has nothing before it.
      for (let column = 1; column < range.columns; column++) {
        const scraped = truth(node, range.fromMs + column * minuteMs, minuteMs);
        const sum = (of: (one: PastScrape) => number) => scraped.reduce((all, one) => all + of(one), 0);
        const [ok, timeout, , reset] = series.results[column] ?? [];
        assert.deepEqual(
          [ok, timeout, reset],
          [
            sum(({ counts }) => counts.ok ?? 0),
            sum(({ counts }) => counts.timeout ?? 0),
            sum(({ counts }) => counts.reset ?? 0),
          ],
          `${node}, column ${column}`,
        );
        assert.equal(
          series.synRetransmits[column],
          sum(({ synRetransmits = 0 }) => synRetransmits),
          `${node}, ${column}`,
        );
      }
      assert.equal(
        total.results.reduce((all, count) => all + count, 0),
        series.results.flat().reduce((all, count) => all + count, 0),
      );
    }
  });

  test("counts in longer steps, and those of a zone with an odd name, just what was counted", async () => {
    const range = { fromMs: toMs - 12 * 60 * minuteMs, toMs };
    const query = { ...range, key: undefined, cluster: "a", zone: oddZone };
    const { series, range: got } = await ask<HistoryAnswer>({ ask: "history", query });
    assert.equal(got.stepMs, 10 * minuteMs);
    let columns = 0;
    for (let column = 0; column < got.columns; column++) {
      const startMs = got.fromMs + column * got.stepMs;
      if (startMs < firstMs + minuteMs || startMs + got.stepMs > toMs) continue;
      const scraped = [...truth("well-2", startMs, got.stepMs), ...truth("stopped", startMs, got.stepMs)];
      const [ok, timeout] = series.results[column] ?? [];
      assert.equal(
        ok,
        scraped.reduce((all, { counts }) => all + (counts.ok ?? 0), 0),
        `column ${column}`,
      );
      assert.equal(
        timeout,
        scraped.reduce((all, { counts }) => all + (counts.timeout ?? 0), 0),
      );
      columns++;
    }
    assert.ok(columns >= 8, `${columns} columns`);
  });

  test("counts what came after a restart to within one scrape", async () => {
    const { series } = await ofNode("reset");
    for (const [column, results] of series.results.entries()) {
      if (column > 0) assert.ok(Math.abs(results[0] - 20) <= 5, `column ${column}: ${results[0]}`);
    }
  });

  test("gives percentiles within the bounds of the bucket that they lie in", async () => {
    const { total, series } = await ofNode("well");
    const rttsUs = (known.get("well") ?? []).flatMap((one) => one?.rttsUs ?? []).toSorted((a, b) => a - b);
    const bounds = [0, 100, 250, 500, 1_000];
    for (const [share, us] of [
      [0.5, total.p50Us],
      [0.9, total.p90Us],
    ] as const) {
      const exact = rttsUs[Math.ceil(share * rttsUs.length) - 1] ?? 0;
      const upper = bounds.find((bound) => bound >= exact) ?? 0;
      const lower = bounds.findLast((bound) => bound < exact) ?? 0;
      assert.ok(us !== null && us >= lower * 0.98 && us <= upper * 1.02, `p${100 * share}: ${us}, exactly ${exact}`);
    }
    assert.ok(series.latency.slice(1).every(({ p50Us }) => p50Us !== null && p50Us >= 100 && p50Us <= 1_000));
  });

  test("has trouble on top, and each kind of it in the heat", async () => {
    const { nodes, headline, zones, isLive } = await ask<Overview>({ ask: "overview", query: everything });
    assert.equal(isLive, true);
    const row = (node: string) => nodes.find((one) => one.node === node) ?? assert.fail(`${node} is missing`);
    assert.equal(nodes[0]?.node, "stopped");
    assert.deepEqual(
      [row("stopped").condition, row("stopped").why, row("stopped").heat.at(-1)],
      ["unreachable", "timeout", 33],
    );
    const since = row("stopped").sinceMs ?? 0;
    assert.ok(Math.abs(since - (firstMs + (lastScrape - 39) * everyMs)) <= 45_000, new Date(since).toISOString());
    assert.match(headline.text, /stopped|1 of/);
    assert.ok(row("lossy").heat.includes(31) && !row("lossy").heat.includes(33));
    assert.ok(
      row("resent")
        .heat.slice(-5)
        .every((heat) => heat === 22 || heat === 23),
      String(row("resent").heat),
    );
    assert.ok([12, 13].includes(row("slow").heat.at(-1) ?? 0), String(row("slow").heat));
    assert.deepEqual(new Set(row("well").heat), new Set([0]));
    assert.equal(row("late").heat[0], null, "it was not there then");
    assert.equal(row("late").heat.at(-1), 0);
    assert.equal(row("well").isReady, true);
    assert.ok(Math.abs((row("well").rttUs ?? 0) - 500) < 250);
    assert.equal(zones.find(({ zone }) => zone === oddZone)?.unreachable, 1);
  });

  test("has the same heat of a fleet of more than 200 as of a few, but for a restart", async () => {
    const overviewOf = (cluster: string) =>
      ask<Overview>({ ask: "overview", query: { ...everything, cluster, limit: 500 } });
    const [few, all] = await Promise.all([overviewOf("a"), overviewOf("")]);
    assert.equal(all.nodesTotal, targets.length + crowd.length);
    for (const node of ["stopped", "lossy", "resent", "well"]) {
      const [one, other] = [few, all].map(({ nodes }) => nodes.find((row) => row.cluster === "a" && row.node === node));
      assert.ok(one !== undefined && other !== undefined);
      assert.deepEqual(other.heat.slice(1), one.heat.slice(1), node);
      assert.deepEqual([other.condition, other.why, other.sinceMs], [one.condition, one.why, one.sinceMs]);
    }
  });

  test("finds what is searched for, and takes no text for a part of a query", async () => {
    const answer = await ask<Overview>({ ask: "overview", query: { ...everything, search: 'well"} or vector(1)' } });
    assert.equal(answer.nodesTotal, 0);
    const odd = await ask<Overview>({ ask: "overview", query: { ...everything, zone: oddZone } });
    assert.deepEqual(odd.nodes.map(({ node }) => node).toSorted(), ["stopped", "well-2"]);
    const nobody = await history.ask({ ask: "overview", query: { ...everything, cluster: 'a"} or pingo_up{x="' } });
    assert.ok("problem" in nobody);
    assert.match(nobody.problem, /^nothing is known of the cluster .*; there are a, crowd$/);
  });

  test("tells when a target ceased to answer", async () => {
    const query = { ...time, key: undefined, cluster: "", zone: undefined, kinds: [], before: undefined, limit: 50 };
    const { events } = await ask<EventsAnswer>({ ask: "events", query });
    const downs = events.filter(({ kind }) => kind === "down");
    assert.deepEqual(
      downs.map(({ node }) => node),
      ["stopped"],
    );
    assert.ok(Math.abs((downs[0]?.atMs ?? 0) - (firstMs + (lastScrape - 39) * everyMs)) <= 30_000);
  });

  test("answers for zones and targets too, as JSON and as CSV", async () => {
    const zones = await ask<ZonesAnswer>({ ask: "zones", query: { ...time, cluster: "a" } });
    assert.deepEqual(zones.zones.map(({ zone }) => zone).toSorted(), ["z1", oddZone].toSorted());
    const found = await ask<TargetsAnswer>({
      ask: "targets",
      query: { cluster: "a", search: "", offset: 0, limit: 3 },
    });
    assert.deepEqual([found.total, found.targets.length, found.nextOffset], [8, 3, 3]);
    const csv = await history.ask({ ask: "overview", query: everything, format: "csv" });
    assert.match(csv instanceof Uint8Array ? Buffer.from(csv).toString() : "", /stopped/);
  });

  test("says of a target that nobody knows that it is not known", async () => {
    for (const key of ["nonsense", keyOf({ cluster: "a", node: "nobody", target: "192.0.2.9:1" })]) {
      const answer = await history.ask({ ask: "history", query: { ...time, key, cluster: "", zone: undefined } });
      assert.equal("problem" in answer ? answer.status : undefined, 404);
    }
  });
});
