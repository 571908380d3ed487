// `npm run lab`: the tests in network namespaces alone, with the figures they found. Needs root.
import { installMissing } from "./debian.ts";
import { runSteps, tests } from "./tasks.ts";

installMissing();
runSteps([tests("lab", ["--test-reporter=spec", "test/lab/**/*.test.ts"])]);
