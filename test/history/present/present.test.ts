import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { isProblem } from "../../../src/api/problem.ts";
import type { Question } from "../../../src/api/queries.ts";
import type { ApiError, Overview, TargetsAnswer } from "../../../src/api/v1.ts";
import type { Clock } from "../../../src/clock.ts";
import { Present } from "../../../src/history/present/present.ts";
import { QuestionQueue } from "../../../src/http/api/question-queue.ts";
import type { Outcome } from "../../../src/outcome.ts";
import type { Target } from "../../../src/target.ts";
import { eventually } from "../../support/eventually.ts";
import { FakeApiSource } from "../../support/fake-api-source.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { makeNode } from "../../support/make-node.ts";
import { makeTarget } from "../../support/make-target.ts";
import { listener, serveSource, smallView } from "../../support/serve-api.ts";

const common = { probe: "tcp", path: 0, startedMs: 0, synSent: 1 } as const;
const reply: Outcome = { ...common, result: "ok", connectUs: 700, rttUs: 500 };
const silence: Outcome = { ...common, result: "timeout", synSent: 4, code: "DEADLINE" };

const allTargets: Question = { ask: "targets", query: { cluster: "", search: "", offset: 0, limit: 1e9 } };

function serve(t: TestContext, present: Present, clock: Clock) {
  return serveSource(
    t,
    {
      ask: (question) => present.ask(question),
      read: (question) => present.read(question),
      onChange: (heard) => present.onChange(heard),
      status: () => ({ ...new FakeApiSource(smallView()).status(), history: present.status() }),
    },
    clock,
  );
}

