// `npm run bench:history-prometheus [-- --targets 5000 --hours 4 --data FOLDER --only "overview, 1 h" --queries --json]`: hours of a fleet in a real
// Prometheus (Debian's), scraped each 30 s, and what the page's questions cost there: time until the answer, CPU time of
// both processes, memory at the highest. With --data the blocks are kept for the next run; --queries tells of each query.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../src/clock.ts";
import { PrometheusHistory } from "../src/history/prometheus/prometheus-history.ts";
import { keyOf } from "../src/history/prometheus/target-key.ts";
import { Prometheus } from "../test/support/prometheus.ts";
import { positive } from "./arguments.ts";
import { HistoryFleet } from "./history-fleet.ts";
import { questionsAt } from "./history-questions.ts";
import { memoryMegabytes } from "./memory.ts";
import { blockMs, writeMetricsPast } from "./metrics-past.ts";
import { loggedQueries } from "./query-log.ts";

const { values } = parseArgs({
  options: {
    targets: { type: "string", default: "5000" },
    hours: { type: "string", default: "4" },
    data: { type: "string" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    queries: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const targets = positive("targets", values.targets);
const blocks = Math.ceil((positive("hours", values.hours) * 3_600_000) / blockMs);
const rounds = positive("rounds", values.rounds);
const temporary = mkdtempSync(join(tmpdir(), "pingo-bench-"));
process.on("exit", () => rmSync(temporary, { recursive: true, force: true }));

const fleet = new HistoryFleet(targets);
const { folder, endMs } = await pastIn(values.data ?? temporary);
const queryLog = join(temporary, "queries.log");
const prometheus = await Prometheus.start({
  scraped: [],
  seconds: 15,
  native: false,
  data: join(folder, "data"),
  ...(values.queries && { queryLog }),
});
const history = new PrometheusHistory({
  url: new URL(prometheus.url),
  tokenFile: undefined,
  clock: { ...systemClock, unixMs: () => endMs - 1 },
  // CPU time is what is measured; a machine that is busy with other things takes longer.
  bounds: { timeoutMs: 300_000 },
});
const [{ cluster, node, address }] = fleet.targets as [(typeof fleet.targets)[0]];
const questions = questionsAt(endMs, keyOf({ cluster, node, target: address }));
const rows: Record<string, Record<string, number | string>> = {};
for (const [name, question] of Object.entries(questions)) {
  if (name.startsWith(values.only)) rows[name] = await measure(name, question);
}
await history.stop();
await prometheus.stop();
if (values.json) console.log(JSON.stringify({ targets, questions: rows }));
else console.table(rows);
process.exit();

/** The folder with `data` in it, and the end of what is there; made where it is not. */
async function pastIn(where: string): Promise<{ folder: string; endMs: number }> {
  const note = join(where, "past.json");
  if (existsSync(note)) return { folder: where, endMs: JSON.parse(readFileSync(note, "utf8")).endMs };
  mkdirSync(where, { recursive: true });
  const toMs = Math.floor(Date.now() / blockMs) * blockMs;
  const startedMs = performance.now();
  const samples = await writeMetricsPast(fleet, where, toMs - blocks * blockMs, blocks);
  console.error(`${samples} samples made in ${Math.round((performance.now() - startedMs) / 1_000)} s`);
  writeFileSync(note, JSON.stringify({ endMs: toMs, targets, samples }));
  return { folder: where, endMs: toMs };
}

async function measure(name: string, question: Parameters<typeof history.ask>[0]) {
  const [seconds, theirs, ours]: [number[], number[], number[]] = [[], [], []];
  let [bytes, problem] = [0, ""];
  forgetPeak(prometheus.pid);
  for (let round = 0; round < rounds; round++) {
    const [startedMs, before, own] = [performance.now(), cpuSeconds(prometheus.pid), process.cpuUsage()];
    const answer = await history.ask(question);
    seconds.push((performance.now() - startedMs) / 1_000);
    theirs.push(cpuSeconds(prometheus.pid) - before);
    const { user, system } = process.cpuUsage(own);
    ours.push((user + system) / 1e6);
    if (answer instanceof Uint8Array) bytes = answer.length;
    else problem = answer.problem;
  }
  if (values.queries) for (const line of loggedQueries(queryLog)) console.error(`${name}: ${line}`);
  return {
    "answer, s": two(median(seconds)),
    "Prometheus CPU, s": two(median(theirs)),
    "its memory at most, MB": Math.round(memoryMegabytes({ pid: prometheus.pid }, "VmHWM")),
    "PinGo CPU, s": two(median(ours)),
    "its memory at most, MB ": Math.round(memoryMegabytes(process, "VmHWM")),
    "answer, KB": Math.round(bytes / 1_000),
    ...(problem !== "" && { problem }),
  };
}

/** User and system time of a process: proc_pid_stat(5), in hundredths of a second. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** VmHWM begins anew: proc_pid_clear_refs(5). */
function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number;
}

function two(value: number): number {
  return Math.round(value * 100) / 100;
}
