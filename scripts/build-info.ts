import { spawnSync } from "node:child_process";
import type { BuildInfo } from "../src/version.ts";

/**
 * Which commit is being built: of PINGO_COMMIT, where the build sees no repository, as that of an image; else git's. A
 * tree that differs from the commit says so. The date is the commit's, or SOURCE_DATE_EPOCH
 * (https://reproducible-builds.org/specs/source-date-epoch/), so that a build made twice is the same. Throws where
 * PINGO_COMMIT is no commit.
 */
export function buildInfo(env: Readonly<Record<string, string | undefined>>, root: string): BuildInfo {
  const given = env.PINGO_COMMIT ?? "";
  if (given !== "") {
    if (!/^[0-9a-f]{7,64}$/.test(given)) throw new Error(`PINGO_COMMIT is ${JSON.stringify(given)}; write a commit`);
    return { commit: given.slice(0, 12), date: epochDate(env) ?? "" };
  }
  const [commit, date] = git(root, "show", "--no-patch", "--format=%h %cs", "--abbrev=12", "HEAD")?.split(" ") ?? [];
  if (commit === undefined || date === undefined) return { commit: "unknown", date: epochDate(env) ?? "" };
  const isChanged = git(root, "status", "--porcelain", "--untracked-files=no") !== "";
  return { commit: isChanged ? `${commit}+changes` : commit, date: epochDate(env) ?? date };
}

function epochDate({ SOURCE_DATE_EPOCH: seconds = "" }: Readonly<Record<string, string | undefined>>) {
  return /^\d{1,11}$/.test(seconds) ? new Date(Number(seconds) * 1_000).toISOString().slice(0, 10) : undefined;
}

/** What git says, or undefined where it is not there or this is no repository of its own. */
function git(root: string, ...args: readonly string[]): string | undefined {
  const run = (...words: readonly string[]) => spawnSync("git", words, { cwd: root, encoding: "utf8" });
  const top = run("rev-parse", "--show-cdup");
  if (top.status !== 0 || top.stdout.trim() !== "") return undefined;
  const { status, stdout } = run(...args);
  return status === 0 ? stdout.trim() : undefined;
}
