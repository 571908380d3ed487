// `npm run check`: the quick loop, under a minute. Everything but the tests that start whole programs or need namespaces,
// those that mutate at length or wait for a machine's trouble, and those that hold a time against a clock, which wants
// the machine for itself.
import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lint, pageTypes, runSteps, tests, types } from "./tasks.ts";

const leftOut = [
  /^test\/(e2e|lab|deploy)\//,
  /chaos\.test/,
  /fuzz/,
  /(this-machine|thread-death|limits|web-security)\.test/,
];
const cwd = fileURLToPath(new URL("..", import.meta.url));
const files = globSync("test/**/*.test.ts", { cwd }).filter((path) => !leftOut.some((some) => some.test(path)));

// Most of them wait for a timeout or a process most of the time.
runSteps([types, pageTypes, lint, tests("quick tests", files, 3)]);
