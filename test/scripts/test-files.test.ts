import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  aloneFiles,
  apartFiles,
  heavyFiles,
  pairedFiles,
  sharingFiles,
  waitingFiles,
} from "../../scripts/test-files.ts";

test("the gate runs each file of tests, in one of its steps", () => {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const steps = [sharingFiles, apartFiles, waitingFiles, pairedFiles, aloneFiles];
  assert.deepEqual(steps.flat().toSorted(), globSync("test/**/*.test.ts", { cwd }).toSorted());
  for (const files of steps) assert.notEqual(files.length, 0);
});

test("what takes seconds of a core is there, and runs in the gate's part alone", () => {
  assert.deepEqual(
    heavyFiles.filter((path) => !pairedFiles.includes(path)),
    [],
  );
});

test("files that change what is one for a whole process share none", () => {
  for (const path of ["test/web/times.test.ts", "test/web/live-link.test.ts", "test/cli/terminal.test.ts"]) {
    assert.ok(apartFiles.includes(path), path);
  }
});
