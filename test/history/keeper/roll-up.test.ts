import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stepsMs } from "../../../src/api/queries.ts";
import { noHeat } from "../../../src/history/model.ts";
import { HistoryDriver, hourMs, minuteMs, startUnixMs } from "../../support/history-driver.ts";
import { makeTarget } from "../../support/make-target.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const a = makeTarget({ node: "a", address: "192.0.2.1:10250", zone: "z1" });
const b = makeTarget({ node: "b", address: "192.0.2.2:10250", zone: "z1" });

/** How many handshakes each step has, as the view tells. */
function counts(driver: HistoryDriver, stepMs: (typeof stepsMs)[number], key = a.key): number[] {
  const id = driver.view.target(key)?.id as number;
  const buckets = driver.view.buckets(stepMs, id, startUnixMs - 24 * hourMs, startUnixMs + 48 * hourMs);
  return [...buckets].map(({ bucket }) => bucket.results.reduce((sum, count) => sum + count, 0));
}

function heats(driver: HistoryDriver, stepMs: (typeof stepsMs)[number]): number[][] {
  return [...driver.view.heat(stepMs, startUnixMs, startUnixMs + 48 * hourMs)].map(({ heat }) => [...heat]);
}

/** A reply a minute of each target. */
function replies(driver: HistoryDriver, minutes: number): void {
  for (let minute = 0; minute < minutes; minute++) {
    driver.reply(a, 300);
    driver.reply(b, 300);
    driver.pass(minuteMs);
  }
}

describe("steps", () => {
  test("those that go on are told as those that are over, at every level", () => {
    const driver = new HistoryDriver();
    driver.add(a, b);
    replies(driver, 7 * 60 + 25);
    driver.reply(a, 300);
    driver.flush();
    assert.deepEqual(counts(driver, 21_600_000), [360, 86]);
    assert.deepEqual(counts(driver, 3_600_000), [60, 60, 60, 60, 60, 60, 60, 26]);
    assert.deepEqual(counts(driver, 600_000).slice(-3), [10, 10, 6]);
    assert.deepEqual(counts(driver, 60_000).length, 446);
    const zones = [...driver.view.zones(21_600_000, startUnixMs, startUnixMs + 48 * hourMs)];
    assert.deepEqual(
      zones.map(({ zones: [zone] }) => [zone?.bucket.synSent, zone?.targets]),
      [
        [720, 2],
        [171, 2],
      ],
    );
  });

  test("the heat of a longer step is that of its worst minute: by level first, then by kind", () => {
    const driver = new HistoryDriver();
    driver.add(a, b);
    replies(driver, 2);
    // One of 20 lost (31) in a minute, and a third of the SYNs sent again (23) in another: level 3 is worse.
    for (let reply = 0; reply < 19; reply++) driver.reply(a, 300);
    driver.ended(a, { result: "timeout", code: "DEADLINE" });
    driver.pass(minuteMs);
    driver.ended(a, { result: "ok", connectUs: 1_000_300, synSent: 2 });
    driver.pass(minuteMs);
    assert.deepEqual(heats(driver, 60_000), [[0, 0], [0, 0], [31], [23]]);
    for (const stepMs of [600_000, 3_600_000, 21_600_000] as const) assert.deepEqual(heats(driver, stepMs), [[23, 0]]);
    driver.pass(7 * hourMs);
    for (const stepMs of [600_000, 3_600_000, 21_600_000] as const) assert.deepEqual(heats(driver, stepMs), [[23, 0]]);
  });

  test("a target of which nothing was measured has no heat, and this machine's trouble gives none", () => {
    const driver = new HistoryDriver();
    driver.add(a, b);
    driver.ended(a, { result: "local", code: "EMFILE" });
    driver.reply(b, 300);
    driver.pass(minuteMs);
    assert.deepEqual(heats(driver, 60_000), [[noHeat, 0]]);
  });

  test("what was not rolled up when PinGo ended is made up for after its next start", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const driver = new HistoryDriver({ path });
    driver.add(a, b);
    for (let minute = 0; minute < 70; minute++) {
      driver.reply(a, 300);
      driver.flush();
      driver.nowUnixMs += minuteMs;
      // Minutes are written; there is no time for any work beside that.
      driver.keeper.tick(driver.nowUnixMs);
    }
    driver.close();
    const nextDayMs = startUnixMs + 24 * hourMs;
    const reopened = new HistoryDriver({ path, nowUnixMs: nextDayMs });
    assert.deepEqual(counts(reopened, 3_600_000), [60, 10], "before they are made they are sums of minutes");
    reopened.settle();
    for (const stepMs of stepsMs)
      assert.equal(
        counts(reopened, stepMs).reduce((sum, count) => sum + count, 0),
        70,
      );
    reopened.close();
  });

  test("a minute that two runs of PinGo share is the sum of both", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const driver = new HistoryDriver({ path });
    driver.add(a);
    driver.reply(a, 300);
    driver.pass(20_000);
    driver.close();
    const second = new HistoryDriver({ path, nowUnixMs: driver.nowUnixMs + 5_000 });
    second.add(a);
    second.ended(a, { result: "refused", code: "ECONNREFUSED" });
    second.flush();
    assert.deepEqual(counts(second, 60_000), [2]);
    second.pass(minuteMs);
    assert.deepEqual(counts(second, 60_000), [2]);
    assert.deepEqual(heats(second, 600_000), [[33]], "the worst of both parts");
    second.close();
  });

  test("hundreds of targets are several groups, and each is told of its own", () => {
    const driver = new HistoryDriver();
    const many = Array.from({ length: 700 }, (_, index) => makeTarget({ node: `n${index}`, address: `n${index}:1` }));
    driver.add(...many);
    for (let minute = 0; minute < 11; minute++) {
      for (const [index, target] of many.entries()) if (index % 3 !== 1) driver.reply(target, 100 + 10 * index);
      driver.pass(minuteMs);
    }
    for (const [index, { key }] of many.entries()) {
      const id = driver.view.target(key)?.id as number;
      const [step] = driver.view.buckets(600_000, id, startUnixMs, startUnixMs + hourMs);
      if (index % 3 === 1) {
        assert.equal(step, undefined);
        continue;
      }
      const medianUs = step?.bucket.latency.quantile(0.5) as number;
      assert.ok(Math.abs(medianUs - (100 + 10 * index)) < 0.02 * medianUs, `${key}: ${medianUs}`);
    }
  });
});

