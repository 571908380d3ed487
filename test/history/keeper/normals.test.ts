import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Normals } from "../../../src/history/keeper/normals.ts";
import { HistoryDriver, hourMs, minuteMs } from "../../support/history-driver.ts";
import { makeTarget } from "../../support/make-target.ts";
import { randomNumbers } from "../../support/random-numbers.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

describe("a normal", () => {
  test("is there after ten minutes with data, and is their median", () => {
    const normals = new Normals();
    const minutes = [300, 310, 290, 305, 9_000, 295, 300, 302, 298];
    for (const medianUs of minutes) normals.observe(3, medianUs);
    assert.equal(normals.of(3), undefined);
    normals.observe(3, 301);
    assert.equal(normals.of(3), 300);
    assert.equal(normals.of(2), undefined);
    assert.equal(normals.of(99), undefined);
  });

  test("does not become what trouble of an hour is, and follows what stays for days", () => {
    const normals = new Normals();
    normals.observe(0, 300, 1_440);
    normals.observe(0, 3_000, 60);
    assert.ok((normals.of(0) as number) < 340, `after an hour ${normals.of(0)}`);
    normals.observe(0, 3_000, 2 * 1_440);
    assert.equal(normals.of(0), 3_000);
  });

  test("is near the median of what goes up and down", () => {
    const normals = new Normals();
    const random = randomNumbers(5);
    for (let minute = 0; minute < 2_000; minute++) normals.observe(0, random(10) < 6 ? 500 : 5_000 + random(500));
    assert.ok(Math.abs((normals.of(0) as number) - 500) < 50, `${normals.of(0)}`);
  });

  test("is learned again from what is kept", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const target = makeTarget({ node: "a", zone: "z" });
    const driver = new HistoryDriver({ path });
    driver.add(target);
    for (let minute = 0; minute < 150; minute++) {
      driver.reply(target, 480);
      driver.pass(minuteMs);
    }
    const id = driver.view.target(target.key)?.id as number;
    const beforeUs = driver.view.live(id).normalUs as number;
    driver.close();
    const reopened = new HistoryDriver({ path, nowUnixMs: driver.nowUnixMs + hourMs });
    assert.ok(Math.abs((reopened.view.live(id).normalUs as number) - beforeUs) < 0.02 * beforeUs);
    reopened.add(target);
    reopened.reply(target, 20_000);
    reopened.pass(minuteMs);
    const [last] = [...reopened.view.heat(60_000, reopened.nowUnixMs - minuteMs, reopened.nowUnixMs)];
    assert.equal(last?.heat[id], 13, "the first minute after is held against it");
    const [zone] = [...reopened.view.zones(60_000, reopened.nowUnixMs - minuteMs, reopened.nowUnixMs)];
    assert.equal(zone?.zones[0]?.heat, 13, "and so is its zone's");
    reopened.close();
  });
});
