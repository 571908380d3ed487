import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { quickFiles } from "./test-files.ts";

/** Steps that gate a change, each one command. They run under the pinned Node, one after the other. */
export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));

export const types: Step = { name: "types", command: bin("tsc"), args: ["-p", "."] };
/** The page's: it has a browser's types instead of Node's. */
export const pageTypes: Step = { name: "types of the page", command: bin("tsc"), args: ["-p", "web"] };
export const lint: Step = {
  name: "lint and format",
  command: bin("biome"),
  args: ["check", "--error-on-warnings", "."],
};

/** The tests whose files fit the patterns, so many files at once. */
export function tests(name: string, patterns: readonly string[], atOnce = 1): Step {
  const limits = ["--test-timeout=120000", `--test-concurrency=${atOnce}`];
  return { name, command: process.execPath, args: ["--test", ...limits, ...patterns] };
}

/** Most of them wait for a timeout or a process most of the time. */
export function quickTests(): Step {
  // A process for each file, of which most load the same modules: taking the types out of them once is half of the time.
  const env = { NODE_COMPILE_CACHE: fileURLToPath(new URL("../node_modules/.cache/tests", import.meta.url)) };
  return { ...tests("quick tests", quickFiles, 3), env };
}

/** Runs each step and leaves with 1 at the first that fails. */
export function runSteps(steps: readonly Step[]): void {
  for (const { name, command, args, env } of steps) {
    const startMs = performance.now();
    console.log(`pingo: ${name} ...`);
    const { status, error } = spawnSync(command, args, {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, ...env },
    });
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
    if (status !== 0) {
      console.log(`pingo: ${name} FAILED after ${seconds} s${error === undefined ? "" : `: ${error.message}`}`);
      process.exit(1);
    }
    console.log(`pingo: ${name} passed in ${seconds} s`);
  }
}
