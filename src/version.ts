import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("..", import.meta.url);

/** The version in package.json. */
export function version(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  return manifest.version;
}

/** What `npm run build` writes beside what it compiled. */
export interface BuildInfo {
  /** Its first 12 digits; "+changes" behind them where the tree had some. */
  readonly commit: string;
  /** Of the commit, as 2026-11-26; empty where it is not known. */
  readonly date: string;
}

/** Undefined in a clone, which is never older than its code. */
function readBuildInfo(): BuildInfo | undefined {
  const url = new URL("build-info.json", import.meta.url);
  return existsSync(url) ? JSON.parse(readFileSync(url, "utf8")) : undefined;
}

/** The version and the commit, with its date where they were built in. */
export function versionLine(): string {
  const date = readBuildInfo()?.date ?? "";
  return `pingo ${version()} (${revision()}${date === "" ? "" : `, ${date}`})`;
}

/** The commit this was built from, or else of this checkout, 12 digits, or "unknown" where there is no git or no repository. */
export function revision(): string {
  return readBuildInfo()?.commit ?? revisionOfClone();
}

function revisionOfClone(): string {
  try {
    const answer = execFileSync("git", ["rev-parse", "--show-cdup", "--short=12", "HEAD"], {
      cwd: fileURLToPath(root),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    // A copy without its own .git, inside somebody else's checkout, would name a commit that is not ours.
    const [top, commit] = answer.split("\n");
    return top === "" && commit !== undefined && commit !== "" ? commit : "unknown";
  } catch {
    return "unknown";
  }
}
