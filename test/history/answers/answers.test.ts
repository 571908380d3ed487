import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isProblem } from "../../../src/api/problem.ts";
import type { EventsQuery, HistoryQuery, TargetsQuery } from "../../../src/api/queries.ts";
import type { HistoryEvent } from "../../../src/api/v1.ts";
import { answer } from "../../../src/history/answers/answer.ts";
import { FakeHistoryView, minuteMs, noonMs } from "../../support/fake-history-view.ts";
import { makeNode } from "../../support/make-node.ts";

const time = { fromMs: noonMs - 3 * minuteMs, toMs: noonMs };

/** Two zones: a node each in a, two in b. */
function threeNodes() {
  const view = new FakeHistoryView();
  const a1 = view.add({ node: "a1", zone: "a", key: "A1" });
  const b1 = view.add({ node: "b1", zone: "b", key: "B1" });
  const b2 = view.add({ node: "b2", zone: "b", key: "B2" });
  return { view, a1: a1.id, b1: b1.id, b2: b2.id };
}

/** Within the precision of a sketch. */
function near(actual: number | null | undefined, expectedUs: number): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expectedUs) <= expectedUs * 0.011 + 0.1, `${actual}, not ${expectedUs}`);
}

describe("the history of", () => {
  function ask(view: FakeHistoryView, query: Partial<HistoryQuery>) {
    const given = answer(view, {
      ask: "history",
      query: { ...time, key: undefined, cluster: "", zone: undefined, ...query },
    });
    assert.ok(!isProblem(given));
    return given;
  }

  test("a target has what was measured by column, its facts, and the whole of the range", () => {
    const { view, a1 } = threeNodes();
    view.has(
      "test",
      makeNode({ name: "a1", ready: { status: "False", reason: "KubeletNotReady", since: "" }, unschedulable: true }),
    );
    view.is(a1, { normalUs: 480 });
    view.tell(a1, 3 * minuteMs, {
      results: [3, 1, 0, 0, 0, 0],
      synRetransmits: 2,
      latenciesUs: [100, 200, 300],
      heat: 32,
    });
    view.tell(a1, minuteMs, { latenciesUs: [1_000, 1_000, 1_000, 9_000] });
    const { facts, series, total, isLive, range } = ask(view, { key: "A1" });
    assert.deepEqual([isLive, range.columns], [true, 3]);
    assert.deepEqual(
      [facts?.node, facts?.isReady, facts?.readyReason, facts?.isUnschedulable, facts?.normalUs, facts?.condition],
      ["a1", false, "KubeletNotReady", true, 480, "ok"],
    );
    assert.deepEqual(series.results, [
      [3, 1, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0],
      [4, 0, 0, 0, 0, 0],
    ]);
    assert.deepEqual(
      [series.synSent, series.synRetransmits, series.heat],
      [
        [6, 0, 4],
        [2, 0, 0],
        [32, null, 0],
      ],
    );
    near(series.latency[0]?.minUs, 100);
    near(series.latency[0]?.p50Us, 200);
    assert.deepEqual(series.latency[1], { minUs: null, p50Us: null, p90Us: null, p99Us: null, maxUs: null });
    near(series.latency[2]?.maxUs, 9_000);
    assert.deepEqual([total.results, total.synSent, total.synRetransmits], [[7, 1, 0, 0, 0, 0], 10, 2]);
    near(total.p50Us, 1_000);
    near(total.maxUs, 9_000);
  });

  test("a target that nobody knows is 404 and says where keys are", () => {
    const query = { ...time, key: "nobody", cluster: "", zone: undefined };
    assert.deepEqual(answer(new FakeHistoryView(), { ask: "history", query }), {
      status: 404,
      problem: 'nothing is known of the target "nobody"; /api/v1/targets has all keys',
    });
  });

  test("a target without a node has no facts of it", () => {
    const { view } = threeNodes();
    const { facts } = ask(view, { key: "A1" });
    assert.deepEqual(
      [facts?.isReady, facts?.readyReason, facts?.isUnschedulable, facts?.leftMs],
      [null, "", null, null],
    );
  });

  test("a zone, and of everything, adds up and merges", () => {
    const { view, a1, b1, b2 } = threeNodes();
    view.tell(a1, minuteMs, { latenciesUs: [100, 100, 100, 100] });
    view.tell(b1, minuteMs, { results: [0, 4, 0, 0, 0, 0], latenciesUs: [], heat: 31 });
    view.tell(b2, minuteMs, { latenciesUs: [900, 900, 900, 900], heat: 23 });
    const zone = ask(view, { zone: "b" });
    assert.deepEqual([zone.facts, zone.total.results], [null, [4, 4, 0, 0, 0, 0]]);
    assert.deepEqual(zone.series.heat, [null, null, 23], "the level goes before the kind");
    near(zone.series.latency[2]?.p50Us, 900);
    const all = ask(view, {});
    assert.deepEqual(all.series.results[2], [8, 4, 0, 0, 0, 0]);
    near(all.total.p50Us, 100);
    near(all.total.p90Us, 900);
  });
});

