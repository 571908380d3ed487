import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isProblem } from "../../../src/api/problem.ts";
import type { OverviewQuery } from "../../../src/api/queries.ts";
import { answer } from "../../../src/history/answers/answer.ts";
import { withPast } from "../../../src/history/keeper/past-zones.ts";
import type { PastZone } from "../../../src/history/model.ts";
import type { Target } from "../../../src/target.ts";
import { HistoryDriver, hourMs, minuteMs, startUnixMs } from "../../support/history-driver.ts";
import { makeNode } from "../../support/make-node.ts";
import { makeTarget } from "../../support/make-target.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const node = makeTarget({ node: "n", address: "192.0.2.1:10250", key: "n", zone: "a" });
const other = makeTarget({ node: "o", address: "192.0.2.2:10250", key: "o", zone: "b" });
const moved = { ...node, zone: "b" };

function run(driver: HistoryDriver, minutes: number, ...targets: readonly Target[]): void {
  for (let minute = 0; minute < minutes; minute++) {
    for (const target of targets) driver.reply(target, 300);
    driver.pass(minuteMs);
  }
}

/** Half an hour in a, then half an hour in b. */
function movedNode(path?: string): HistoryDriver {
  const driver = new HistoryDriver({ path });
  driver.add(node, other);
  run(driver, 30, node, other);
  driver.recorder.relabelled(moved);
  run(driver, 30, node, other);
  return driver;
}

function overview(driver: HistoryDriver, toMs: number, query: Partial<OverviewQuery> = {}) {
  const all = { cluster: "", zone: undefined, nodes: "all", search: "", offset: 0, limit: 100 } as const;
  const range = { fromMs: toMs - 20 * minuteMs, toMs };
  const given = answer(driver.view, { ask: "overview", query: { ...range, ...all, ...query } });
  assert.ok(!isProblem(given));
  return given;
}

/** `n@a`: a node and the zone that it stands in. */
function places(driver: HistoryDriver, toMs: number, query: Partial<OverviewQuery> = {}): string[] {
  return overview(driver, toMs, query).nodes.map(({ node, zone }) => `${node}@${zone}`);
}

/** Zones, their targets, and how many of their columns have anything. */
function zones(driver: HistoryDriver, toMs: number) {
  const rows = overview(driver, toMs).zones.map(({ zone, targets, heat }) => [
    zone,
    targets,
    heat.filter((one) => one !== null).length,
  ]);
  return rows.toSorted();
}

function zoneEvents(driver: HistoryDriver, parts: { zone?: string; kinds?: string[] } = {}) {
  const all = { key: undefined, cluster: "", zone: undefined, kinds: [], before: undefined, limit: 100 };
  const query = { ...all, fromMs: startUnixMs, toMs: driver.nowUnixMs + 1, ...parts };
  const given = answer(driver.view, { ask: "events", query });
  assert.ok(!isProblem(given));
  return given.events.map(({ atMs, kind, node, zone, text }) => [
    (atMs - startUnixMs) / minuteMs,
    kind,
    node,
    zone,
    text,
  ]);
}

