// `npm test`: the gate. Types, lint, format and every test; as root it first installs the Debian packages they need.
import { installMissing } from "./debian.ts";
import { lint, pageTypes, quickTests, runSteps, tests, types } from "./tasks.ts";
import { otherFiles, waitingFiles } from "./test-files.ts";

installMissing();
runSteps([
  types,
  pageTypes,
  lint,
  quickTests(),
  tests("tests that wait", waitingFiles, waitingFiles.length),
  tests("tests that want the machine for themselves", otherFiles),
]);
