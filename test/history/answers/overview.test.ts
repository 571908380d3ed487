import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isProblem } from "../../../src/api/problem.ts";
import type { OverviewQuery } from "../../../src/api/queries.ts";
import { answer } from "../../../src/history/answers/answer.ts";
import { FakeHistoryView, minuteMs, noonMs, tellHeats } from "../../support/fake-history-view.ts";
import { makeNode } from "../../support/make-node.ts";

const hourMs = 60 * minuteMs;
const none = 255;

function ask(view: FakeHistoryView, query: Partial<OverviewQuery> = {}) {
  const all = {
    fromMs: view.nowMs - hourMs,
    toMs: view.nowMs,
    cluster: "",
    zone: undefined,
    nodes: "all",
    search: "",
    offset: 0,
    limit: 100,
  } as const;
  const given = answer(view, { ask: "overview", query: { ...all, ...query } });
  assert.ok(!isProblem(given));
  return given;
}

const names = (view: FakeHistoryView, query: Partial<OverviewQuery> = {}) =>
  ask(view, query).nodes.map(({ node }) => node);

/** A view with one node, and its row. */
function oneNode(heats: readonly number[], live = {}) {
  const view = new FakeHistoryView();
  const { id } = view.add({ node: "n" }, { live });
  tellHeats(view, id, heats);
  return { view, id, row: (query: Partial<OverviewQuery> = {}) => ask(view, query).nodes[0] };
}

describe("a node's row of now", () => {
  test("has its facts, its last round trip and its heat by column", () => {
    const view = new FakeHistoryView();
    const { id } = view.add({ node: "n", zone: "c", address: "192.0.2.7:10250", key: "k" });
    view.has("test", makeNode({ name: "n" }));
    view.tell(id, 2 * minuteMs, { heat: 21 });
    const [row] = ask(view, { fromMs: noonMs - 4 * minuteMs }).nodes;
    assert.deepEqual(row, {
      key: "k",
      cluster: "test",
      zone: "c",
      node: "n",
      target: "192.0.2.7:10250",
      portName: "kubelet",
      condition: "ok",
      sinceMs: noonMs - 24 * hourMs,
      why: "",
      isReady: true,
      rttUs: 500,
      isProbed: true,
      heat: [null, null, 21, null],
    });
  });

  test("is unreachable at once, with the result and the moment, whatever heat says", () => {
    const { row } = oneNode([0, 0, 0], { up: false, result: "timeout", sinceMs: noonMs - 2_000 });
    assert.deepEqual([row()?.condition, row()?.why, row()?.sinceMs], ["unreachable", "timeout", noonMs - 2_000]);
  });

  test("is unknown before the first handshake has ended", () => {
    const { row } = oneNode([], { up: undefined, result: undefined, sinceMs: undefined });
    assert.deepEqual([row()?.condition, row()?.sinceMs, row()?.why], ["unknown", null, ""]);
  });

  for (const [name, heats, condition, why] of [
    ["one bad minute of three", [0, 22, 0], "ok", ""],
    ["two bad minutes of three", [22, 0, 21], "degraded", "syn retransmits"],
    ["two of the last three that have anything", [22, none, 0, none, 21], "degraded", "syn retransmits"],
    ["trouble that is over", [33, 33, 22, 0, 0, 0], "ok", ""],
    ["a little latency", [11, 11, 11], "ok", ""],
    ["much latency", [12, 12, 12], "degraded", "latency"],
    ["losses between replies, the worse of two troubles", [21, 32, 32], "degraded", "loss"],
    ["the worse of two levels", [23, 31], "degraded", "syn retransmits"],
  ] as const) {
    test(`after ${name} is ${condition}`, () => {
      const { row } = oneNode(heats);
      assert.deepEqual([row()?.condition, row()?.why], [condition, why]);
    });
  }

  test("is not degraded by what was before it came back", () => {
    const { row } = oneNode([33, 33, 32], { sinceMs: noonMs - 20_000 });
    assert.equal(row()?.condition, "ok");
  });

  test("is degraded since the first of the minutes that go back from now, one good one aside", () => {
    const { row } = oneNode([0, 22, 0, 0, 22, 21, 0, 21, 21]);
    assert.equal(row()?.sinceMs, noonMs - 5 * minuteMs);
  });

  test("is degraded since nobody knows when, where that reaches beyond the range", () => {
    const { row } = oneNode(Array.from({ length: 70 }, () => 22));
    assert.equal(row()?.sinceMs, null);
  });

  test("is told minute by minute also where columns are long", () => {
    const { row } = oneNode([0, 0, 0, 0, 21, 22]);
    const now = row({ fromMs: noonMs - 24 * hourMs });
    assert.deepEqual([now?.condition, now?.sinceMs], ["degraded", noonMs - 2 * minuteMs]);
  });
});

