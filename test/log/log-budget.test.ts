import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Log } from "../../src/log.ts";
import { LogBudget } from "../../src/log-budget.ts";
import { FakeClock } from "../support/fake-clock.ts";

function setUp() {
  const lines: string[] = [];
  const note = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  const log: Log = { error: note("error"), warn: note("warn"), info: note("info"), debug: note("debug") };
  const clock = new FakeClock();
  const budget = new LogBudget(log, clock);
  const writeMany = (count: number) => {
    for (let index = 0; index < count; index++) budget.write("warn", `line ${index}`, {});
  };
  return { lines, clock, budget, writeMany };
}

describe("a budget of lines", () => {
  test("lets twenty through, each as it is", () => {
    const { lines, clock, writeMany } = setUp();
    writeMany(20);
    assert.deepEqual(
      lines,
      Array.from({ length: 20 }, (_, index) => `warn line ${index}`),
    );
    assert.equal(clock.pendingTimers, 0);
  });

  test("counts the rest and tells the number when the window ends, though no line follows", async () => {
    const { lines, clock, writeMany } = setUp();
    writeMany(5);
    await clock.advance(4_000);
    writeMany(1_015);
    assert.equal(lines.length, 20);
    await clock.advance(5_999);
    assert.equal(lines.length, 20);
    await clock.advance(1);
    assert.deepEqual(lines.slice(20), ["info and 1000 more changes like these"]);
    assert.equal(clock.pendingTimers, 0);
  });

  test("begins anew after ten seconds", async () => {
    const { lines, clock, writeMany } = setUp();
    writeMany(25);
    await clock.advance(10_000);
    writeMany(25);
    assert.equal(lines.length, 41);
    await clock.advance(10_000);
    assert.equal(lines.length, 42);
    assert.equal(lines.filter((line) => line === "info and 5 more changes like these").length, 2);
  });

  test("a steady trickle below the budget is never held back", async () => {
    const { lines, clock, writeMany } = setUp();
    for (let second = 0; second < 60; second++) {
      writeMany(2);
      await clock.advance(1_000);
    }
    assert.equal(lines.length, 120);
  });

  test("tells the number at the end, once, and leaves no timer", () => {
    const { lines, clock, budget, writeMany } = setUp();
    writeMany(22);
    budget.flush();
    assert.deepEqual(lines.slice(20), ["info and 2 more changes like these"]);
    budget.flush();
    assert.equal(lines.length, 21);
    assert.equal(clock.pendingTimers, 0);
  });

  test("has nothing to tell where nothing was held back", () => {
    const { lines, budget } = setUp();
    budget.flush();
    assert.deepEqual(lines, []);
  });
});
