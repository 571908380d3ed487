// `npm run bench:history [-- --targets 5000 --days 7 --large 65000 --file PATH --json]`: a fleet's history, made through the real
// recording and storage code as fast as it goes: bytes per node and day, CPU time of a minute's write, how long a question
// waits at most, how long it takes to open it again, and the memory of the thread.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { HistoryKeeper } from "../src/history/keeper/history-keeper.ts";
import { silentLog } from "../src/log.ts";
import { positive } from "./arguments.ts";
import { type Feeding, feed, HistoryFleet } from "./history-fleet.ts";
import { timeQuestions } from "./history-questions.ts";
import { round1 } from "./round1.ts";

const { values } = parseArgs({
  options: {
    targets: { type: "string", default: "5000" },
    days: { type: "string", default: "7" },
    large: { type: "string", default: "65000" },
    file: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const minutesPerDay = 1_440;
const minuteMs = 60_000;
const targets = positive("targets", values.targets);
const days = positive("days", values.days);
const folder = mkdtempSync(join(tmpdir(), "pingo-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
/** With --file it stays, for whoever wants to look at it. */
const path = values.file ?? join(folder, "history");
const endMs = Math.floor(Date.now() / minuteMs) * minuteMs;
const startMs = endMs - days * minutesPerDay * minuteMs;

const fleet = new HistoryFleet(targets);
const made = generate(fleet, path);
const figures = {
  targets,
  days,
  handshakes: made.handshakes,
  handshakesPerSecond: Math.round(made.handshakes / (made.wallMs / 1_000)),
  bytesPerNodeAndDay: Math.round(statSync(path).size / targets / days),
  minuteWriteCpuMs: summary(made.minuteCpuMs),
  biteCpuMs: summary(made.biteCpuMs),
  reopenMs: reopen(path),
  large: measureLarge(positive("large", values.large)),
  thread: measureThread(positive("large", values.large)),
  answerCpuMs: ask(path),
};
if (values.json) console.log(JSON.stringify(figures));
else console.log(figures);

function open(file: string | undefined, nowUnixMs: number): HistoryKeeper {
  const setUp = {
    path: file,
    retentionMs: 30 * minutesPerDay * minuteMs,
    maxBytes: 2 ** 40,
    nowUnixMs,
    isReplacement: false,
  };
  const keeper = HistoryKeeper.open(setUp, silentLog);
  if (keeper instanceof HistoryKeeper) return keeper;
  throw new Error(keeper.problem);
}

function generate(of: HistoryFleet, file: string): Feeding {
  const keeper = open(file, startMs);
  const feeding = feed(keeper, of, startMs, days * minutesPerDay);
  keeper.close(endMs);
  return feeding;
}

function reopen(file: string): number {
  const beforeMs = performance.now();
  const keeper = open(file, endMs);
  const tookMs = performance.now() - beforeMs;
  keeper.close(endMs);
  return round1(tookMs);
}

/** What the page asks of a history that was just opened, with its last minute running. */
function ask(file: string): Record<string, string> {
  const keeper = open(file, endMs);
  try {
    return timeQuestions(keeper.view, endMs);
  } catch (error) {
    // As long as there are no answers.
    return { failed: String(error) };
  } finally {
    keeper.close(endMs);
  }
}

/** An hour and a bit, so that an hour is rolled up. */
function measureLarge(count: number) {
  const file = join(folder, "large");
  const keeper = open(file, startMs);
  const from = Math.floor(startMs / 3_600_000) * 3_600_000 - 3_600_000;
  const { minuteCpuMs, biteCpuMs, handshakes, wallMs } = feed(keeper, new HistoryFleet(count), from, 65);
  keeper.close(from + 65 * minuteMs);
  return {
    targets: count,
    handshakesPerSecond: Math.round(handshakes / (wallMs / 1_000)),
    minuteWriteCpuMs: summary(minuteCpuMs),
    biteCpuMs: summary(biteCpuMs),
    reopenMs: reopen(file),
  };
}

/** In a process of its own, which holds nothing else. */
function measureThread(count: number): unknown {
  const script = fileURLToPath(new URL("./history-thread.ts", import.meta.url));
  const args = ["--expose-gc", script, String(count), join(folder, "thread")];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

function summary(numbers: readonly number[]) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (share: number) =>
    round1(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
  return { median: at(0.5), p99: at(0.99), max: at(1), count: sorted.length };
}
