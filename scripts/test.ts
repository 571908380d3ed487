// `npm test`: the gate. Types, lint, format and every test; as root it first installs the Debian packages they need.
import { installMissing } from "./debian.ts";
import { lint, pageTypes, runSteps, tests, types } from "./tasks.ts";

installMissing();
runSteps([types, pageTypes, lint, tests("tests", ["test/**/*.test.ts"])]);
