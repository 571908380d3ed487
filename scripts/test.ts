// `npm test`: the gate. Types, lint, format and every test; as root it first installs the Debian packages they need.
import { installMissing } from "./debian.ts";
import { runSteps } from "./run-steps.ts";
import { quickSteps, tests } from "./tasks.ts";
import { aloneFiles, pairedFiles, waitingFiles } from "./test-files.ts";

installMissing();
await runSteps([
  ...quickSteps,
  [tests("tests that wait", waitingFiles, waitingFiles.length)],
  [tests("tests with time to spare, two at once", pairedFiles, 2)],
  [tests("tests that want the machine for themselves", aloneFiles)],
]);
