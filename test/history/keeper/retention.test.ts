import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { describe, test } from "node:test";
import { stepsMs } from "../../../src/api/queries.ts";
import { Store } from "../../../src/history/store/store.ts";
import { HistoryDriver, hourMs, minuteMs, startUnixMs } from "../../support/history-driver.ts";
import { makeTarget } from "../../support/make-target.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const dayMs = 24 * hourMs;
const many = Array.from({ length: 60 }, (_, index) =>
  makeTarget({ node: `n${index}`, address: `n${index}:1`, zone: "z" }),
);

/** A handshake of each target every ten minutes; every fifth fails. */
function run(driver: HistoryDriver, targets: typeof many, durationMs: number): void {
  const endMs = driver.nowUnixMs + durationMs;
  for (let round = 0; driver.nowUnixMs < endMs; round++) {
    for (const [index, target] of targets.entries()) {
      if ((round + index) % 5 === 0) driver.ended(target, { result: "timeout", code: "DEADLINE", synSent: 3 });
      else driver.reply(target, 200 + 13 * ((round * 7 + index * 31) % 40));
    }
    driver.pass(10 * minuteMs);
  }
}

function firstOf(driver: HistoryDriver, stepMs: (typeof stepsMs)[number]): number {
  const [first] = driver.view.heat(stepMs, 0, driver.nowUnixMs);
  return first?.startMs ?? Number.POSITIVE_INFINITY;
}

describe("retention", () => {
  test("by age: what is older goes, at every level, by itself", () => {
    const driver = new HistoryDriver({ retentionMs: dayMs });
    driver.add(...many);
    run(driver, many, 2.5 * dayMs);
    for (const stepMs of stepsMs) {
      const age = driver.nowUnixMs - firstOf(driver, stepMs);
      assert.ok(age <= dayMs + stepMs && age > dayMs - stepMs, `${stepMs}: ${age / hourMs} h`);
    }
    const { events } = driver.view.events({
      fromMs: 0,
      toMs: driver.nowUnixMs - dayMs - hourMs,
      before: undefined,
      limit: 10,
      id: undefined,
      keeps: () => true,
    });
    assert.deepEqual(events, []);
  });

  test("by size: minutes go first, down to a day of them; hours are kept far longer", () => {
    const bound = 450_000;
    const driver = new HistoryDriver({ maxBytes: bound, retentionMs: 30 * dayMs });
    driver.add(...many);
    run(driver, many, 6 * dayMs);
    assert.ok(driver.keeper.status.bytes <= bound, `${driver.keeper.status.bytes} bytes`);
    const age = (stepMs: (typeof stepsMs)[number]) => driver.nowUnixMs - firstOf(driver, stepMs);
    assert.ok(age(60_000) < 5 * dayMs, "minutes went");
    assert.ok(age(60_000) >= dayMs, `a day of minutes stayed: ${age(60_000) / hourMs} h`);
    assert.equal(age(21_600_000), 6 * dayMs, "all of the longest steps stayed");
  });

  test("by size: in a file its log counts, and is emptied before anything is removed for it", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const logBytes = () => statSync(`${path}-wal`).size;
    const bound = 350_000;
    const driver = new HistoryDriver({ path, maxBytes: bound, retentionMs: 30 * dayMs });
    driver.add(...many);
    run(driver, many, hourMs);
    assert.ok(logBytes() > 50_000, `${logBytes()} bytes of log`);
    const { bytes } = driver.keeper.status;
    assert.ok(bytes >= statSync(path).size + logBytes() - 300_000 && bytes > logBytes(), `${bytes} bytes`);
    let mostBytes = 0;
    for (let part = 0; part < 14; part++) {
      run(driver, many, 4 * hourMs);
      mostBytes = Math.max(mostBytes, driver.keeper.status.bytes);
    }
    assert.ok(mostBytes <= bound, `${mostBytes} bytes`);
    assert.ok(firstOf(driver, 60_000) > startUnixMs, "it was full");
    assert.ok(driver.nowUnixMs - firstOf(driver, 60_000) >= dayMs, "the log took the room of no history");
    driver.close();
  });

  test("by size: while much is removed, the log is not written over into the file at each bite", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const driver = new HistoryDriver({ path });
    driver.add(...many);
    run(driver, many, 2.5 * dayMs);
    driver.close();
    const before = statSync(path).size;
    const emptied = t.mock.method(Store.prototype, "emptyLog");
    const bites = t.mock.method(Store.prototype, "removeSteps");
    const reopened = new HistoryDriver({ path, nowUnixMs: driver.nowUnixMs, maxBytes: before - 150_000 });
    reopened.add(...many);
    run(reopened, many, 10 * minuteMs);
    assert.ok(reopened.keeper.status.bytes <= before - 150_000, `${reopened.keeper.status.bytes} bytes`);
    assert.ok(bites.mock.callCount() > 10, `${bites.mock.callCount()} bites`);
    const count = emptied.mock.callCount();
    assert.ok(count > 0 && count <= 3, `the log was emptied ${count} times`);
    reopened.close();
  });

  test("by a size that is far too small: the bound holds, and the newest stay", () => {
    const driver = new HistoryDriver({ maxBytes: 250_000 });
    driver.add(...many);
    run(driver, many, 3 * dayMs);
    assert.ok(driver.keeper.status.bytes <= 250_000, `${driver.keeper.status.bytes} bytes`);
    const id = driver.view.target(many[0]?.key as string)?.id as number;
    const last = [...driver.view.buckets(60_000, id, driver.nowUnixMs - 20 * minuteMs, driver.nowUnixMs)];
    assert.ok(last.length > 0);
  });

  test("a target of which nothing is kept is forgotten, and its id is another's", () => {
    const driver = new HistoryDriver({ retentionMs: dayMs });
    const [gone, ...others] = many.slice(0, 3);
    assert.ok(gone);
    driver.add(gone, ...others);
    run(driver, [gone, ...others], hourMs);
    const id = driver.view.target(gone.key)?.id;
    driver.recorder.removed(gone);
    run(driver, others, dayMs / 2);
    assert.ok(driver.view.target(gone.key)?.leftMs, "it has left, and is still known");
    run(driver, others, dayMs);
    assert.equal(driver.view.target(gone.key), undefined);
    const next = makeTarget({ node: "next", address: "next:1" });
    driver.add(next);
    driver.reply(next, 900);
    driver.pass(minuteMs);
    assert.equal(driver.view.target(next.key)?.id, id);
    const steps = [...driver.view.buckets(3_600_000, id as number, startUnixMs, driver.nowUnixMs)];
    assert.deepEqual(
      steps.map(({ bucket }) => bucket.synSent),
      [1],
      "of the one before nothing is left",
    );
    assert.equal(driver.view.live(id as number).normalUs, undefined);
  });
});
