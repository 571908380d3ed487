import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readBoundedFile } from "../../../../src/targets/kubernetes/credentials/read-bounded-file.ts";

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
