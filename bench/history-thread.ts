// What a history adds to a program: `node --expose-gc history-thread.ts TARGETS FILE` prints JSON. Run by bench/history.ts.
import { systemClock } from "../src/clock.ts";
import { History } from "../src/history/history.ts";
import { silentLog } from "../src/log.ts";
import { HistoryFleet } from "./history-fleet.ts";
import { memoryMegabytes } from "./memory.ts";
import { round1 } from "./round1.ts";

const [count, path] = process.argv.slice(2);
const durationMs = 150_000;
console.log(JSON.stringify(await measureThread(Number(count))));

/** What a history adds to a program's memory: targets and some minutes of handshakes. */
async function measureThread(count: number) {
  const large = new HistoryFleet(count);
  globalThis.gc?.();
  const beforeMb = memoryMegabytes(process, "VmRSS");
  const options = { retentionMs: 30 * 86_400_000, maxBytes: 2 ** 40, clock: systemClock, log: silentLog };
  const history = await History.open({ ...options, path });
  if (!(history instanceof History)) throw new Error(history.problem);
  for (const target of large.targets) history.recorder.added(target, undefined);
  const longestBlockMs = await probeFor(history, large, durationMs);
  globalThis.gc?.();
  const afterMb = memoryMegabytes(process, "VmRSS");
  const { droppedMinutes, droppedRecords, targets } = history.figures;
  await history.stop();
  if (droppedMinutes + droppedRecords > 0 || targets < count) throw new Error("the history did not keep up");
  return { targets: count, megabytes: round1(afterMb - beforeMb), longestBlockMs: round1(longestBlockMs) };
}

/** Handshakes spread over the interval, as a program has them; gives the longest that this thread was held up by recording. */
async function probeFor(history: History, of: HistoryFleet, durationMs: number): Promise<number> {
  const beginMs = performance.now();
  let [next, longestMs] = [0, 0];
  for (let elapsedMs = 0; elapsedMs < durationMs; elapsedMs = performance.now() - beginMs) {
    const due = Math.floor((elapsedMs / 15_000) * of.targets.length);
    const nowMs = Date.now();
    const turnMs = performance.now();
    for (; next < due; next++) {
      const index = next % of.targets.length;
      history.recorder.ended(of.targets[index] as (typeof of.targets)[0], of.outcome(index, nowMs), true);
    }
    longestMs = Math.max(longestMs, performance.now() - turnMs);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return longestMs;
}
