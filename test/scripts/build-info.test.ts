import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { buildInfo } from "../../scripts/build-info.ts";

let folder: string;
let commit: string;

function git(...args: readonly string[]): string {
  const env = { ...process.env, GIT_COMMITTER_DATE: "2026-03-04T05:06:07Z", GIT_CONFIG_GLOBAL: "/dev/null" };
  const who = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  const { status, stdout, stderr } = spawnSync("git", [...who, ...args], { cwd: folder, env, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

describe("which commit is built", () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pingo-build-info-"));
    git("init", "--quiet");
    writeFileSync(join(folder, "a"), "1");
    mkdirSync(join(folder, "inside"));
    git("add", "a");
    git("commit", "--quiet", "--message", "one");
    commit = git("rev-parse", "--short=12", "HEAD");
  });
  after(() => rmSync(folder, { recursive: true }));

  test("git says it, with its date", () => {
    assert.deepEqual(buildInfo({}, folder), { commit, date: "2026-03-04" });
  });

  test("a tree with changes says so; what git does not know is none", () => {
    writeFileSync(join(folder, "new"), "");
    assert.equal(buildInfo({}, folder).commit, commit);
    writeFileSync(join(folder, "a"), "2");
    assert.equal(buildInfo({}, folder).commit, `${commit}+changes`);
    writeFileSync(join(folder, "a"), "1");
  });

  test("a folder inside somebody else's repository is not that commit", () => {
    assert.deepEqual(buildInfo({}, join(folder, "inside")), { commit: "unknown", date: "" });
  });

  test("PINGO_COMMIT says it where there is no repository, as in an image's build", () => {
    const env = { PINGO_COMMIT: "0123456789abcdef0123456789abcdef01234567", SOURCE_DATE_EPOCH: "1772600767" };
    assert.deepEqual(buildInfo(env, join(folder, "inside")), { commit: "0123456789ab", date: "2026-03-04" });
    assert.throws(() => buildInfo({ PINGO_COMMIT: "main; rm" }, folder), /PINGO_COMMIT is "main; rm"; write a commit/);
  });
});
