// `npm test`: the gate. Types, lint, format and every test; as root it first installs the Debian packages they need.
import { installMissing } from "./debian.ts";
import { runSteps } from "./run-steps.ts";
import { apartSteps, firstSteps, tests } from "./tasks.ts";
import { aloneFiles, pairedFiles, waitingFiles } from "./test-files.ts";

installMissing();
await runSteps([
  firstSteps,
  // Those that wait leave the cores to those that do not.
  [...apartSteps, tests("tests that wait", waitingFiles, waitingFiles.length)],
  [tests("tests with time to spare, two at once", pairedFiles, 2)],
  [tests("tests that want the machine for themselves", aloneFiles)],
]);
