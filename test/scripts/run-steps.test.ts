import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import type { Step } from "../../scripts/run-steps.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const runner = new URL("../../scripts/run-steps.ts", import.meta.url).href;

/** What a program that runs these groups says, and what it leaves with. */
function run(groups: readonly (readonly Step[])[]): { said: string; status: number | null } {
  const script = `import { runSteps } from "${runner}"; await runSteps(${JSON.stringify(groups)});`;
  const { stdout, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  return { said: stdout, status };
}

const step = (name: string, code: string): Step => ({ name, command: process.execPath, args: ["-e", code] });
const good = step("good", "console.log('works')");

test("one failure among steps side by side fails the run, all of them are told of, and nothing comes after", () => {
  const { said, status } = run([[good, step("bad", "console.error('broken'); process.exit(3)")], [step("later", "")]]);
  assert.equal(status, 1);
  for (const part of [/works\n/, /good passed in/, /broken\n/, /bad FAILED after/]) assert.match(said, part);
  assert.doesNotMatch(said, /later/);
});

test("a step that hangs is ended, and what finds out more runs", () => {
  const hanging: Step = { ...step("hanging", "for (;;);"), longestMs: 500, whereItHangs: good };
  const { said, status } = run([[hanging]]);
  assert.equal(status, 1);
  assert.match(said, /hanging FAILED after .*: ended by SIGKILL\n.*good \.\.\.\nworks\n/s);
});

test("a command that is not there is a failure", () => {
  const { said, status } = run([[good, { name: "missing", command: "/no/such/command", args: [] }]]);
  assert.equal(status, 1);
  assert.match(said, /missing FAILED after .*ENOENT/);
});

test("steps that all pass leave with 0", () => {
  assert.equal(run([[good, good], [good]]).status, 0);
});

/** A run of this test file in the way of those that share a process. */
function runShared(folder: string, source: string): { said: string; status: number | null } {
  writeFileSync(`${folder}/a.test.mjs`, `import { test } from "node:test";\n${source}`);
  writeFileSync(`${folder}/b.test.mjs`, 'import { test } from "node:test";\ntest("after it", () => {});\n');
  const noExit = new URL("../../scripts/no-exit.ts", import.meta.url).pathname;
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const args = [
    "--test",
    "--test-isolation=none",
    "--test-timeout=1000",
    "--import",
    noExit,
    "a.test.mjs",
    "b.test.mjs",
  ];
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: "utf8" });
  return { said: stdout, status };
}

const troubles = {
  "a failure": 'test("t", () => { throw new Error("no"); });',
  // The test ends after the exception, however busy the machine is.
  "an exception that nobody catches":
    'test("t", () => new Promise((r) => setImmediate(() => { setTimeout(r, 50); throw new Error("no"); })));',
  "a promise that never settles": 'test("t", () => new Promise(() => {}));',
  "process.exit": 'test("t", () => process.exit(0));',
};
for (const [name, source] of Object.entries(troubles)) {
  test(`${name} in a shared process fails the run, names its file, and the others run all the same`, (t) => {
    const { said, status } = runShared(temporaryFolder(t), source);
    assert.equal(status, 1);
    assert.match(said, /failing tests:.*test at a\.test\.mjs:2:1/s);
    assert.match(said, /✔ after it/);
  });
}
