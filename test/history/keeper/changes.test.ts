import assert from "node:assert/strict";
import { test } from "node:test";
import { HistoryDriver, minuteMs } from "../../support/history-driver.ts";
import { makeTarget } from "../../support/make-target.ts";

const a = makeTarget({ node: "a", key: "a" });

/** A history with a target, and who changed with what was done to it. */
function opened() {
  const driver = new HistoryDriver();
  driver.add(a);
  driver.flush();
  driver.keeper.takeChanged();
  const changed = (act: () => void) => {
    act();
    driver.flush();
    return driver.keeper.takeChanged()?.keys ?? [];
  };
  return { driver, changed };
}

test("a condition changed where a target is known, is down and is up again, and with no other handshake", () => {
  const { driver, changed } = opened();
  const is = (result: "timeout" | "refused" | "ok", synSent = 1) => changed(() => driver.ended(a, { result, synSent }));
  assert.deepEqual(is("ok"), ["a"], "nothing was known of it");
  assert.deepEqual(is("ok"), []);
  assert.deepEqual(is("ok", 3), [], "a SYN was sent again");
  assert.deepEqual(is("timeout"), ["a"], "down");
  assert.deepEqual(is("timeout"), []);
  assert.deepEqual(is("refused"), [], "down in another way");
  assert.deepEqual(is("ok", 2), ["a"], "up again");
});

test("a condition changed where trouble begins or ends with a minute", () => {
  const { driver, changed } = opened();
  const minute = (synSent: number) =>
    changed(() => {
      driver.ended(a, { result: "ok", synSent });
      driver.pass(minuteMs);
    });
  minute(1);
  assert.deepEqual(minute(1), []);
  assert.deepEqual(minute(3), ["a"]);
  assert.deepEqual(minute(3), []);
  assert.deepEqual(minute(1), ["a"]);
});

test("a condition changed where a target is measured again", () => {
  const { driver, changed } = opened();
  const reply = () => changed(() => driver.reply(a, 400));
  reply();
  driver.pass(minuteMs);
  assert.deepEqual(reply(), []);
  driver.pass(20 * minuteMs);
  assert.deepEqual(reply(), ["a"]);
});
