// `npm run check`: the quick loop.
import { runSteps } from "./run-steps.ts";
import { quickSteps } from "./tasks.ts";

await runSteps(quickSteps);