describe("a wall clock that jumps", () => {
  test("back by hours: the old minutes get what is measured in them again, at every level", () => {
    const driver = new HistoryDriver();
    driver.add(a, b);
    replies(driver, 8 * 60);
    driver.moveTo(startUnixMs + hourMs);
    replies(driver, 60);
    const expected = [60, 120, 60, 60, 60, 60, 60, 60];
    assert.deepEqual(counts(driver, 3_600_000), expected);
    assert.deepEqual(counts(driver, 21_600_000), [420, 120]);
    const zones = [...driver.view.zones(3_600_000, startUnixMs, startUnixMs + 48 * hourMs)];
    assert.deepEqual(
      zones.map((step) => step.zones[0]?.bucket.synSent),
      expected.map((count) => 2 * count),
    );
  });

  test("back by a second at the turn of a minute: no minute is lost or torn", () => {
    const driver = new HistoryDriver();
    driver.add(a);
    driver.moveTo(startUnixMs + minuteMs + 200);
    driver.reply(a, 300);
    driver.moveTo(startUnixMs + minuteMs - 800);
    driver.reply(a, 300);
    driver.moveTo(startUnixMs + minuteMs + 300);
    driver.reply(a, 300);
    driver.pass(minuteMs);
    assert.deepEqual(counts(driver, 60_000), [3]);
  });

  test("a year ahead and back again: what was there stays, and recording goes on", () => {
    const driver = new HistoryDriver();
    driver.add(a, b);
    replies(driver, 30);
    driver.flush();
    driver.nowUnixMs += 365 * 24 * hourMs;
    driver.reply(a, 300);
    driver.flush();
    driver.moveTo(startUnixMs + 30 * minuteMs);
    replies(driver, 90);
    assert.deepEqual(counts(driver, 3_600_000), [60, 60]);
    assert.deepEqual(counts(driver, 600_000).slice(0, 4), [10, 10, 10, 10]);
  });

  test("a year ahead for three minutes: little of what is kept goes as too old", () => {
    const driver = new HistoryDriver();
    driver.add(a, b);
    replies(driver, 300);
    driver.moveTo(startUnixMs + 365 * 24 * hourMs);
    replies(driver, 3);
    driver.moveTo(startUnixMs + 300 * minuteMs);
    replies(driver, 10);
    const kept = counts(driver, 60_000).length;
    assert.ok(kept > 150, `${kept} minutes are left`);
    assert.deepEqual(counts(driver, 3_600_000).slice(0, 5), [60, 60, 60, 60, 60]);
  });

  test("by years within one message: each handshake has its own time", () => {
    for (const years of [1, -1]) {
      const driver = new HistoryDriver();
      driver.add(a);
      driver.reply(a, 300);
      driver.nowUnixMs += years * 365 * 24 * hourMs;
      driver.ended(a, { result: "timeout", synSent: 3 });
      driver.flush();
      const id = driver.view.target(a.key)?.id as number;
      assert.equal(driver.view.live(id).sinceMs, driver.nowUnixMs);
      driver.close();
    }
  });

  test("within one message: each handshake goes to its minute", () => {
    const driver = new HistoryDriver();
    driver.add(a);
    driver.reply(a, 300);
    driver.nowUnixMs += 10 * minuteMs;
    driver.reply(a, 300);
    driver.nowUnixMs -= 5 * minuteMs;
    driver.reply(a, 300);
    driver.pass(minuteMs);
    const id = driver.view.target(a.key)?.id as number;
    const steps = [...driver.view.buckets(60_000, id, startUnixMs, startUnixMs + hourMs)];
    assert.deepEqual(
      steps.map(({ startMs }) => (startMs - startUnixMs) / minuteMs),
      [0, 5, 10],
    );
  });
});
