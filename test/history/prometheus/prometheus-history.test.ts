import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { isProblem } from "../../../src/api/problem.ts";
import type { Question } from "../../../src/api/queries.ts";
import { systemClock } from "../../../src/clock.ts";
import { places } from "../../../src/history/prometheus/expressions.ts";
import {
  PrometheusHistory,
  type PrometheusHistoryOptions,
} from "../../../src/history/prometheus/prometheus-history.ts";
import { selector } from "../../../src/history/prometheus/selector.ts";
import { ofClassic, sketchOf } from "../../../src/history/prometheus/sketch-of.ts";
import { keyOf, nameOf, targetOf } from "../../../src/history/prometheus/target-key.ts";
import { eventually } from "../../support/eventually.ts";
import { type AskedQuery, fakePrometheus, nothing } from "../../support/fake-prometheus.ts";

const nowMs = Date.UTC(2026, 10, 26, 12);
const overview = (changes: Record<string, unknown> = {}): Question => ({
  ask: "overview",
  query: {
    fromMs: nowMs - 3_600_000,
    toMs: nowMs,
    cluster: "",
    zone: undefined,
    nodes: "all",
    search: "",
    offset: 0,
    limit: 100,
    ...changes,
  },
});

function vectorOf(result: readonly unknown[]): string {
  return JSON.stringify({ status: "success", data: { resultType: "vector", result } });
}

async function opened(
  t: TestContext,
  answer: (asked: AskedQuery, response: ServerResponse) => void,
  changes: Partial<PrometheusHistoryOptions> & { readonly user?: string } = {},
) {
  const { url, asked } = await fakePrometheus(t, answer);
  if (changes.user !== undefined) [url.username, url.password] = changes.user.split(":") as [string, string];
  const history = new PrometheusHistory({
    url,
    tokenFile: changes.tokenFile,
    headers: changes.headers ?? [],
    clock: { ...systemClock, unixMs: () => nowMs },
    bounds: { timeoutMs: 5_000, maxBytes: 1024 * 1024, ...changes.bounds },
  });
  t.after(() => history.stop());
  return { history, asked };
}

