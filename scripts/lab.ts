// `npm run lab [-- --json]`: holds what PinGo says against what Linux' own tools say, in network namespaces, and does to
// it what goes wrong in networks and machines. Prints a report; with --json also one line of JSON at the end. Needs root.
import { release } from "node:os";
import { run } from "node:test";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Lab } from "../test/lab/lab.ts";
import { installMissing } from "./debian.ts";
import { LabReport } from "./lab-report.ts";

/** Tests elsewhere belong to it, too: what happens to the machine and to the process. */
const parts = [
  { globPatterns: ["test/lab/**/*.test.ts"] },
  { globPatterns: ["test/handshake/{this-machine,thread-death}.test.ts"] },
  { globPatterns: ["test/e2e/serve.test.ts"], testNamePatterns: [/stopped for five seconds/] },
];

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
if (process.platform !== "linux" || process.getuid?.() !== 0) {
  console.error(
    `pingo: the lab makes network namespaces, for which it has to be root on Linux; this is ${process.platform}, user ${process.getuid?.() ?? "unknown"}: try sudo npm run lab`,
  );
  process.exit(1);
}
installMissing();
console.log(`PinGo's lab: Linux ${release()}, Node ${process.version}`);
const startMs = performance.now();
const report = new LabReport((text) => process.stdout.write(text));
const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => ending.abort(signal));
for (const part of parts) {
  if (ending.signal.aborted) break;
  const checksBefore = report.checks.length;
  const events = run({
    ...part,
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    concurrency: 1,
    timeout: 120_000,
    signal: ending.signal,
  });
  for await (const event of events) {
    if (event.type === "test:stderr") process.stderr.write(event.data.message);
    report.take(event);
  }
  if (report.checks.length === checksBefore) report.missing(JSON.stringify(part.globPatterns));
}
// What was in the middle of something had no time to put things back.
Lab.sweep();
if (ending.signal.aborted) console.log(`\ninterrupted by ${ending.signal.reason}: what follows is not the whole`);
const skipped = report.checks.filter(({ result }) => result === "skip").length;
const passed = !report.failed && skipped === 0 && !ending.signal.aborted;
const seconds = Math.round((performance.now() - startMs) / 1_000);
report.end(seconds);
if (values.json) console.log(JSON.stringify({ passed, seconds, skipped, checks: report.checks }));
process.exitCode = report.failed || ending.signal.aborted ? 1 : 0;