describe("the matrix of zones", () => {
  test("has loss and median by column, trouble on top", () => {
    const { view, a1, b1, b2 } = threeNodes();
    view.tell(a1, minuteMs, { latenciesUs: [200, 200] });
    view.tell(b1, minuteMs, { results: [0, 3, 0, 0, 0, 1], latenciesUs: [], heat: 33 });
    view.tell(b2, minuteMs, { results: [3, 0, 0, 0, 0, 0], latenciesUs: [400] });
    const given = answer(view, { ask: "zones", query: { ...time, cluster: "" } });
    assert.ok(!isProblem(given));
    assert.deepEqual(
      given.zones.map(({ zone, targets, heat, lossShare }) => [zone, targets, heat, lossShare]),
      [
        ["b", 2, [null, null, 33], [null, null, 0.5]],
        ["a", 1, [null, null, 0], [null, null, 0]],
      ],
    );
    near(given.zones[0]?.p50Us[2], 400);
    assert.equal(given.zones[0]?.p50Us[0], null);
  });

  test("leaves a zone out of which nothing is left", () => {
    const view = new FakeHistoryView();
    view.add({ node: "gone", zone: "old" }, { leftMs: noonMs - minuteMs });
    view.add({ node: "here", zone: "new" });
    const given = answer(view, { ask: "zones", query: { ...time, cluster: "" } });
    assert.ok(!isProblem(given));
    assert.deepEqual(
      given.zones.map(({ zone }) => zone),
      ["new"],
    );
  });
});

function event(parts: Partial<HistoryEvent> & Pick<HistoryEvent, "kind" | "atMs">): HistoryEvent {
  return {
    cluster: "test",
    node: "",
    target: "",
    key: "",
    zone: "",
    result: null,
    text: parts.kind,
    synSent: null,
    connectUs: null,
    ...parts,
  };
}

describe("events", () => {
  const { view } = threeNodes();
  view.happened.push(
    event({ kind: "pingo", atMs: noonMs - 6_000, cluster: "" }),
    event({ kind: "api", atMs: noonMs - 5_000 }),
    event({ kind: "down", atMs: noonMs - 4_000, node: "a1", key: "A1", zone: "a" }),
    event({ kind: "up", atMs: noonMs - 3_000, node: "a1", key: "A1", zone: "a" }),
    event({ kind: "handshake", atMs: noonMs - 2_000, node: "b1", key: "B1", zone: "b" }),
    event({ kind: "ready", atMs: noonMs - 1_500, node: "b2" }),
    event({ kind: "joined", atMs: noonMs - 1_000, cluster: "other", node: "x", key: "X" }),
  );

  function ask(query: Partial<EventsQuery>) {
    const all = { ...time, key: undefined, cluster: "", zone: undefined, kinds: [], before: undefined, limit: 100 };
    const given = answer(view, { ask: "events", query: { ...all, ...query } });
    assert.ok(!isProblem(given));
    return given;
  }

  const ofTest = ["ready", "handshake", "up", "down"];
  for (const [name, query, expected] of [
    ["are the newest first", {}, ["joined", "ready", "handshake", "up", "down", "api", "pingo"]],
    ["of a cluster are its API's, too, and not PinGo's own", { cluster: "test" }, [...ofTest, "api"]],
    ["of a zone are its targets' and its nodes' alone", { zone: "b" }, ["ready", "handshake"]],
    ["of another zone are its own", { zone: "a" }, ["up", "down"]],
    ["without a zone are those of nodes without one", { zone: "" }, ["joined"]],
    ["of a target are its own", { key: "A1" }, ["up", "down"]],
    ["of kinds are those alone", { kinds: ["down", "up"] }, ["up", "down"]],
    ["of a time are those of it", { toMs: noonMs - 4_500 }, ["api", "pingo"]],
  ] as const) {
    test(name, () =>
      assert.deepEqual(
        ask(query).events.map(({ kind }) => kind),
        expected,
      ),
    );
  }

  test("are read on", () => {
    const first = ask({ limit: 4 });
    const second = ask({ limit: 4, before: first.next ?? undefined });
    assert.deepEqual([first.events.length, second.events.length, second.next], [4, 3, null]);
  });

  test("of a node are in the zone of its targets", () => {
    const zones = ask({ kinds: ["ready", "api", "joined"] }).events.map(({ kind, zone }) => [kind, zone]);
    assert.deepEqual(zones, [
      ["joined", ""],
      ["ready", "b"],
      ["api", ""],
    ]);
  });

  test("of a target that nobody knows are 404", () => {
    const query = { ...time, key: "nobody", cluster: "", zone: undefined, kinds: [], before: undefined, limit: 1 };
    assert.ok(isProblem(answer(view, { ask: "events", query })));
  });
});

describe("targets", () => {
  const view = new FakeHistoryView();
  view.add({ node: "b", zone: "b", cluster: "prod" });
  view.add(
    { node: "a", zone: "b", cluster: "prod" },
    { live: { up: false, result: "refused", sinceMs: noonMs - 5_000 } },
  );
  view.add({ node: "z", zone: "a", cluster: "prod" });
  view.add({ node: "gone", zone: "a", cluster: "dev" }, { leftMs: noonMs - 7_000 });

  function ask(query: Partial<TargetsQuery>) {
    const given = answer(view, { ask: "targets", query: { cluster: "", search: "", offset: 0, limit: 100, ...query } });
    assert.ok(!isProblem(given));
    return given;
  }

  test("are by cluster, zone and node, with those that have left", () => {
    assert.deepEqual(
      ask({}).targets.map(({ node, condition, isProbed, sinceMs, leftMs }) => [
        node,
        condition,
        isProbed,
        sinceMs,
        leftMs,
      ]),
      [
        ["gone", "unknown", false, noonMs - 7_000, noonMs - 7_000],
        ["z", "ok", true, noonMs - 86_400_000, null],
        ["a", "unreachable", true, noonMs - 5_000, null],
        ["b", "ok", true, noonMs - 86_400_000, null],
      ],
    );
  });

  test("come in parts, and by a search", () => {
    const { targets, total, nextOffset } = ask({ cluster: "prod", offset: 1, limit: 1 });
    assert.deepEqual([targets.map(({ node }) => node), total, nextOffset], [["a"], 3, 2]);
    assert.deepEqual(ask({ search: "gon" }).total, 1);
  });
});
