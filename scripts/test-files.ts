import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ownProcessReason } from "./own-process.ts";

const cwd = fileURLToPath(new URL("..", import.meta.url));
const all: readonly string[] = globSync("test/**/*.test.ts", { cwd }).toSorted();

/**
 * No quick tests: those that start whole programs or need namespaces, that mutate at length or wait for a machine's trouble,
 * and that hold a time against a clock, which wants the machine for itself.
 */
const slow = [
  /^test\/(e2e|lab|deploy)\//,
  /chaos\.test/,
  /fuzz/,
  /(this-machine|thread-death|limits|otlp-sender|web-security)\.test/,
];
/**
 * No quick tests either: each takes one to four seconds of a core, a third of what all quick ones took together. They hold
 * a property over many thousand values, fill or damage a file again and again, start kubectl for each case, or wait for
 * watches to end.
 */
export const heavyFiles: readonly string[] = [
  "test/history/keeper/events.test.ts",
  "test/history/keeper/retention.test.ts",
  "test/history/percentiles.test.ts",
  "test/history/prometheus/prometheus-history.test.ts",
  "test/history/store/database.test.ts",
  "test/history/store/log-loss.test.ts",
  "test/sandbox/api.test.ts",
  "test/sandbox/kubectl.test.ts",
  "test/targets/follow-sandbox.test.ts",
  "test/targets/kubernetes/credentials/kubectl.test.ts",
  "test/targets/kubernetes/credentials/oracle.test.ts",
  "test/targets/static/parse-target-file.test.ts",
];
/** Minutes of waiting, for what a Prometheus scrapes and for a watch to be found dead; and promtool, which takes one core. */
const waiting = /^test\/(e2e\/(prometheus|history-prometheus-scraped)|lab\/(alerts|dead-watch)|deploy\/rules)\.test/;
/**
 * What a neighbour would disturb: those that hold milliseconds, memory or a recovery against a clock. Of the others, which
 * have seconds to spare, two run at once.
 */
const alone =
  /^test\/(chaos\/|e2e\/(demo-page|history-memory|page-speed)|handshake\/|http\/limits|lab\/(capture|loss|outage|wall-clock)|push\/)/;
/** Each makes dist/ anew. */
const packing = /^test\/(deploy\/krew|e2e\/package)\.test/;
const isSlow = (path: string) => heavyFiles.includes(path) || slow.some((some) => some.test(path));

const read = (path: string) => readFileSync(`${cwd}${path}`, "utf8");

export const quickFiles = all.filter((path) => !isSlow(path));
/** Of the quick ones: those that can share a process, and those that need one each. */
export const sharingFiles = quickFiles.filter((path) => ownProcessReason(path, read) === undefined);
export const apartFiles = quickFiles.filter((path) => ownProcessReason(path, read) !== undefined);
export const waitingFiles = all.filter((path) => waiting.test(path));
const otherFiles = all.filter((path) => isSlow(path) && !waiting.test(path));
export const aloneFiles = otherFiles.filter((path) => alone.test(path) || packing.test(path));
export const pairedFiles = otherFiles.filter((path) => !aloneFiles.includes(path));
