import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isProblem } from "../../../src/api/problem.ts";
import { answer } from "../../../src/history/answers/answer.ts";
import type { Target } from "../../../src/target.ts";
import { HistoryDriver, hourMs, minuteMs, startUnixMs } from "../../support/history-driver.ts";
import { makeTarget } from "../../support/make-target.ts";

const a = makeTarget({ node: "a", address: "192.0.2.1:10250", key: "a" });
const b = makeTarget({ node: "b", address: "192.0.2.2:10250", key: "b" });
const local = { result: "local", code: "ENETUNREACH" } as const;

function opened(...targets: readonly Target[]): HistoryDriver {
  const driver = new HistoryDriver();
  driver.add(...targets);
  driver.flush();
  return driver;
}

/** So many rounds of handshakes that end as `end` has it, and the time to the next. */
function rounds(driver: HistoryDriver, count: number, everyMs: number, end: () => void): void {
  for (let round = 0; round < count; round++) {
    end();
    driver.pass(everyMs);
  }
}

function ask(driver: HistoryDriver) {
  const toMs = driver.nowUnixMs;
  const query = { fromMs: toMs - 3 * hourMs, toMs, cluster: "", zone: undefined, search: "", offset: 0, limit: 10 };
  const given = answer(driver.view, { ask: "overview", query: { ...query, nodes: "all" } });
  assert.ok(!isProblem(given));
  const rows = given.nodes.map(({ node, condition, sinceMs, why, rttUs }) => [node, condition, sinceMs, why, rttUs]);
  return { condition: given.headline.condition, said: [given.headline.text, ...given.headline.more], rows };
}

describe("of what is not measured any more", () => {
  test("nothing is known where only PinGo's own machine fails, until a handshake tells again", () => {
    const driver = opened(a, b);
    const replies = () => [a, b].forEach((target) => void driver.reply(target, 400));
    rounds(driver, 20, minuteMs, replies);
    const lastMs = driver.nowUnixMs - minuteMs;
    const locals = () => [a, b].forEach((target) => void driver.ended(target, local));
    rounds(driver, 4, minuteMs, locals);
    assert.deepEqual(ask(driver).said, ["all 2 nodes reachable"]);
    rounds(driver, 2, minuteMs, locals);
    assert.deepEqual(ask(driver), {
      condition: "unknown",
      said: [`PinGo's own machine cannot measure any of 2 nodes since {${lastMs}}`],
      rows: [
        ["a", "unknown", lastMs, "local", null],
        ["b", "unknown", lastMs, "local", null],
      ],
    });
    rounds(driver, 1, 1_000, replies);
    assert.deepEqual(ask(driver).said, ["all 2 nodes reachable"]);
  });

  test("nothing is known where nothing is probed", () => {
    const driver = opened(a);
    rounds(driver, 20, 15_000, () => driver.reply(a, 400));
    driver.pass(2 * hourMs);
    const lastMs = startUnixMs + 19 * 15_000;
    assert.deepEqual(ask(driver), {
      condition: "unknown",
      said: [`nothing has been measured of the only node since {${lastMs}}`],
      rows: [["a", "unknown", lastMs, "", null]],
    });
  });

  test("one that was down is not known to be down either", () => {
    const driver = opened(a, b);
    rounds(driver, 3, minuteMs, () => {
      driver.ended(a, { result: "timeout" });
      driver.reply(b, 400);
    });
    rounds(driver, 7, minuteMs, () => driver.reply(b, 400));
    const { condition, said } = ask(driver);
    assert.deepEqual(
      [condition, said],
      [
        "unknown",
        [
          `nothing has been measured of 1 of 2 nodes since {${startUnixMs + 2 * minuteMs}}`,
          "the only node measured is reachable",
        ],
      ],
    );
  });

  test("nothing was ever known where no handshake ever left this machine", () => {
    const driver = opened(a);
    rounds(driver, 1, 15_000, () => driver.ended(a, local));
    assert.deepEqual(ask(driver).said, ["PinGo's own machine cannot measure the only node"]);
  });
});

describe("what is measured seldom", () => {
  test("is known for three of its intervals, from its first handshake on", () => {
    const driver = opened(a);
    rounds(driver, 1, 50 * minuteMs, () => driver.reply(a, 400));
    assert.deepEqual(ask(driver).said, ["the only node is reachable"]);
    driver.pass(10 * minuteMs);
    rounds(driver, 1, 170 * minuteMs, () => driver.reply(a, 400));
    assert.deepEqual(ask(driver).said, ["the only node is reachable"]);
    driver.pass(11 * minuteMs);
    assert.equal(ask(driver).condition, "unknown");
  });

  test("is told from a machine that slept", () => {
    const driver = opened(a);
    rounds(driver, 3, 15_000, () => driver.reply(a, 400));
    driver.pass(8 * hourMs);
    rounds(driver, 1, 6 * minuteMs, () => driver.reply(a, 400));
    assert.equal(ask(driver).condition, "unknown");
  });

  test("a clock that is put back makes nothing old", () => {
    const driver = opened(a);
    rounds(driver, 20, minuteMs, () => driver.reply(a, 400));
    driver.pass(-10 * minuteMs);
    assert.deepEqual(ask(driver).said, ["the only node is reachable"]);
    rounds(driver, 2, minuteMs, () => driver.reply(a, 400));
    assert.deepEqual(ask(driver).said, ["the only node is reachable"]);
  });
});
