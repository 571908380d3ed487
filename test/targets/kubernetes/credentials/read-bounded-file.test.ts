import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readBoundedFile } from "../../../../src/targets/kubernetes/credentials/read-bounded-file.ts";

const skipPipes = { skip: process.platform === "win32" ? "has no named pipes" : false };

test("a file is read whole, whatever its length says, up to the bound", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "pingo-bounded-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "file");
  const text = "grüße ".repeat(30_000);
  writeFileSync(path, text);
  assert.equal(readBoundedFile(path), text);
  const bytes = Buffer.byteLength(text);
  assert.equal(readBoundedFile(path, bytes), text);
  assert.throws(() => readBoundedFile(path, bytes - 1), { code: "EFBIG" });
  writeFileSync(path, "");
  assert.equal(readBoundedFile(path), "");
  assert.throws(() => readBoundedFile(folder), { code: "EISDIR" });
  assert.throws(() => readBoundedFile(join(folder, "gone")), { code: "ENOENT" });
});

test("a file without an end is not waited for", { skip: process.platform !== "linux" }, () => {
  assert.throws(() => readBoundedFile("/dev/zero", 1_000_000), { code: "EFBIG" });
});

test("a pipe is read as its writer comes, and one without a writer is not waited for", skipPipes, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "pingo-bounded-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  const writer = spawn("sh", ["-c", `sleep 0.2; (printf half; sleep 0.2; printf whole) > '${path}'`]);
  const ended = once(writer, "exit");
  assert.equal(readBoundedFile(path), "halfwhole");
  await ended;
  const startMs = performance.now();
  assert.throws(() => readBoundedFile(path), { code: "ETIMEDOUT" });
  assert.ok(performance.now() - startMs < 5_000);
});
