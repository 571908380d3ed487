import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestEvent } from "node:test/reporters";
import { LabReport } from "../../scripts/lab-report.ts";

/** An event of node:test of which a test names only what the report looks at. */
const event = (type: string, data: object) => ({ type, data }) as TestEvent;
const start = (name: string, nesting: number) => event("test:start", { name, nesting });
const figures = (row: object) => event("test:diagnostic", { message: `figures: ${JSON.stringify(row)}` });
const pass = (name: string, nesting: number, more: object = {}) =>
  event("test:pass", { name, nesting, details: { type: "test", duration_ms: 1_234 }, ...more });
const fail = (name: string, nesting: number, details: object) =>
  event("test:fail", { name, nesting, details: { type: "test", duration_ms: 50, ...details } });

function reportOf(...events: readonly TestEvent[]) {
  let written = "";
  const report = new LabReport((text) => {
    written += text;
  });
  for (const each of events) report.take(each);
  report.end(7);
  return { report, lines: written.split("\n") };
}

const suitePassed = pass("loss", 0, { details: { type: "suite", duration_ms: 2_000 } });

describe("the lab's report", () => {
  test("shows each check under what it stands in, and its figures below it", () => {
    const { report, lines } = reportOf(
      start("loss", 0),
      start("full", 1),
      pass("full", 1),
      figures({ drop_percent: 1, lost: 20 }),
      figures({ drop_percent: 60, lost: 2_484, timeout: 3 }),
      event("test:diagnostic", { message: "another word of the test's" }),
      start("half", 1),
      pass("half", 1),
      suitePassed,
      event("test:diagnostic", { message: "tests 2" }),
    );
    assert.deepEqual(lines, [
      "",
      "loss",
      "  pass  full (1.2 s)",
      "        drop percent  lost  timeout",
      "                   1    20",
      "                  60  2484        3",
      "  pass  half (1.2 s)",
      "",
      "PASS: 2 passed, 0 failed, 0 skipped in 7 s",
      "",
    ]);
    assert.equal(report.failed, false);
    assert.deepEqual(report.checks[0]?.figures.length, 2);
  });

  test("a check that fails says why and fails the whole; its suite is not counted again", () => {
    const cause = new Error("19 is not 20");
    const { report, lines } = reportOf(
      start("loss", 0),
      start("full", 1),
      fail("full", 1, { error: Object.assign(new Error("outer"), { cause, failureType: "testCodeFailure" }) }),
      fail("loss", 0, {
        type: "suite",
        error: Object.assign(new Error("1 failed"), { failureType: "subtestsFailed" }),
      }),
    );
    assert.deepEqual(lines.slice(2), [
      "  FAIL  full (0.1 s)",
      "        19 is not 20",
      "",
      "FAIL: 0 passed, 1 failed, 0 skipped in 7 s",
      "",
    ]);
    assert.equal(report.failed, true);
  });

  test("a suite that cannot begin is a failure, and one that is skipped says what it misses", () => {
    const { report } = reportOf(
      start("loss", 0),
      fail("loss", 0, { type: "suite", error: Object.assign(new Error("no veth"), { failureType: "hookFailed" }) }),
      start("tls", 0),
      pass("tls", 0, { details: { type: "suite", duration_ms: 0 }, skip: "needs go" }),
    );
    assert.deepEqual(
      report.checks.map(({ name, result, why }) => [name, result, why]),
      [
        ["loss", "fail", "no veth"],
        ["tls", "skip", "needs go"],
      ],
    );
  });
});
