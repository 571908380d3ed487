import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, test } from "node:test";
import { sleep, systemClock } from "../src/clock.ts";
import { FakeClock } from "./support/fake-clock.ts";

describe("sleep", () => {
  test("ends when its time has come, not before, and leaves nothing behind", async () => {
    const clock = new FakeClock();
    const ending = new AbortController();
    let awake = false;
    const sleeping = sleep(clock, 1_000, ending.signal).then(() => {
      awake = true;
    });
    await clock.advance(999);
    assert.equal(awake, false);
    await clock.advance(1);
    assert.equal(awake, true);
    await sleeping;
    assert.equal(getEventListeners(ending.signal, "abort").length, 0);
    assert.equal(clock.pendingTimers, 0);
  });

  test("ends at once when it is aborted, and leaves nothing behind", async () => {
    const clock = new FakeClock();
    const ending = new AbortController();
    const sleeping = sleep(clock, 1_000, ending.signal);
    ending.abort();
    await sleeping;
    assert.equal(clock.pendingTimers, 0);
    assert.equal(getEventListeners(ending.signal, "abort").length, 0);
  });

  test("does not begin where it was aborted before", async () => {
    const clock = new FakeClock();
    await sleep(clock, 1_000, AbortSignal.abort());
    assert.equal(clock.pendingTimers, 0);
  });
});

describe("the system's clock", () => {
  test("calls once, at its time or later", async () => {
    const beganMs = systemClock.nowMs();
    await new Promise<void>((resolve) => systemClock.setTimer(resolve, 5));
    // libuv counts whole milliseconds from the start of a turn of its loop.
    assert.ok(systemClock.nowMs() - beganMs >= 4);
  });

  test("does not call what was cancelled", async () => {
    let called = false;
    systemClock
      .setTimer(() => {
        called = true;
      }, 0)
      .cancel();
    await new Promise<void>((resolve) => systemClock.setTimer(resolve, 5));
    assert.equal(called, false);
  });

  test("knows the date", () => {
    assert.ok(Math.abs(systemClock.unixMs() - Date.now()) < 60_000);
  });
});
