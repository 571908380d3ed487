import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ApiError, HistoryAnswer, Overview } from "../../../src/api/v1.ts";
import { systemClock } from "../../../src/clock.ts";
import { filesAtMost } from "../../../src/history/file-parts.ts";
import { History } from "../../../src/history/history.ts";
import { Api } from "../../../src/http/api/api.ts";
import type { Answer } from "../../../src/http/server.ts";
import { eventually } from "../../support/eventually.ts";
import { FakeApiSource } from "../../support/fake-api-source.ts";
import { makeTarget } from "../../support/make-target.ts";
import { recordingLog } from "../../support/recording-log.ts";
import { listener, serveSource, smallView } from "../../support/serve-api.ts";

async function openHistory(t: TestContext): Promise<History> {
  const history = await History.open({
    path: undefined,
    retentionMs: 86_400_000,
    maxBytes: 1e8,
    clock: systemClock,
    log: recordingLog(),
  });
  assert.ok(history instanceof History);
  t.after(() => history.stop());
  return history;
}

test("what a history records is answered, in JSON and in CSV, and told to who listens", async (t) => {
  const history = await openHistory(t);
  const { get, port } = await serveSource(t, {
    ask: (question) => history.ask(question),
    read: (question) => history.read(question),
    onChange: (heard) => history.onChange(heard),
    status: () => new FakeApiSource(smallView()).status(),
  });
  const one = await listener(t, port);
  await eventually("it listens", () => one.events().length > 0);
  const [up, down] = ["n1", "n2"].map((node) => makeTarget({ node, key: node, zone: "c" }));
  assert.ok(up !== undefined && down !== undefined);
  const startedMs = performance.now();
  history.recorder.added(up, undefined);
  history.recorder.added(down, undefined);
  history.recorder.ended(
    up,
    { result: "ok", probe: "tcp", path: 0, startedMs, synSent: 1, connectUs: 700, rttUs: 500 },
    true,
  );
  history.recorder.ended(
    down,
    { result: "timeout", probe: "tcp", path: 0, startedMs, synSent: 4, code: "DEADLINE" },
    true,
  );
  const overview = async () => JSON.parse((await get("/api/v1/overview")).body) as Overview;
  await eventually("it is in the answer", async () => (await overview()).nodes[0]?.condition === "unreachable");
  const { headline, nodes, zones } = await overview();
  assert.match(headline.text, /^1 of 2 nodes unreachable since \{\d+\}$|^node n2 unreachable since \{\d+\}$/);
  assert.deepEqual(
    nodes.map(({ node, why }) => [node, why]),
    [["n2", "timeout"]],
  );
  assert.deepEqual([zones[0]?.targets, zones[0]?.unreachable], [2, 1]);
  await eventually("it is told", () => one.events().some(([name]) => name === "change"));
  const series = JSON.parse((await get("/api/v1/history?key=n1&range=15m")).body) as HistoryAnswer;
  assert.deepEqual([series.total.results, series.facts?.condition], [[1, 0, 0, 0, 0, 0], "ok"]);
  assert.ok(Math.abs((series.total.p50Us ?? 0) - 500) <= 5);
  const { status, body } = await get("/api/v1/history?key=nobody");
  assert.deepEqual(
    [status, (JSON.parse(body) as ApiError).error],
    [404, 'nothing is known of the target "nobody"; /api/v1/targets has all keys'],
  );
  assert.match((await get("/api/v1/history/events?format=csv")).body, /^time,kind,.*timeout/s);
});

test("who takes a place among the files has a file, and who had it is cut off", async (t) => {
  const history = await openHistory(t);
  for (let node = 0; node < 3_000; node++) {
    history.recorder.added(makeTarget({ node: `n${node}`, key: `${node}`, address: `192.0.2.1:${node}` }), undefined);
  }
  await eventually("all are known", () => history.figures.targets === 3_000);
  const api = new Api(
    {
      ask: (question, gone) => history.ask(question, gone),
      read: (question, gone) => history.read(question, gone),
      onChange: (heard) => history.onChange(heard),
      status: () => new FakeApiSource(smallView()).status(),
    },
    systemClock,
  );
  const askFrom = async (peer: string): Promise<Answer> => {
    const query = new URLSearchParams("format=csv");
    const { signal: gone } = new AbortController();
    return (await api.routes["/api/v1/targets"]?.({ headers: {}, query, peer, gone })) ?? assert.fail("no route");
  };
  const first = await Promise.all(Array.from({ length: filesAtMost }, () => askFrom("192.0.2.1")));
  assert.deepEqual(new Set(first.map(({ status }) => status)), new Set([200]));
  const newcomer = await askFrom("192.0.2.2");
  assert.equal(newcomer.status, 200, String(newcomer.body));
  assert.deepEqual(
    first.map(({ signal }) => signal?.aborted),
    [true, false, false, false],
  );
  let text = "";
  for await (const part of newcomer.body as AsyncIterable<Uint8Array>) text += Buffer.from(part);
  assert.equal(text.split("\r\n").length, 3_002);
  for (const { sent } of [...first, newcomer]) sent?.();
});
