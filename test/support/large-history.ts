// What a history of many targets holds in memory: `node --expose-gc large-history.ts TARGETS PATH` prints the megabytes.
import { HistoryDriver, minuteMs } from "./history-driver.ts";
import { makeTarget } from "./make-target.ts";

const [count, path] = process.argv.slice(2);
/** As they come from another thread: none shares a string with another. */
const fresh = (index: number) =>
  structuredClone(
    makeTarget({ node: `node-${index}.example`, address: `10.0.${index}:10250`, zone: `zone-${index % 9}` }),
  );

/** What was freed is no longer counted once the threads that sweep have been over it: without the wait, up to 40 MB more. */
function heldMegabytes(): number {
  globalThis.gc?.();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

const beforeMb = heldMegabytes();
const driver = new HistoryDriver({ path });
const targets = Array.from({ length: Number(count) }, (_, index) => fresh(index));
driver.add(...targets);
for (let minute = 0; minute < 11; minute++) {
  for (const [index, target] of targets.entries()) {
    if (minute === 5) driver.ended(target, { result: "timeout", code: "DEADLINE", synSent: 4 });
    else driver.reply(target, 200 + ((minute * 31 + index * 17) % 300));
  }
  driver.pass(minuteMs);
}
const megabytes = heldMegabytes() - beforeMb;
const { status } = driver.keeper;
driver.close();
process.stdout.write(JSON.stringify({ megabytes, status }));
