import { writeFileSync } from "node:fs";
import { chartFiles } from "./chart/chart-files.ts";

/** Writes what deploy/ has out of the rules, the boards, the options and the chart's values: `npm run chart`. */
for (const [path, text] of chartFiles()) writeFileSync(new URL(`../deploy/${path}`, import.meta.url), text);