describe("a history that a Prometheus keeps", () => {
  test("is empty where Prometheus has nothing of PinGo's", async (t) => {
    const { history, asked } = await opened(t, nothing);
    const answer = await history.ask(overview());
    assert.ok(answer instanceof Uint8Array);
    const { nodes, zones, headline } = JSON.parse(Buffer.from(answer).toString());
    assert.deepEqual([nodes, zones, headline.condition], [[], [], "unknown"]);
    assert.deepEqual(history.status(), {
      kind: "prometheus",
      sinceMs: null,
      bytes: null,
      problem: "",
      problemSinceMs: null,
      damagedFiles: 0,
      damagedMs: null,
      latencyIs: null,
    });
    assert.ok(
      asked.every(({ path }) => /^\/base\/api\/v1\/query(_range)?$/.test(path)),
      "below its base",
    );
    assert.ok(asked.length <= 40, `${asked.length} queries`);
  });

  for (const [name, answer, problem] of [
    [
      "an error that it tells of",
      (_, response) => response.writeHead(422).end('{"status":"error","error":"too many samples"}'),
      /too many samples/,
    ],
    [
      "a wrong password",
      (_, response) => response.writeHead(401).end("Unauthorized"),
      /refuses.*401.*user, token or header/,
    ],
    ["something else than Prometheus", (_, response) => response.end("<html>"), /base URL/],
    ["JSON of something else", (_, response) => response.end('{"status":"success","data":{}}'), /base URL/],
    [
      "an answer that breaks off",
      (_, response) => response.writeHead(200, { "content-length": 9 }).write("x", () => response.destroy()),
      /breaks its answer off|cannot be reached/,
    ],
    ["an answer that is too large", (_, response) => response.end(" ".repeat(2 * 1024 * 1024)), /more than 1 MB/],
    ["no answer", () => {}, /within 0\.3 s/],
  ] as const satisfies [string, (asked: AskedQuery, response: ServerResponse) => void, RegExp][]) {
    test(`says what is wrong, in the status too, until it is right again: ${name}`, async (t) => {
      let isWrong = true;
      const bounds = name === "no answer" ? { timeoutMs: 300 } : {};
      const { history } = await opened(
        t,
        (asked, response) => (isWrong ? answer(asked, response) : nothing(asked, response)),
        { bounds },
      );
      const wrong = await history.ask(overview());
      assert.ok("problem" in wrong);
      assert.match(wrong.problem, problem);
      assert.equal(wrong.status, 503);
      assert.match(history.status().problem, problem);
      assert.equal(history.status().problemSinceMs, nowMs);
      isWrong = false;
      assert.ok((await history.ask(overview())) instanceof Uint8Array);
      assert.equal(history.status().problem, "");
    });
  }

  test("says that nobody listens there", async (t) => {
    const history = new PrometheusHistory({
      url: new URL("http://127.0.0.1:1"),
      tokenFile: undefined,
      clock: systemClock,
    });
    t.after(() => history.stop());
    const answer = await history.ask(overview());
    assert.match("problem" in answer ? answer.problem : "", /^Prometheus cannot be reached: ECONNREFUSED$/);
  });

  test("begins the step that goes on where the one before has ended, to the millisecond", async (t) => {
    const { url, asked } = await fakePrometheus(t, nothing);
    const clock = { ...systemClock, unixMs: () => nowMs + 23_456 };
    const history = new PrometheusHistory({ url, tokenFile: undefined, clock });
    t.after(() => history.stop());
    const key = keyOf({ cluster: "c", node: "n", target: "192.0.2.1:1" });
    const query = { fromMs: nowMs - 60_000, toMs: nowMs + 60_000, key, cluster: "", zone: undefined };
    await history.ask({ ask: "history", query });
    const going = asked.filter(
      ({ query: text, path }) => path.endsWith("/query") && text.includes("pingo_probes_total"),
    );
    const gained = going.filter(({ query: text }) => text.startsWith("sum by (cluster, node, zone, target, result)"));
    assert.ok(
      gained.some(({ query: text }) => text.includes("offset 23456ms") && text.includes("[23456ms]")),
      gained[0]?.query ?? "nothing was asked",
    );
  });

  test("sends each query to the tenant whose header it is given, as Mimir wants it, below the base and by POST", async (t) => {
    const headers = [{ name: "X-Scope-OrgID", value: "team-a|team-b" }];
    // Mimir says 401 and "no org id" to who names none.
    const { history, asked } = await opened(
      t,
      (one, response) => (one.tenant === undefined ? response.writeHead(401).end("no org id") : nothing(one, response)),
      { headers, user: "alice:s3cret" },
    );
    assert.ok((await history.ask(overview())) instanceof Uint8Array);
    assert.deepEqual(new Set(asked.map(({ tenant }) => tenant)), new Set(["team-a|team-b"]));
    assert.match(asked[0]?.authorization ?? "", /^Basic /, "beside the user");
    // What Thanos' querier and Mimir's query-frontend have too, and nothing else.
    assert.deepEqual(
      new Set(asked.map(({ path }) => path)),
      new Set(["/base/api/v1/query", "/base/api/v1/query_range"]),
    );
    const without = await opened(t, (_, response) => response.writeHead(401).end("no org id"));
    const answer = await without.history.ask(overview());
    assert.match("problem" in answer ? answer.problem : "", /refuses.*401.*user, token or header/);
  });

  test("shows the password of its URL, or its token, and to nobody else", async (t) => {
    const byUser = await opened(t, nothing, { user: "alice:s3cret" });
    await byUser.history.ask(overview());
    assert.equal(byUser.asked[0]?.authorization, `Basic ${Buffer.from("alice:s3cret").toString("base64")}`);
    const folder = mkdtempSync(join(tmpdir(), "pingo-token-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const tokenFile = join(folder, "token");
    writeFileSync(tokenFile, "abc123\n");
    const byToken = await opened(t, (_, response) => response.writeHead(403).end(), { tokenFile });
    const answer = await byToken.history.ask(overview());
    assert.equal(byToken.asked[0]?.authorization, "Bearer abc123");
    assert.ok(!JSON.stringify([answer, byToken.history.status()]).includes("abc123"));
    assert.equal(byToken.asked[0]?.tenant, undefined);
    rmSync(tokenFile);
    const without = await byToken.history.ask(overview());
    assert.match("problem" in without ? without.problem : "", /token file cannot be read/);
  });

  test("writes what is asked for into its queries so that it stays a text", async (t) => {
    const { history, asked } = await opened(t, nothing);
    const cluster = 'a"} or vector(1) #\\\n{x="';
    await history.ask(overview({ cluster, search: 'b"}' }));
    const quoted = '"a\\"} or vector(1) #\\\\\\n{x=\\""';
    const ofCluster = asked.filter(({ query }) => query !== places);
    assert.ok(ofCluster.length > 10 && ofCluster.length === asked.length - 1);
    for (const { query } of ofCluster) {
      assert.ok(query.includes(`cluster=${quoted}`), query);
      assert.ok(!query.replaceAll(quoted, "").includes("vector"), query);
      assert.ok(!query.includes('b"}'), "a search is no part of a query");
    }
  });

  test("takes no more questions at once than it may, and settles all of them when it ends", async (t) => {
    const { history } = await opened(t, () => {});
    const asked = Array.from({ length: 10 }, () => history.ask(overview()));
    const busy = (await Promise.race(asked)) as { problem: string };
    assert.match(busy.problem, /4 questions are under way/);
    await history.stop();
    await history.stop();
    for (const answer of await Promise.all(asked)) assert.ok("problem" in answer);
    assert.deepEqual(await history.ask(overview()), { problem: "the history is closed" });
  });

  test("lets Prometheus go, and has its place back, where nobody waits for a question any more", async (t) => {
    let [isSlow, left] = [true, 0];
    const { history, asked } = await opened(t, (one, response) => {
      if (!isSlow) return nothing(one, response);
      response.once("close", () => left++);
    });
    const leaving = new AbortController();
    const gone = Array.from({ length: 4 }, () => history.ask(overview(), leaving.signal));
    await eventually("Prometheus is asked", () => asked.length > 0);
    leaving.abort();
    for (const answer of await Promise.all(gone))
      assert.match("problem" in answer ? answer.problem : "", /nobody waits/);
    isSlow = false;
    assert.ok((await history.ask(overview())) instanceof Uint8Array);
    await eventually("its connections are closed", () => left > 0);
    assert.equal(history.status().problem, "");
    assert.ok("problem" in (await history.ask(overview(), leaving.signal)));
  });

  test("lives on where a file cannot be made to its end, and so do questions that are under way", async (t) => {
    const targets = Array.from({ length: 1_500 }, (_, at) => ({ node: `n${1_000 + at}`, target: "192.0.2.1:1" }));
    let isSlow = false;
    const releases: (() => void)[] = [];
    const { history } = await opened(t, (one, response) => {
      const answered = one.query.startsWith("pingo_target_info")
        ? vectorOf(targets.map((metric) => ({ metric, value: [0, "1"] })))
        : one.query.includes("@ start()")
          ? // Of the last one, a moment that no calendar has.
            vectorOf([{ metric: targets.at(-1), values: [[1e300, "1"]] }])
          : vectorOf([]);
      if (isSlow) releases.push(() => nothing(one, response));
      else response.end(answered);
    });
    const query = { cluster: "", search: "", offset: 0, limit: 1e9 };
    const parts = await history.read({ ask: "targets", query, format: "csv" });
    assert.ok(!isProblem(parts), JSON.stringify(parts));
    await parts.next();
    isSlow = true;
    const underWay = history.ask(overview());
    await eventually("it is under way", () => releases.length > 0);
    await assert.rejects(async () => {
      while ((await parts.next()) !== undefined);
    }, /the rest of a file cannot be read: .*Invalid time value/);
    isSlow = false;
    for (const release of releases) release();
    const answer = await underWay;
    assert.ok(answer instanceof Uint8Array, JSON.stringify(answer));
  });

  test("has one deadline for all queries of a question", async (t) => {
    const slow = (asked: AskedQuery, response: ServerResponse) => void setTimeout(() => nothing(asked, response), 60);
    const { history, asked } = await opened(t, slow, { bounds: { timeoutMs: 400 } });
    const answer = await history.ask(overview());
    assert.match("problem" in answer ? answer.problem : "", /does not answer within 0\.4 s/);
    assert.ok(asked.length > 1, "each of them came in time");
  });

  test("asks once more where a connection that was kept is closed under it", async (t) => {
    const used = new WeakSet<object>();
    let resets = 0;
    const { history } = await opened(t, (asked, response) => {
      const socket = response.socket as Socket;
      if (!used.has(socket)) {
        used.add(socket);
        return nothing(asked, response);
      }
      resets++;
      socket.resetAndDestroy();
    });
    for (let question = 0; question < 3; question++) {
      const answer = await history.ask(overview());
      assert.ok(answer instanceof Uint8Array, JSON.stringify(answer));
    }
    assert.ok(resets > 0);
  });

  test("keeps the main thread free while Prometheus' answers are large", async (t) => {
    const result = Array.from({ length: 20_000 }, (_, index) => ({
      metric: { cluster: "a", node: `n${index}`, zone: "z", target: `192.0.2.1:${index}`, port: "kubelet" },
      value: [nowMs / 1_000, "1"],
    }));
    const large = JSON.stringify({ status: "success", data: { resultType: "vector", result } });
    const answer = (asked: AskedQuery, response: ServerResponse) =>
      asked.query.startsWith("pingo_target_info") ? response.end(large) : nothing(asked, response);
    const { history } = await opened(t, answer, { bounds: { maxBytes: 32 * 1024 * 1024, timeoutMs: 20_000 } });
    await history.ask(overview({ limit: 1 }));
    const before = process.threadCpuUsage();
    const reply = await history.ask(overview());
    const { user, system } = process.threadCpuUsage(before);
    assert.ok(reply instanceof Uint8Array);
    // The fake server's own work is in it.
    assert.ok(user + system < 50_000, `${user + system} us of the main thread's CPU`);
  });
});

describe("parts of it", () => {
  test("a selector has what it is given, whatever stands in it", () => {
    assert.equal(selector({}), "");
    assert.equal(selector({ zone: "", cluster: undefined }), '{zone=""}');
    assert.equal(selector({ a: 'x"\\' }, 'b=~"c"'), '{a="x\\"\\\\",b=~"c"}');
    assert.equal(selector({ a: "\ud800" }), '{a="\ufffd"}');
  });

  test("a key gives back what it was made of", () => {
    const name = { cluster: "a,b/c d", node: "n", target: "[2001:db8::7]:10250" };
    assert.deepEqual(nameOf(keyOf(name)), name);
    for (const key of ["", "a", "a,b", "a,b,c,d", "%,b,c"]) assert.equal(nameOf(key), undefined, key);
    const { host, port } = targetOf(name);
    assert.deepEqual([host, port], ["2001:db8::7", 10_250]);
  });

  test("a sketch of buckets has as many as they have, within their bounds", () => {
    const counts = new Map([
      [0.0001, 3],
      [0.001, 103],
      [Number.POSITIVE_INFINITY, 104],
    ]);
    const sketch = sketchOf(ofClassic(counts));
    assert.equal(sketch.count, 104);
    const [p10 = 0, p50 = 0, max = 0] = [0.1, 0.5, 1].map((share) => sketch.quantile(share));
    assert.ok(p10 > 99 && p10 < p50 && p50 < 1_000, `${p10} ${p50}`);
    assert.ok(Math.abs(max - 1_000) < 20, "what is above the last bound lies at it");
  });
});
