// `npm run check`: the quick loop, under a minute. Everything but the tests that start whole programs or need namespaces.
import { lint, pageTypes, runSteps, tests, types } from "./tasks.ts";

// Most of them wait for a timeout or a process most of the time.
runSteps([
  types,
  pageTypes,
  lint,
  tests(
    "quick tests",
    ["test/!(e2e|lab|chaos|deploy)/**/*.test.ts", "test/chaos/!(chaos).test.ts", "test/*.test.ts"],
    3,
  ),
]);
