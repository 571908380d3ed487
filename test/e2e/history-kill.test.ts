import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { stepsMs } from "../../src/api/queries.ts";
import { HistoryDriver, hourMs, minuteMs, startUnixMs } from "../support/history-driver.ts";
import { randomNumbers } from "../support/random-numbers.ts";
import { recordingLog } from "../support/recording-log.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const child = fileURLToPath(new URL("../support/history-in-child.ts", import.meta.url));
const targets = 600;
const kills = 8;

/** Lets a process record for a while and kills it; gives the minutes that it said were written. */
async function recordAndDie(path: string, afterMs: number): Promise<number> {
  const process_ = spawn(process.execPath, [child, path, String(targets)], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  process_.stdout.on("data", (data: Buffer) => {
    const isFirst = said === "";
    said += data.toString();
    // From when it is open, however long this machine took to start it.
    if (isFirst) setTimeout(() => process_.kill("SIGKILL"), afterMs);
  });
  await once(process_, "close");
  const lines = said.split("\n").slice(0, -1);
  return Number(lines.at(-1)?.replace("open ", ""));
}

test("kill -9 at any moment: the file is sound, and all but the last minute is in it", {
  timeout: 110_000,
}, async (t) => {
  const folder = temporaryFolder(t);
  const path = `${folder}/history`;
  const random = randomNumbers(20_261_126);
  for (let kill = 0; kill < kills; kill++) {
    const minutes = await recordAndDie(path, random(900));
    const log = recordingLog();
    const driver = new HistoryDriver({ path, nowUnixMs: startUnixMs + minutes * minuteMs }, log);
    assert.deepEqual(log.lines, [], "nothing is wrong with it");
    const written = [...driver.view.heat(60_000, startUnixMs, Number.MAX_SAFE_INTEGER)];
    assert.ok(written.length >= minutes && written.length <= minutes + 1, `${written.length} of ${minutes} minutes`);
    assert.ok(
      written.every(({ startMs }, index) => startMs === startUnixMs + index * minuteMs),
      "no minute is missing",
    );
    driver.settle();
    for (const stepMs of stepsMs) assertWhole(driver, stepMs, written.length);
    driver.close();
  }
  assert.deepEqual(readdirSync(folder), ["history"], "none was set aside");
});

/** At every level each target has a handshake a minute. */
function assertWhole(driver: HistoryDriver, stepMs: (typeof stepsMs)[number], minutes: number): void {
  assert.ok(driver.view.targets().length === targets || minutes === 0);
  for (const { id } of driver.view.targets().filter(({ id }) => id % 97 === 0)) {
    const buckets = [...driver.view.buckets(stepMs, id, startUnixMs, startUnixMs + 10_000 * hourMs)];
    const handshakes = buckets.reduce((sum, { bucket }) => sum + bucket.results[0] + bucket.results[1], 0);
    assert.equal(handshakes, minutes, `target ${id} by ${stepMs}`);
  }
}