describe("a node's row of then", () => {
  const before: Partial<OverviewQuery> = { fromMs: noonMs - 2 * hourMs, toMs: noonMs - hourMs };

  /** Heats up to the end of that range; of now it is up. */
  function thenNode(heats: readonly number[], live = {}) {
    const view = new FakeHistoryView();
    const { id } = view.add({ node: "n" }, { live });
    view.has("test", makeNode({ name: "n" }));
    for (const [index, heat] of heats.entries()) view.tell(id, hourMs + (heats.length - index) * minuteMs, { heat });
    return ask(view, before);
  }

  test("says nothing of now", () => {
    const { isLive, nodes } = thenNode([0, 0], { up: false, result: "timeout" });
    const [row] = nodes;
    assert.deepEqual([isLive, row?.condition, row?.rttUs, row?.isReady, row?.sinceMs], [false, "ok", null, null, null]);
  });

  for (const [name, heats, condition, sinceMinutes, why] of [
    ["nothing came through at the end", [0, 33, 33, 33], "unreachable", 3, "loss"],
    ["nothing came through at the end, and a minute is missing", [0, 33, none, 33, 33], "unreachable", 4, "loss"],
    ["it had come back", [33, 33, 0], "ok", undefined, ""],
    ["it had trouble at the end", [0, 0, 22, 22], "degraded", 2, "syn retransmits"],
    ["nothing was measured at the end", [33, none, none, none, none, none], "unknown", undefined, ""],
    ["nothing was measured", [], "unknown", undefined, ""],
  ] as const) {
    test(`where ${name} is ${condition}`, () => {
      const [row] = thenNode(heats).nodes;
      const sinceMs = sinceMinutes === undefined ? null : noonMs - hourMs - sinceMinutes * minuteMs;
      assert.deepEqual([row?.condition, row?.sinceMs, row?.why], [condition, sinceMs, why]);
    });
  }

  test("is not there where it was not probed yet, or not any more", () => {
    const view = new FakeHistoryView();
    view.add({ node: "later" }, { joinedMs: noonMs - 30 * minuteMs });
    view.add({ node: "earlier" }, { leftMs: noonMs - 3 * hourMs });
    view.add({ node: "left" }, { leftMs: noonMs - 90 * minuteMs });
    view.add({ node: "stayed" });
    const { nodes } = ask(view, before);
    assert.deepEqual(
      nodes.map(({ node, isProbed, condition }) => [node, isProbed, condition]),
      [
        ["left", false, "unknown"],
        ["stayed", true, "unknown"],
      ],
    );
  });

  test("falls back to longer steps where minutes are not kept any more", () => {
    const view = new FakeHistoryView();
    const { id } = view.add({ node: "n" });
    view.tell(id, 25 * hourMs, { heat: 33 });
    for (const hours of [37, 43]) view.tell(id, hours * hourMs, { heat: 0 });
    const heat = view.heat.bind(view);
    view.heat = (stepMs, fromMs, toMs) => (stepMs === minuteMs ? ([] as never) : heat(stepMs, fromMs, toMs));
    const [row] = ask(view, { fromMs: noonMs - 10 * 24 * hourMs, toMs: noonMs - 24 * hourMs }).nodes;
    assert.deepEqual([row?.condition, row?.sinceMs], ["unreachable", noonMs - 30 * hourMs]);
  });
});

