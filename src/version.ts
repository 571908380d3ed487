import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("..", import.meta.url);

/** The version in package.json. */
export function version(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  return manifest.version;
}

/** The commit of this checkout, 12 digits, or "unknown" where there is no git or no repository. */
export function revision(): string {
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
