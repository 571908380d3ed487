// `npm run check`: the quick loop, under a minute. Everything but the tests that start whole programs or need namespaces.
import { lint, runSteps, tests, types } from "./tasks.ts";

runSteps([types, lint, tests("quick tests", ["test/!(e2e|lab)/**/*.test.ts", "test/*.test.ts"])]);