describe("the order of nodes", () => {
  test("is: unreachable (the newest first), degraded, troubled, gone, then by name", () => {
    const view = new FakeHistoryView();
    const down = (sinceMs: number) => ({ live: { up: false, result: "timeout" as const, sinceMs } });
    view.add({ node: "z-fine" });
    view.add({ node: "a-fine" });
    view.add({ node: "down-for-long" }, down(noonMs - 10 * hourMs));
    view.add({ node: "down-now-b" }, down(noonMs - 30_000));
    view.add({ node: "down-now-a" }, down(noonMs - 40_000));
    tellHeats(view, view.add({ node: "degraded" }).id, [22, 22, 22]);
    tellHeats(view, view.add({ node: "lossy-before" }).id, [32, 0, 0, 0, 0, 0, 0]);
    tellHeats(view, view.add({ node: "lossy-and-longer" }).id, [32, 33, 33, 0, 0, 0, 0]);
    tellHeats(view, view.add({ node: "gone" }, { leftMs: noonMs - minuteMs }).id, [33, 33, 33, none]);
    assert.deepEqual(names(view), [
      "down-now-a",
      "down-now-b",
      "down-for-long",
      "degraded",
      "lossy-and-longer",
      "lossy-before",
      "gone",
      "a-fine",
      "z-fine",
    ]);
    assert.deepEqual(names(view, { nodes: "sick" }).length, 7);
  });

  test("of as much trouble has the later first", () => {
    const view = new FakeHistoryView();
    tellHeats(view, view.add({ node: "early" }).id, [32, ...Array.from({ length: 58 }, () => 0)]);
    tellHeats(view, view.add({ node: "late" }).id, [...Array.from({ length: 50 }, () => 0), 32, 0, 0, 0]);
    assert.deepEqual(names(view), ["late", "early"]);
  });

  test("is read in parts, each row once", () => {
    const view = new FakeHistoryView();
    for (let index = 0; index < 250; index++) view.add({ node: `n${String((index * 7) % 250).padStart(3, "0")}` });
    const read: string[] = [];
    for (let offset: number | null = 0; offset !== null; ) {
      const { nodes, nodesTotal, nextOffset } = ask(view, { offset });
      assert.equal(nodesTotal, 250);
      read.push(...nodes.map(({ node }) => node));
      offset = nextOffset;
    }
    assert.deepEqual(read, read.toSorted());
    assert.equal(new Set(read).size, 250);
  });

  test("beyond the end has no rows", () => {
    const view = new FakeHistoryView();
    view.add({ node: "n" });
    const { nodes, nextOffset } = ask(view, { offset: 10 });
    assert.deepEqual([nodes, nextOffset], [[], null]);
  });
});

describe("nodes that are asked for", () => {
  const view = new FakeHistoryView();
  view.add({ node: "web-1", zone: "a", cluster: "prod", address: "192.0.2.1:10250" });
  view.add({ node: "web-2", zone: "b", cluster: "prod", address: "192.0.2.2:10250" });
  view.add({ node: "db-1", zone: "", cluster: "dev", name: "Host-9", address: "[2001:db8::1]:10250" });

  for (const [name, query, expected] of [
    ["of a cluster", { cluster: "prod" }, ["web-1", "web-2"]],
    ["of a zone", { zone: "b" }, ["web-2"]],
    ["without a zone", { zone: "" }, ["db-1"]],
    ["by a part of a name", { search: "WEB" }, ["web-1", "web-2"]],
    ["by a part of the Hostname", { search: "host-" }, ["db-1"]],
    ["by an address", { search: "2001:db8::1" }, ["db-1"]],
    ["that are not there", { search: "nothing" }, []],
  ] as const) {
    test(name, () => assert.deepEqual(names(view, query), expected));
  }

  test("of a zone or by a search leave the headline, clusters and zones as they are", () => {
    const { headline, clusters, zones } = ask(view, { zone: "b", search: "web" });
    assert.deepEqual([headline.text, clusters.length, zones.length], ["all 3 nodes reachable", 2, 3]);
  });

  test("of a cluster are all there is", () => {
    const { headline, clusters, zones } = ask(view, { cluster: "prod" });
    assert.deepEqual([headline.text, clusters.length, zones.length], ["all 2 nodes reachable", 1, 2]);
  });
});

