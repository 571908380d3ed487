import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { parseQuestion } from "../../src/api/parse-query.ts";
import { isProblem } from "../../src/api/problem.ts";
import type { Question } from "../../src/api/queries.ts";
import type { EventsAnswer, Overview } from "../../src/api/v1.ts";
import { systemClock } from "../../src/clock.ts";
import { PrometheusHistory } from "../../src/history/prometheus/prometheus-history.ts";
import { type PastScrape, type PastTarget, writePast } from "../history/prometheus/past.ts";
import { skipWithout } from "../support/need.ts";
import { Prometheus } from "../support/prometheus.ts";

const minuteMs = 60_000;
const everyMs = 15_000;
const scrapes = 400;
const toMs = Math.floor(Date.now() / minuteMs) * minuteMs;
const firstMs = toMs - scrapes * everyMs + 7_000;
/** So many scrapes before the end. */
const agoMs = (count: number) => firstMs + (scrapes - count) * everyMs;
const well: PastScrape = { counts: { ok: 5 }, rttsUs: [200, 300, 400, 500, 600] };

function target(node: string, zone: string, at: PastTarget["at"]): PastTarget {
  return { cluster: "a", node, zone, target: `192.0.2.1:${10_000 + node.length}`, at };
}

const movedAt = scrapes - 120;
const past = [
  target("stays", "z1", () => well),
  target("stays-2", "z2", () => well),
  target("moves", "z1", (scrape) => (scrape < movedAt ? well : undefined)),
  target("moves", "z2", (scrape) => (scrape < movedAt ? undefined : well)),
  target("silent-now", "z1", (scrape) => (scrape < scrapes - 60 ? well : { counts: {}, rttsUs: [] })),
  target("local-faults", "z1", (scrape) => (scrape < scrapes - 60 ? well : { counts: { local: 5 }, rttsUs: [] })),
];
const isApiUp = (scrape: number) => scrape < scrapes - 200 || scrape >= scrapes - 160;

describe("a Prometheus tells of the past", { skip: skipWithout("prometheus", "promtool") }, () => {
  let prometheus: Prometheus;
  let history: PrometheusHistory;

  before(async () => {
    const text = writePast(past, firstMs, everyMs, scrapes, isApiUp);
    prometheus = await Prometheus.start({ scraped: [], seconds: 15, native: false, past: text, lookbackSeconds: 30 });
    const clock = { ...systemClock, unixMs: () => toMs - 1 };
    history = new PrometheusHistory({ url: new URL(prometheus.url), tokenFile: undefined, clock });
  });

  after(async () => {
    await history?.stop();
    await prometheus?.stop();
  });

  async function ask<Answer>(name: Question["ask"], query: string): Promise<Answer | string> {
    const question = parseQuestion(name, new URLSearchParams(query), toMs - 1);
    assert.ok(!isProblem(question));
    const answer = await history.ask(question);
    if (!(answer instanceof Uint8Array)) return `${answer.status} ${answer.problem}`;
    return JSON.parse(Buffer.from(answer).toString()) as Answer;
  }

  async function overview(query: string): Promise<Overview> {
    const answer = await ask<Overview>("overview", `nodes=all&${query}`);
    assert.ok(typeof answer === "object", String(answer));
    return answer;
  }

  const zoneOf = ({ nodes }: Overview, sought: string) => nodes.find(({ node }) => node === sought)?.zone;

  test("a node stands in the zone in which it was then, with its heat, and that it changed is an event", async () => {
    const now = await overview("range=80m");
    const row = now.nodes.find(({ node }) => node === "moves");
    assert.deepEqual([row?.zone, row?.isProbed], ["z2", true]);
    assert.equal(row?.heat.filter((heat) => heat === null).length, 0, JSON.stringify(row?.heat));
    assert.equal(zoneOf(await overview(`range=30m&at=${agoMs(130)}`), "moves"), "z1");
    const changes = await ask<EventsAnswer>("events", "range=80m&kinds=zone");
    assert.ok(typeof changes === "object");
    assert.deepEqual(
      changes.events.map(({ kind, node, zone, text }) => [kind, node, zone, text]),
      [["zone", "moves", "z2", "zone changed: z1 -> z2"]],
    );
    assert.ok(Math.abs((changes.events[0]?.atMs ?? 0) - agoMs(120)) <= 2 * everyMs);
  });

  test("an API is as it was then", async () => {
    const apiAt = async (count: number) => (await overview(`range=15m&at=${agoMs(count)}`)).clusters[0]?.isApiUp;
    assert.deepEqual([await apiAt(220), await apiAt(180), await apiAt(150)], [true, false, true]);
    const { headline } = await overview(`range=15m&at=${agoMs(180)}`);
    assert.equal(headline.text, "no answer from the API of a");
    assert.equal((await overview("range=15m")).clusters[0]?.isApiUp, true);
  });

  test("a target of which nothing is measured any more is not what it was last", async () => {
    const { nodes, headline } = await overview("range=1h");
    const found = nodes.filter(({ condition }) => condition === "unknown");
    assert.deepEqual(found.map(({ node, why }) => [node, why]).toSorted(), [
      ["local-faults", "local"],
      ["silent-now", ""],
    ]);
    for (const { sinceMs } of found) assert.ok(Math.abs((sinceMs ?? 0) - agoMs(60)) <= 2 * minuteMs, `${sinceMs}`);
    assert.match(headline.text, /^nothing has been measured of 2 of 5 nodes since \{\d+\}$/);
  });

  test("a cluster or a zone that nobody knows is 404", async () => {
    for (const name of ["overview", "history", "events", "zones", "targets"] as const) {
      assert.equal(await ask(name, "cluster=nope"), '404 nothing is known of the cluster "nope"; there are a');
    }
    for (const name of ["overview", "history", "events"] as const) {
      assert.equal(await ask(name, "zone=nope"), '404 nothing is known of the zone "nope"; there are z1, z2');
      assert.equal(typeof (await ask(name, "zone=z2&cluster=a&range=30m")), "object");
    }
  });

  test("as a file, part by part, has all", async () => {
    const question = parseQuestion("overview", new URLSearchParams("nodes=all&range=15m&format=csv"), toMs - 1);
    assert.ok(!isProblem(question));
    const parts = await history.read(question);
    assert.ok(!isProblem(parts));
    let text = "";
    for (let part = await parts.next(); part !== undefined; part = await parts.next()) text += Buffer.from(part);
    parts.end();
    assert.equal(text.trimEnd().split("\r\n").length, 1 + 5 * 16);
  });
});
