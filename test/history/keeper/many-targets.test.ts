import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { answer } from "../../../src/history/answers/answer.ts";
import { zonesAtMost } from "../../../src/history/keeper/largest-zones.ts";
import { bucketIn, idIn, RunningMinute } from "../../../src/history/keeper/running-minute.ts";
import { HistoryDriver, hourMs, minuteMs, startUnixMs } from "../../support/history-driver.ts";
import { makeTarget } from "../../support/make-target.ts";
import { randomNumbers } from "../../support/random-numbers.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const many = Array.from({ length: 1_200 }, (_, index) =>
  makeTarget({ node: `n${index}`, address: `n${index}:1`, zone: `z${index % 3}` }),
);

/** How many bites of work there are to do. */
function bitesOf(driver: HistoryDriver): number {
  let bites = 0;
  while (driver.keeper.work()) bites++;
  return bites;
}

/** What kill -9 would leave of it now. */
function killed(t: TestContext, path: string): HistoryDriver {
  const copy = `${temporaryFolder(t)}/history`;
  for (const suffix of ["", "-wal"]) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`);
  return new HistoryDriver({ path: copy });
}

test("those that join are written a few at a time, and not all at once when their minute is over", (t) => {
  const path = `${temporaryFolder(t)}/history`;
  const driver = new HistoryDriver({ path });
  driver.settle();
  driver.add(...many);
  driver.flush();
  const bites = bitesOf(driver);
  assert.ok(bites >= 3, `${bites} bites`);
  const copy = killed(t, path);
  assert.equal(copy.view.targets().length, many.length);
  assert.ok(copy.view.targets().every(({ joinedMs }) => joinedMs === startUnixMs));
  copy.close();
  driver.close();
});

test("those that a start finds as the file has them are not written again; one that changed is", (t) => {
  const path = `${temporaryFolder(t)}/history`;
  const earlier = new HistoryDriver({ path });
  earlier.add(...many);
  for (const target of many) earlier.reply(target, 300);
  earlier.pass(minuteMs);
  earlier.close();
  const driver = new HistoryDriver({ path, nowUnixMs: startUnixMs + 2 * minuteMs });
  driver.settle();
  const [moved, ...others] = many.map((target, index) => (index === 0 ? { ...target, zone: "other" } : target));
  driver.add(...others);
  driver.flush();
  assert.equal(bitesOf(driver), 0);
  driver.add(moved as (typeof many)[0]);
  driver.flush();
  assert.equal(bitesOf(driver), 1);
  const copy = killed(t, path);
  assert.equal(copy.view.target(many[0]?.key as string)?.target.zone, "other");
  assert.equal(copy.view.targets().length, many.length);
  copy.close();
  driver.close();
});

test("those that are told anew after a minute in which they were in doubt are probed in the file, too", (t) => {
  const path = `${temporaryFolder(t)}/history`;
  const driver = new HistoryDriver({ path });
  const some = many.slice(0, 3);
  driver.add(...some);
  for (const target of some) driver.reply(target, 300);
  driver.pass(minuteMs);
  driver.keeper.take([{ order: "anew" }], driver.nowUnixMs);
  driver.pass(minuteMs);
  driver.add(...some);
  driver.flush();
  driver.settle();
  const copy = killed(t, path);
  copy.add(...some);
  copy.flush();
  assert.deepEqual(
    copy.view.targets().map(({ joinedMs, leftMs }) => [joinedMs, leftMs]),
    some.map(() => [startUnixMs, undefined]),
  );
  copy.close();
  driver.close();
});

test("where each has a zone of its own, a step has the largest zones and no more", () => {
  const driver = new HistoryDriver();
  const alone = many.map((target, index) => ({ ...target, zone: `zone-${index}` }));
  const large = Array.from({ length: 4 }, (_, index) =>
    makeTarget({ node: `large-${index}`, address: `large-${index}:1`, zone: "large" }),
  );
  driver.add(...alone, ...large);
  for (let minute = 0; minute < 11; minute++) {
    for (const target of [...alone, ...large]) driver.reply(target, 300);
    if (minute === 5) driver.recorder.removed(alone[0] as (typeof many)[0]);
    driver.pass(minuteMs);
  }
  for (const stepMs of [60_000, 600_000] as const) {
    const steps = [...driver.view.zones(stepMs, startUnixMs, startUnixMs + 10 * minuteMs)];
    assert.equal(steps.length, (10 * minuteMs) / stepMs);
    for (const { startMs, zones } of steps) {
      assert.equal(zones.length, zonesAtMost, `${stepMs} ${startMs}`);
      const found = zones.find(({ zone }) => zone === "large");
      assert.equal(found?.targets, 4);
      assert.equal(found?.bucket.results[0], (4 * stepMs) / minuteMs);
    }
  }
});

test("a clock that is put back to before a target joined does not make it unknown", () => {
  const driver = new HistoryDriver();
  const [stays, leaves] = many as [(typeof many)[0], (typeof many)[0]];
  driver.pass(5 * hourMs);
  driver.add(stays, leaves);
  for (const target of [stays, leaves]) driver.reply(target, 300);
  driver.pass(minuteMs);
  driver.recorder.removed(leaves);
  driver.flush();
  const overview = () => {
    const { nowMs } = driver.view;
    const range = { fromMs: nowMs - hourMs, toMs: nowMs, cluster: "", zone: undefined };
    const query = { ...range, nodes: "all", search: "", offset: 0, limit: 10 } as const;
    const given = answer(driver.view, { ask: "overview", query });
    assert.ok("headline" in given && "nodes" in given);
    return {
      text: given.headline.text,
      probed: given.nodes.filter(({ isProbed }) => isProbed).map(({ node }) => node),
    };
  };
  const before = overview();
  assert.deepEqual(before.probed, ["n0"]);
  driver.moveTo(startUnixMs + hourMs);
  driver.reply(stays, 300);
  driver.flush();
  assert.deepEqual(overview(), before);
  const { joinedMs, leftMs } = driver.view.target(leaves.key) ?? {};
  assert.ok((joinedMs ?? 0) <= driver.view.nowMs && (leftMs ?? 0) <= driver.view.nowMs);
});

test("handshakes that were told of late are no clock that is put back: nobody is written again for them", (t) => {
  const driver = new HistoryDriver({ path: `${temporaryFolder(t)}/history` });
  driver.pass(hourMs);
  driver.add(...many);
  driver.flush();
  driver.settle();
  const joined = driver.nowUnixMs;
  for (const lateMs of [20, 3_000, 50_000]) {
    driver.nowUnixMs = joined - lateMs;
    for (const target of many) driver.reply(target, 300);
    driver.nowUnixMs = joined + 1_000;
    driver.flush();
    assert.equal(bitesOf(driver), 0, `${lateMs} ms`);
  }
  assert.ok(driver.view.targets().every(({ joinedMs }) => joinedMs === joined));
  driver.close();
});

test("a target that the file says joined later than a clock that is behind is known now", (t) => {
  const path = `${temporaryFolder(t)}/history`;
  const earlier = new HistoryDriver({ path });
  earlier.add(many[0] as (typeof many)[0]);
  earlier.reply(many[0] as (typeof many)[0], 300);
  earlier.pass(minuteMs);
  earlier.close();
  const driver = new HistoryDriver({ path, nowUnixMs: 86_400_000 });
  driver.add(many[0] as (typeof many)[0]);
  driver.flush();
  assert.equal(driver.view.target(many[0]?.key as string)?.joinedMs, 86_400_000);
  driver.close();
  const later = new HistoryDriver({ path, nowUnixMs: startUnixMs + hourMs });
  assert.equal(later.view.target(many[0]?.key as string)?.joinedMs, startUnixMs, "the file knows better");
  later.close();
});

test("latencies of a minute come by id and ascending, few or many of each", () => {
  const minute = new RunningMinute();
  const random = randomNumbers(20_261_126);
  const expected: [number, number][] = [];
  for (let handshake = 0; handshake < 5_000; handshake++) {
    const id = handshake % 5 === 0 ? 3 : random(400);
    const latencyUs = 1 + random(100_000);
    minute.count({ id, result: 0, latencyUs, synSent: 1 });
  }
  const sorted = minute.sortedLatencies();
  for (const value of sorted) expected.push([idIn(value), bucketIn(value)]);
  assert.equal(sorted.length, 5_000);
  assert.deepEqual(
    expected,
    expected.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]),
  );
  assert.deepEqual(sorted, sorted.toSorted());
  assert.equal(expected.filter(([id]) => id === 3).length, minute.latenciesOf(3).length);
});
