// `npm run check`: the quick loop.
import { lint, pageTypes, quickTests, runSteps, types } from "./tasks.ts";

runSteps([types, pageTypes, lint, quickTests()]);