describe("without a history", () => {
  test("files have all that is known now, and a cluster that nobody knows is 404", async (t) => {
    const clock = new FakeClock();
    const present = new Present(clock);
    const { get } = await serve(t, present, clock);
    for (let node = 0; node < 1_200; node++) {
      present.added(makeTarget({ node: `n${node}`, key: `${node}`, cluster: "prod" }));
    }
    assert.equal((await get("/api/v1/targets?format=csv")).body.split("\r\n").length, 1_202);
    const { status, body } = await get("/api/v1/overview?cluster=nope");
    const error = 'nothing is known of the cluster "nope"; there are prod';
    assert.deepEqual([status, JSON.parse(body)], [404, { error }]);
    assert.match((await get("/api/v1/zones?format=csv")).body, /no history is kept here/);
  });

  test("what is so now is answered: who is unreachable, since when, why, and what its cluster thinks", async (t) => {
    const clock = new FakeClock();
    const present = new Present(clock);
    const { get } = await serve(t, present, clock);
    const [up, down] = ["n1", "n2"].map((node) => makeTarget({ node, key: node, zone: "c" }));
    assert.ok(up !== undefined && down !== undefined);
    present.api("test", true);
    for (const target of [up, down]) {
      present.added(target);
      present.node("test", makeNode({ name: target.node }));
      present.ended(target, reply, true);
    }
    await clock.advance(60_000);
    const downMs = clock.unixMs();
    present.ended(up, reply, true);
    present.ended(down, silence, true);
    await clock.advance(90_000);
    const { headline, nodes, clusters, zones } = JSON.parse((await get("/api/v1/overview?nodes=all")).body) as Overview;
    assert.match(headline.text, new RegExp(`^node n2 .*unreachable since \\{${downMs}\\}`));
    assert.deepEqual(
      nodes.map(({ node, condition, why, sinceMs, isReady, rttUs }) => [node, condition, why, sinceMs, isReady, rttUs]),
      [
        ["n2", "unreachable", "timeout", downMs, true, 500],
        ["n1", "ok", "", downMs - 60_000, true, 500],
      ],
    );
    assert.ok(nodes.every(({ heat }) => heat.every((one) => one === null)));
    assert.deepEqual([clusters[0]?.isApiUp, clusters[0]?.reachable, zones[0]?.unreachable], [true, 1, 1]);
    const { targets } = JSON.parse((await get("/api/v1/targets?search=n2")).body) as TargetsAnswer;
    assert.deepEqual(
      targets.map(({ node, condition, joinedMs }) => [node, condition, joinedMs]),
      [["n2", "unreachable", downMs - 60_000]],
    );
  });

  test("what was is refused as what never will be: 404, with a type for programs", async (t) => {
    const clock = new FakeClock();
    const { get } = await serve(t, new Present(clock), clock);
    const paths = ["history?key=n1", "history/events", "zones", `overview?at=${clock.unixMs() - 60_000}`];
    for (const path of paths) {
      const { status, headers, body } = await get(`/api/v1/${path}`);
      const { error, type } = JSON.parse(body) as ApiError;
      assert.deepEqual([status, type, headers["retry-after"]], [404, "no-history", undefined], path);
      assert.match(error, /^no history is kept here \(--history none\): \/api\/v1\/overview/);
    }
  });

  test("who left is forgotten, and its place is another's with nothing of it", async (t) => {
    const clock = new FakeClock();
    const present = new Present(clock);
    const { get } = await serve(t, present, clock);
    const [first, second] = ["n1", "n2"].map((node) => makeTarget({ node, key: node }));
    assert.ok(first !== undefined && second !== undefined);
    present.added(first);
    present.ended(first, silence, true);
    present.removed(first);
    present.ended(first, silence, true);
    present.added(second);
    present.relabelled({ ...second, zone: "b" });
    const { targets } = JSON.parse((await get("/api/v1/targets")).body) as TargetsAnswer;
    assert.deepEqual(
      targets.map(({ node, zone, condition }) => [node, zone, condition]),
      [["n2", "b", "unknown"]],
    );
  });

  test("each row of a file is as it was when it was written: who left meanwhile has left, and is nobody else", async () => {
    const clock = new FakeClock();
    const present = new Present(clock);
    const nodes = Array.from({ length: 1_200 }, (_, at) =>
      makeTarget({ node: `n${1_000 + at}`, key: `${1_000 + at}` }),
    );
    for (const target of nodes) {
      present.added(target);
      present.ended(target, reply, true);
    }
    const parts = await present.read({ ...allTargets, format: "csv" });
    assert.ok(!isProblem(parts));
    await parts.next();
    await clock.advance(5_000);
    const [turned, left] = [nodes.at(-2), nodes.at(-1)] as [Target, Target];
    present.ended(turned, silence, true);
    present.removed(left);
    const other = makeTarget({ node: "other", key: "other" });
    present.added(other);
    present.ended(other, silence, true);
    let text = "";
    for (let part = await parts.next(); part !== undefined; part = await parts.next()) text += Buffer.from(part);
    const now = new Date(clock.unixMs()).toISOString();
    const told = text
      .trimEnd()
      .split("\r\n")
      .map((line) => line.split(","));
    assert.deepEqual(
      told
        .slice(-2)
        .map(([, , node, , , condition, since, , probed, , leftAt]) => [node, condition, since, probed, leftAt]),
      [
        ["n2198", "unreachable", now, "yes", ""],
        ["n2199", "unknown", now, "no", now],
      ],
    );
    assert.ok(told.every(([, , node]) => node !== "other"));
  });

  test("questions that wait let everybody else have a turn between two of them", async () => {
    const present = new Present(new FakeClock());
    let turns = 0;
    let turn = setImmediate(function next() {
      turns++;
      turn = setImmediate(next);
    });
    const queue = new QuestionQueue(2, 32);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 30 }, () => queue.run("peer", signal, () => present.ask(allTargets))));
    clearImmediate(turn);
    assert.ok(turns >= 14, `${turns} turns, and two questions under way`);
  });

  test("what nothing was heard of for long is not known any more", async () => {
    const clock = new FakeClock();
    const present = new Present(clock);
    const target = makeTarget({ node: "n1" });
    present.added(target);
    for (let round = 0; round < 3; round++) {
      present.ended(target, reply, true);
      await clock.advance(15_000);
    }
    assert.equal(await conditionOf(present), "ok");
    await clock.advance(400_000);
    assert.equal(await conditionOf(present), "unknown");
  });

  test("who listens is told of what turned, and not of what goes on as it was", async (t) => {
    const clock = new FakeClock();
    const present = new Present(clock);
    const told: (readonly string[])[] = [];
    const off = present.onChange(({ keys }) => told.push(keys));
    const target = makeTarget({ node: "n1", key: "n1" });
    present.added(target);
    for (const outcome of [reply, reply, silence, silence]) present.ended(target, outcome, true);
    assert.deepEqual(told, [["n1"], ["n1"], ["n1"]]);
    off();
    present.removed(target);
    assert.equal(told.length, 3);
    await present.stop();
    const real = new Present(clock);
    const { port } = await serve(t, real, clock);
    const one = await listener(t, port);
    await eventually("it listens", () => one.events().length > 0);
    real.added(target);
    await clock.advance(1_000);
    await eventually("it is told", () => one.events().some(([name]) => name === "change"));
  });
});

async function conditionOf(present: Present): Promise<string | undefined> {
  const bytes = await present.ask(allTargets);
  assert.ok(bytes instanceof Uint8Array);
  return (JSON.parse(Buffer.from(bytes).toString()) as TargetsAnswer).targets[0]?.condition;
}
