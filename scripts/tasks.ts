import { fileURLToPath } from "node:url";
import type { Step } from "./run-steps.ts";
import { apartFiles, sharingFiles } from "./test-files.ts";

const inRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const bin = (name: string) => inRoot(`node_modules/.bin/${name}`);

/** Remembers what it found, so that the next time only what has changed since is looked at. */
function typesOf(name: string, project: string, memory: string): Step {
  const remembering = ["--incremental", "--tsBuildInfoFile", inRoot(`node_modules/.cache/types/${memory}.tsbuildinfo`)];
  return { name, command: bin("tsc"), args: ["-p", project, ...remembering] };
}

const types = typesOf("types", ".", "node");
/** The page's: it has a browser's types instead of Node's. */
const pageTypes = typesOf("types of the page", "web", "web");
const lint: Step = { name: "lint and format", command: bin("biome"), args: ["check", "--error-on-warnings", "."] };

/** The tests whose files fit the patterns, so many files at once. */
export function tests(name: string, patterns: readonly string[], atOnce = 1): Step {
  const limits = ["--test-timeout=120000", `--test-concurrency=${atOnce}`];
  return { name, command: process.execPath, args: ["--test", ...limits, ...patterns] };
}

// A process for each file, of which most load the same modules: taking the types out of them once is half of the time.
const env = { NODE_COMPILE_CACHE: inRoot("node_modules/.cache/tests") };

/**
 * Tests that need no process of their own, in one: a process costs more than what most of them do. A test that waits for
 * ever is named after its time is up; one that never gives way can be ended from outside only, and is found file by file.
 */
function sharedTests(): Step {
  const { name, command, args } = tests("quick tests in one process", sharingFiles);
  const together = ["--test-isolation=none", "--import", inRoot("scripts/no-exit.ts")];
  const apart: Step = { ...tests("the same, a process for each file", sharingFiles, 3), env };
  return { name, command, args: [...together, ...args], env, longestMs: 180_000, whereItHangs: apart };
}

/** Most of them wait for a timeout or a process most of the time. */
function apartTests(): Step {
  return { ...tests("quick tests", apartFiles, 3), env };
}

/** Of what `npm run check` does, the first: they use one core or two by turns, side by side. */
export const firstSteps: readonly Step[] = [types, pageTypes, lint, sharedTests()];
export const apartSteps: readonly Step[] = [apartTests()];