describe("a node that changed its zone", () => {
  const changeMs = startUnixMs + 30 * minuteMs;

  test("stands in the zone in which it was at the moment that is asked for", () => {
    const driver = movedNode();
    assert.deepEqual(places(driver, driver.nowUnixMs), ["n@b", "o@b"]);
    assert.deepEqual(places(driver, changeMs), ["n@b", "o@b"]);
    assert.deepEqual(places(driver, changeMs - 1), ["n@a", "o@b"]);
    assert.deepEqual(places(driver, changeMs - 1, { zone: "a" }), ["n@a"]);
    assert.deepEqual(places(driver, driver.nowUnixMs, { zone: "a" }), []);
  });

  test("leaves what was measured in its old zone with that zone", () => {
    const driver = movedNode();
    assert.deepEqual(zones(driver, changeMs - minuteMs), [
      ["a", 1, 20],
      ["b", 1, 20],
    ]);
    assert.deepEqual(zones(driver, changeMs + 10 * minuteMs), [
      ["a", 0, 10],
      ["b", 2, 20],
    ]);
    assert.deepEqual(zones(driver, driver.nowUnixMs), [["b", 2, 20]]);
    const range = { fromMs: startUnixMs, toMs: driver.nowUnixMs };
    const matrix = answer(driver.view, { ask: "zones", query: { ...range, cluster: "" } });
    assert.ok(!isProblem(matrix));
    const measured = matrix.zones.map(({ zone, p50Us }) => [zone, p50Us.filter((us) => us !== null).length]);
    assert.deepEqual(measured.toSorted(), [
      ["a", 30],
      ["b", 60],
    ]);
    assert.deepEqual(answer(driver.view, { ask: "zones", query: { ...range, cluster: "test" } }), matrix);
  });

  test("has that among its events, and its events are in the zone that it was in", () => {
    const driver = movedNode();
    driver.recorder.node("test", makeNode({ name: "n" }));
    driver.ended(node, { result: "timeout", code: "DEADLINE" });
    driver.pass(minuteMs);
    driver.recorder.relabelled({ ...node, zone: "" });
    driver.pass(minuteMs);
    driver.recorder.node("test", makeNode({ name: "n", ready: { status: "False", reason: "", since: "" } }));
    driver.flush();
    const change = [30, "zone", "n", "b", "zone changed: a -> b"];
    const ready = [62, "ready", "n", "", "is not Ready in the cluster's eyes"];
    assert.deepEqual(zoneEvents(driver, { kinds: ["zone", "down", "ready"] }), [
      ready,
      [61, "zone", "n", "", "zone changed: b -> none"],
      [60, "down", "n", "b", "is down: gave no answer"],
      change,
    ]);
    assert.deepEqual(zoneEvents(driver, { kinds: ["zone"], zone: "b" }), [change]);
    assert.deepEqual(zoneEvents(driver, { kinds: ["ready"], zone: "" }), [ready]);
    assert.deepEqual(zoneEvents(driver, { kinds: ["ready"], zone: "b" }), []);
  });

  test("stands where it was after a new start, too; one while PinGo is away is seen when it is back", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    movedNode(path).close();
    const nowUnixMs = startUnixMs + 70 * minuteMs;
    const driver = new HistoryDriver({ path, nowUnixMs });
    driver.add({ ...node, zone: "c" }, other);
    run(driver, 5, node, other);
    assert.deepEqual(places(driver, changeMs - 1), ["n@a", "o@b"]);
    assert.deepEqual(places(driver, nowUnixMs - 1), ["n@b", "o@b"]);
    assert.deepEqual(places(driver, driver.nowUnixMs), ["n@c", "o@b"]);
    const told = zoneEvents(driver, { kinds: ["zone"] }).map(([minute, , , , text]) => [minute, text]);
    assert.deepEqual(told, [
      [70, "zone changed: b -> c"],
      [30, "zone changed: a -> b"],
    ]);
    driver.close();
  });

  test("is not back where it was when the clock is put back to before that", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const driver = new HistoryDriver({ path });
    driver.add(node, other);
    run(driver, 1, node, other);
    driver.pass(5 * hourMs);
    driver.recorder.relabelled(moved);
    driver.flush();
    driver.moveTo(startUnixMs + hourMs);
    const past = [{ zone: "a", untilMs: startUnixMs + hourMs }];
    assert.deepEqual(driver.view.target("n")?.pastZones, past);
    assert.deepEqual(places(driver, driver.nowUnixMs), ["n@b", "o@b"]);
    assert.deepEqual(places(driver, driver.nowUnixMs - 1), ["n@a", "o@b"]);
    run(driver, 1, node, other);
    driver.close();
    const reopened = new HistoryDriver({ path, nowUnixMs: startUnixMs + 6 * hourMs });
    assert.deepEqual(reopened.view.target("n")?.pastZones, past, "so it is written");
    reopened.close();
  });

  test("is not back where it was when it was in doubt while the clock was put back", () => {
    const driver = new HistoryDriver();
    driver.add(node, other);
    driver.pass(5 * hourMs);
    driver.recorder.relabelled(moved);
    driver.flush();
    driver.keeper.take([{ order: "anew" }], driver.nowUnixMs);
    driver.moveTo(startUnixMs + hourMs);
    driver.add(moved, other);
    driver.flush();
    assert.deepEqual(places(driver, driver.nowUnixMs), ["n@b", "o@b"]);
  });

  test("is not known to have been elsewhere once nothing of that time is kept", () => {
    const driver = new HistoryDriver({ retentionMs: 2 * hourMs });
    driver.add(node, other);
    run(driver, 30, node, other);
    driver.recorder.relabelled(moved);
    driver.flush();
    assert.deepEqual(driver.view.target("n")?.pastZones, [{ zone: "a", untilMs: changeMs }]);
    run(driver, 9 * 60, node, other);
    assert.deepEqual(driver.view.target("n")?.pastZones, []);
  });

  test("each minute is known to have been in so many of them alone", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const driver = new HistoryDriver({ path });
    driver.add(node, other);
    for (let minute = 0; minute < 300; minute++) {
      driver.recorder.relabelled({ ...node, zone: minute % 2 === 0 ? "b" : "a" });
      run(driver, 1, node, other);
    }
    driver.close();
    const reopened = new HistoryDriver({ path, nowUnixMs: driver.nowUnixMs });
    const past = reopened.view.target("n")?.pastZones ?? [];
    assert.equal(past.length, 64);
    assert.deepEqual(past.at(-1), { zone: "b", untilMs: startUnixMs + 299 * minuteMs });
    assert.deepEqual(places(reopened, startUnixMs + 290 * minuteMs - 1), ["n@a", "o@b"]);
    assert.deepEqual(places(reopened, startUnixMs + 291 * minuteMs - 1), ["n@b", "o@b"]);
    reopened.close();
  });
});

describe("zones of before", () => {
  const times = (past: readonly PastZone[]) => past.map(({ untilMs }) => untilMs);

  test("of a great many targets are few of each", () => {
    let past: readonly PastZone[] = [];
    for (let at = 1; at <= 100; at++) past = withPast(past, "z", at, 65_000);
    assert.deepEqual(times(past), [99, 100]);
    assert.equal(withPast(Array(64).fill({ zone: "z", untilMs: 1 }), "z", 2, 20_000).length, 5);
  });

  test("that ended after now, by a clock that was ahead, are none", () => {
    const past = [
      { zone: "a", untilMs: 10 },
      { zone: "b", untilMs: 1_000 },
    ];
    assert.deepEqual(times(withPast(past, "c", 20, 1)), [10, 20]);
  });
});
