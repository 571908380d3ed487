import { readFileSync, writeFileSync } from "node:fs";
import { version } from "../src/version.ts";
import { manPage } from "./man-page.ts";
import { writeMetricsDoc } from "./metrics-doc.ts";

/** Writes what docs/ and man/ have out of the code: `npm run docs`. */
const path = new URL("../docs/metrics.md", import.meta.url);
writeFileSync(path, writeMetricsDoc(readFileSync(path, "utf8")));
writeFileSync(new URL("../man/pingo.1", import.meta.url), manPage(version()));
