import { readFileSync, writeFileSync } from "node:fs";
import { writeMetricsDoc } from "./metrics-doc.ts";

/** Writes what docs/ has out of the code: `npm run docs`. */
const path = new URL("../docs/metrics.md", import.meta.url);
writeFileSync(path, writeMetricsDoc(readFileSync(path, "utf8")));
