// Records into a history, as fast as it goes, until it is killed: `node history-in-child.ts PATH TARGETS`. A minute goes
// by with each round; what is in the file, as far as this process knows, it says on its standard output.
import { HistoryDriver, minuteMs, startUnixMs } from "./history-driver.ts";
import { makeTarget } from "./make-target.ts";

const [path, count] = process.argv.slice(2);
const targets = Array.from({ length: Number(count) }, (_, index) =>
  makeTarget({ node: `n${index}`, address: `n${index}:1`, zone: `z${index % 3}` }),
);
const earlier = new HistoryDriver({ path });
const lastMs = [...earlier.view.heat(60_000, startUnixMs, Number.MAX_SAFE_INTEGER)].at(-1)?.startMs;
earlier.close();
const driver = new HistoryDriver({ path, nowUnixMs: lastMs === undefined ? startUnixMs : lastMs + minuteMs });
driver.add(...targets);
process.stdout.write(`open ${(driver.nowUnixMs - startUnixMs) / minuteMs}\n`);
for (let round = 0; ; round++) {
  for (const [index, target] of targets.entries()) {
    if ((round + index) % 7 === 0) driver.ended(target, { result: "timeout", code: "DEADLINE", synSent: 3 });
    else driver.reply(target, 100 + ((round * 17 + index * 7) % 400));
  }
  driver.pass(minuteMs);
  process.stdout.write(`${(driver.nowUnixMs - startUnixMs) / minuteMs}\n`);
  await new Promise((resolve) => setImmediate(resolve));
}
