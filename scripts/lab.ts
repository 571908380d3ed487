// `npm run lab [-- --json]`: holds what PinGo says against what Linux' own tools say, in network namespaces, and does to
// it what goes wrong in networks, machines and APIs. Prints a report; with --json also one line of JSON at the end. Needs root.
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { release } from "node:os";
import { run } from "node:test";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Lab } from "../test/lab/lab.ts";
import { installMissing } from "./debian.ts";
import { LabReport } from "./lab-report.ts";

/** For the tests of a part that names none. */
const timeoutMs = 120_000;
/** So long is the chaos, unless PINGO_CHAOS_SECONDS says otherwise, and so much more it may take to begin and to end. */
const chaosSeconds = Number(process.env.PINGO_CHAOS_SECONDS ?? 600);
const chaosMarginMs = 180_000;

/** Tests elsewhere belong to it, too: what happens to the machine and to the process. */
const parts = [
  { globPatterns: ["test/lab/**/*.test.ts"] },
  { globPatterns: ["test/handshake/{this-machine,thread-death}.test.ts"] },
  { globPatterns: ["test/e2e/serve.test.ts"], testNamePatterns: [/stopped for five seconds/] },
  { globPatterns: ["test/chaos/chaos.test.ts"], timeout: chaosSeconds * 1_000 + chaosMarginMs },
];

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
if (process.platform !== "linux" || process.getuid?.() !== 0) {
  console.error(
    `pingo: the lab makes network namespaces, for which it has to be root on Linux; this is ${process.platform}, user ${process.getuid?.() ?? "unknown"}: try sudo npm run lab`,
  );
  process.exit(1);
}
installMissing();
// Another one each time, to find what no run before it has found; told here, in case the run does not come to its end.
process.env.PINGO_CHAOS_SEED ??= String(randomInt(2 ** 32));
process.env.PINGO_CHAOS_SECONDS = String(chaosSeconds);
console.log(`PinGo's lab: Linux ${release()}, Node ${process.version}; chaos seed ${process.env.PINGO_CHAOS_SEED}`);
const startMs = performance.now();
const report = new LabReport((text) => process.stdout.write(text));
const patienceMs = 2_000;
const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => interrupt(signal));
for (const part of parts) {
  const checksBefore = report.checks.length;
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const events = run({ cwd, concurrency: 1, timeout: timeoutMs, signal: ending.signal, ...part });
  for await (const event of events) {
    if (event.type === "test:stderr") process.stderr.write(event.data.message);
    report.take(event);
  }
  if (ending.signal.aborted) tellInterrupted();
  if (report.checks.length === checksBefore) report.missing(JSON.stringify(part.globPatterns));
}
const skipped = report.checks.filter(({ result }) => result === "skip").length;
const passed = !report.failed && skipped === 0;
const seconds = Math.round((performance.now() - startMs) / 1_000);
report.end(seconds);
if (values.json) console.log(JSON.stringify({ passed, seconds, skipped, checks: report.checks }));
process.exitCode = report.failed ? 1 : 0;

/** Ends the tests, which put things back themselves; where one cannot, its namespaces go with it. */
function interrupt(signal: NodeJS.Signals): void {
  ending.abort(signal);
  setTimeout(() => {
    const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8");
    for (const pid of children.split(" ").filter(Boolean)) process.kill(Number(pid), "SIGKILL");
    // Now those namespaces are nobody's.
    setTimeout(tellInterrupted, 200);
  }, patienceMs);
}

function tellInterrupted(): void {
  Lab.sweep();
  report.end(Math.round((performance.now() - startMs) / 1_000));
  console.log(`interrupted by ${ending.signal.reason}: this is not the whole`);
  process.exit(1);
}
