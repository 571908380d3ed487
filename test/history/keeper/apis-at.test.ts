import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { isProblem } from "../../../src/api/problem.ts";
import { answer } from "../../../src/history/answers/answer.ts";
import { ofApis } from "../../../src/history/store/schema.ts";
import { HistoryDriver, hourMs, minuteMs, startUnixMs } from "../../support/history-driver.ts";
import { makeTarget } from "../../support/make-target.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const target = makeTarget({ node: "n", address: "192.0.2.1:10250", key: "n", cluster: "prod" });

function run(driver: HistoryDriver, minutes: number): void {
  for (let minute = 0; minute < minutes; minute++) {
    driver.reply(target, 300);
    driver.pass(minuteMs);
  }
}

/** Up for 10 minutes, down for 10 minutes, up for 10 minutes. */
function upDownUp(driver: HistoryDriver): void {
  driver.recorder.api("prod", true, "");
  driver.add(target);
  run(driver, 10);
  driver.recorder.api("prod", false, "connection refused");
  run(driver, 10);
  driver.recorder.api("prod", true, "");
  run(driver, 10);
}

function overview(driver: HistoryDriver, minute: number) {
  const toMs = startUnixMs + minute * minuteMs;
  const query = { fromMs: toMs - 15 * minuteMs, toMs, cluster: "", zone: undefined, search: "", offset: 0, limit: 1 };
  const given = answer(driver.view, { ask: "overview", query: { ...query, nodes: "all" } });
  assert.ok(!isProblem(given));
  return given;
}

/** Whether the API of prod answered at that minute, and since which. */
function apiAt(driver: HistoryDriver, minute: number): readonly (boolean | number | null | undefined)[] {
  const prod = overview(driver, minute).clusters.find(({ cluster }) => cluster === "prod");
  const sinceMs = prod?.apiSinceMs ?? null;
  return [prod?.isApiUp, sinceMs === null ? null : (sinceMs - startUnixMs) / minuteMs];
}

describe("an API at a moment that is past", () => {
  for (const isWritten of [false, true]) {
    test(`is as its changes say, ${isWritten ? "from a file" : "as it runs"}`, (t) => {
      const path = `${temporaryFolder(t)}/history`;
      let driver = new HistoryDriver({ path });
      upDownUp(driver);
      if (isWritten) {
        driver.close();
        driver = new HistoryDriver({ path, nowUnixMs: driver.nowUnixMs });
      }
      assert.deepEqual(apiAt(driver, 9), [true, 0]);
      assert.deepEqual(apiAt(driver, 10), [false, 10]);
      assert.deepEqual(apiAt(driver, 19), [false, 10]);
      assert.deepEqual(apiAt(driver, 25), [true, 20]);
      driver.close();
    });
  }

  test("stands in the headline of then", () => {
    const driver = new HistoryDriver();
    upDownUp(driver);
    const { headline } = overview(driver, 15);
    const sinceMs = startUnixMs + 10 * minuteMs;
    assert.deepEqual(
      [headline.condition, headline.text],
      ["unreachable", `no answer from the API of prod since {${sinceMs}}`],
    );
  });

  test("is not known of while PinGo did not run, and what was before says nothing of after", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const driver = new HistoryDriver({ path });
    driver.recorder.api("prod", true, "");
    driver.add(target);
    run(driver, 10);
    driver.recorder.api("prod", false, "");
    run(driver, 10);
    driver.close();
    const later = new HistoryDriver({ path, nowUnixMs: startUnixMs + hourMs });
    later.add(target);
    run(later, 5);
    assert.deepEqual(apiAt(later, 61), [null, null], "it has not been asked yet");
    later.recorder.api("prod", true, "");
    run(later, 10);
    assert.deepEqual(apiAt(later, 40), [null, null]);
    assert.deepEqual(apiAt(later, 63), [null, null]);
    assert.deepEqual(apiAt(later, 70), [true, 65]);
    assert.deepEqual(apiAt(later, 15), [false, 10]);
    later.close();
  });

  test("is known by its next change where the one before is not kept any more", () => {
    const driver = new HistoryDriver({ retentionMs: 3 * hourMs });
    driver.recorder.api("prod", false, "");
    driver.add(target);
    run(driver, 9 * 60);
    driver.recorder.api("prod", true, "");
    run(driver, 60);
    assert.deepEqual(apiAt(driver, 8 * 60), [false, null]);
    assert.deepEqual(apiAt(driver, 9 * 60 + 30), [true, 9 * 60]);
  });

  test("that answered from the beginning is no event", () => {
    const driver = new HistoryDriver();
    upDownUp(driver);
    const scan = { fromMs: 0, toMs: driver.nowUnixMs, before: undefined, limit: 9, id: undefined, keeps: () => true };
    const told = driver.view.events(scan).events.filter(({ kind }) => kind !== "pingo");
    assert.deepEqual(
      told.map(({ kind, text }) => `${kind}: ${text}`),
      ["api: the API answers again", "api: the API does not answer: connection refused"],
    );
  });

  test("is found quickly among all that happened to nodes", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const driver = new HistoryDriver({ path });
    upDownUp(driver);
    driver.close();
    const db = new DatabaseSync(path);
    const sql = `EXPLAIN QUERY PLAN SELECT * FROM changes WHERE ${ofApis} AND at_ms <= 9 ORDER BY at_ms DESC, id DESC LIMIT 9`;
    const steps = db
      .prepare(sql)
      .all()
      .map(({ detail }) => String(detail));
    db.close();
    assert.deepEqual(steps, ["SEARCH changes USING INDEX changes_of_apis (at_ms<?)"]);
  });
});
