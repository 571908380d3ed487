// `npm run check`: the quick loop.
import { runSteps } from "./run-steps.ts";
import { apartSteps, firstSteps } from "./tasks.ts";

await runSteps([firstSteps, apartSteps]);