describe("the sick", () => {
  const isSick = (heats: readonly number[], range = hourMs) => {
    const { view } = oneNode(heats);
    return names(view, { nodes: "sick", fromMs: noonMs - range }).length === 1;
  };
  const quiet = (count: number) => Array.from({ length: count }, () => 0);

  test("are not those of which a single SYN was sent again, now or before", () => {
    assert.equal(isSick([22, ...quiet(50)]), false);
    assert.equal(isSick([...quiet(50), 22]), false);
  });

  test("are not those with a little latency all the time", () => {
    assert.equal(isSick(Array.from({ length: 55 }, () => 11)), false);
  });

  test("are those that lost handshakes, or had the worst of anything, at any time", () => {
    for (const heat of [32, 33, 23, 13]) assert.equal(isSick([heat, ...quiet(50)]), true, `heat ${heat}`);
  });

  test("are those with trouble again and again", () => {
    assert.equal(isSick([...quiet(20), 22, ...quiet(15), 22, ...quiet(15), 21]), true);
  });

  test("are those with trouble twice at the end of the range", () => {
    assert.equal(isSick([...quiet(48), 21, 0, 0, 22, 0]), true);
    assert.equal(isSick([...quiet(40), 21, 0, 0, 22, ...quiet(10)]), false);
  });

  test("of long columns need more, as each has its worst minute's heat", () => {
    const week = 7 * 24 * hourMs;
    const everyHour = (hours: number) =>
      Array.from({ length: 24 * 60 }, (_, minute) => (minute % 60 === 5 && minute < hours * 60 ? 22 : 0));
    assert.equal(isSick(everyHour(6), week), false);
    assert.equal(isSick(everyHour(24), week), true);
  });
});

describe("clusters and zones", () => {
  test("have what they are now, by column and at the end", () => {
    const view = new FakeHistoryView();
    const good = view.add({ node: "a1", zone: "a", cluster: "prod" });
    const bad = view.add({ node: "c1", zone: "c", cluster: "prod" }, { live: { up: false, result: "timeout" } });
    const slow = view.add({ node: "c2", zone: "c", cluster: "prod" });
    tellHeats(view, good.id, [0, 0, 0]);
    tellHeats(view, bad.id, [0, 33, 33]);
    tellHeats(view, slow.id, [0, 22, 22]);
    view.apiStates.push({ cluster: "prod", isUp: true, sinceMs: noonMs - hourMs });
    const { clusters, zones } = ask(view, { fromMs: noonMs - 4 * minuteMs });
    assert.deepEqual(clusters, [
      { cluster: "prod", isApiUp: true, apiSinceMs: noonMs - hourMs, targets: 3, reachable: 2 },
    ]);
    assert.deepEqual(zones, [
      { cluster: "prod", zone: "c", targets: 2, unreachable: 1, degraded: 1, heat: [null, 0, 33, 33] },
      { cluster: "prod", zone: "a", targets: 1, unreachable: 0, degraded: 0, heat: [null, 0, 0, 0] },
    ]);
  });

  test("without an API say so, and an API that changed since is not known of then", () => {
    const view = new FakeHistoryView();
    view.add({ node: "s", cluster: "static" });
    view.apiStates.push({ cluster: "prod", isUp: false, sinceMs: noonMs - minuteMs });
    const then = ask(view, { fromMs: noonMs - 2 * hourMs, toMs: noonMs - hourMs });
    assert.deepEqual(
      then.clusters.map(({ cluster, isApiUp, apiSinceMs }) => [cluster, isApiUp, apiSinceMs]),
      [
        ["prod", null, null],
        ["static", null, null],
      ],
    );
    assert.equal(ask(view).headline.text, `no answer from the API of prod since {${noonMs - minuteMs}}`);
  });

  test("of targets, where nodes have several", () => {
    const view = new FakeHistoryView();
    view.add({ node: "n", address: "192.0.2.1:10250" });
    view.add({ node: "n", address: "[2001:db8::1]:10250", host: "2001:db8::1" });
    assert.equal(ask(view).headline.text, "all 2 targets reachable");
  });

  test("tell of a zone that is Ready and gone", () => {
    const view = new FakeHistoryView();
    const sinceMs = noonMs - 10 * minuteMs;
    for (const index of [1, 2, 3]) {
      view.add({ node: `c${index}`, zone: "c" }, { live: { up: false, result: "timeout", sinceMs } });
      view.has("test", makeNode({ name: `c${index}` }));
      view.add({ node: `a${index}`, zone: "a" });
    }
    view.apiStates.push({ cluster: "test", isUp: true, sinceMs: undefined });
    assert.equal(
      ask(view).headline.text,
      `3 of 3 nodes of zone c unreachable since {${sinceMs}}; they are Ready and the API answers: it is the network`,
    );
  });
});

test("an empty history has an answer", () => {
  const { headline, nodes, zones, clusters, isLive } = ask(new FakeHistoryView());
  assert.deepEqual([headline.text, nodes, zones, clusters, isLive], ["no nodes are known", [], [], [], true]);
});
