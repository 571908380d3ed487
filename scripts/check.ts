// `npm run check`: the quick loop, under a minute. Everything but the tests that start whole programs.
import { lint, runSteps, tests, types } from "./tasks.ts";

runSteps([types, lint, tests("quick tests", ["test/!(e2e)/**/*.test.ts"])]);
