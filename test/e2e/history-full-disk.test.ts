import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { HistoryDriver, minuteMs, startUnixMs } from "../support/history-driver.ts";
import { makeTarget } from "../support/make-target.ts";
import { skipWithout } from "../support/need.ts";
import { Pingo } from "../support/pingo.ts";
import { recordingLog } from "../support/recording-log.ts";

const targets = Array.from({ length: 500 }, (_, index) =>
  makeTarget({ node: `n${index}`, address: `n${index}:1`, zone: "z" }),
);

/** A disk of 4 MB. */
function smallDisk(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "pingo-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "pingo-test", folder]);
  t.after(() => {
    execFileSync("umount", ["-l", folder]);
    rmdirSync(folder);
  });
  return folder;
}

/** A handshake a minute of each target. */
function run(driver: HistoryDriver, minutes: number): void {
  for (let minute = 0; minute < minutes; minute++) {
    for (const [index, target] of targets.entries()) driver.reply(target, 200 + ((minute * 31 + index * 17) % 300));
    driver.pass(minuteMs);
  }
}

function minutesOf(driver: HistoryDriver): number {
  const id = driver.view.target(targets[0]?.key as string)?.id as number;
  return [...driver.view.buckets(60_000, id, startUnixMs, Number.MAX_SAFE_INTEGER)].length;
}

function fill(path: string): void {
  for (const size of [1_000_000, 100_000, 4_096]) {
    try {
      for (let file = 0; ; file++) writeFileSync(`${path}-${size}-${file}`, Buffer.alloc(size), { flag: "wx" });
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
    }
  }
}

function empty(folder: string): void {
  execFileSync("sh", ["-c", `rm -f ${folder}/filler-*`]);
}

test("a full disk: it is said once, nothing is lost, and once there is room all is written", {
  skip: skipWithout("root", "mount"),
}, (t) => {
  const folder = smallDisk(t);
  const path = `${folder}/history`;
  const log = recordingLog();
  const driver = new HistoryDriver({ path }, log);
  driver.add(...targets);
  run(driver, 20);
  assert.equal(driver.keeper.status.problem, "");
  fill(`${folder}/filler`);
  run(driver, 60);
  assert.match(driver.keeper.status.problem, /cannot be written: database or disk is full/);
  const fullForMs = driver.nowUnixMs - (driver.keeper.status.problemSinceMs ?? 0);
  assert.ok(fullForMs > 30 * minuteMs && fullForMs <= 60 * minuteMs, `full for ${fullForMs} ms`);
  assert.equal(log.lines.filter((line) => /cannot be written/.test(line)).length, 1, log.lines.join("\n"));
  assert.equal(minutesOf(driver), 80, "what is not written is told all the same");
  empty(folder);
  run(driver, 5);
  assert.deepEqual([driver.keeper.status.problem, driver.keeper.status.problemSinceMs], ["", undefined]);
  assert.equal(driver.keeper.status.droppedMinutes, 0);
  assert.match(log.lines.at(-1) as string, /info the history is written again/);
  driver.close();
  const reopened = new HistoryDriver({ path, nowUnixMs: driver.nowUnixMs });
  assert.equal(minutesOf(reopened), 85);
  reopened.close();
});

test("a disk that stays full: the oldest minutes are let go and counted, the rest waits", {
  skip: skipWithout("root", "mount"),
}, (t) => {
  const folder = smallDisk(t);
  const log = recordingLog();
  const driver = new HistoryDriver({ path: `${folder}/history` }, log);
  driver.add(...targets.slice(0, 5));
  fill(`${folder}/filler`);
  for (let minute = 0; minute < 400; minute++) {
    for (const target of targets.slice(0, 5)) driver.reply(target, 300);
    driver.pass(minuteMs);
  }
  const { droppedMinutes } = driver.keeper.status;
  assert.ok(droppedMinutes > 0, "some had to go");
  assert.equal(minutesOf(driver) + droppedMinutes, 400);
  assert.equal(log.lines.length, 1, log.lines.join("\n"));
  empty(folder);
  driver.pass(minuteMs);
  assert.equal(driver.keeper.status.problem, "");
  assert.equal(minutesOf(driver) + droppedMinutes, 400);
  assert.equal(driver.view.targets().length, 5);
  driver.close();
});

test("a full disk at the start: that is said, with the reason", {
  skip: skipWithout("root", "mount"),
}, (t) => {
  const folder = smallDisk(t);
  fill(`${folder}/filler`);
  assert.throws(() => new HistoryDriver({ path: `${folder}/history` }), /cannot keep a history in .*full/);
});

test("a disk that is full at the start: that is said, the nodes are probed, and once there is room it is kept", {
  skip: skipWithout("root", "mount"),
}, async (t) => {
  const folder = smallDisk(t);
  fill(`${folder}/filler`);
  const pingo = new Pingo(["demo", "--listen", "127.0.0.1:0", "--history", `${folder}/history`], {}, folder);
  t.after(() => pingo.stop());
  await pingo.says(
    /history: cannot keep a history in .*: database or disk is full; nothing is kept until that is over/,
  );
  const [, url = ""] = await pingo.says(/metrics\s+(http:\S+)/);
  const page = async () => (await fetch(url)).text();
  await eventually("nodes are probed", async () => /^pingo_up\{.*\} 1$/m.test(await page()));
  assert.match(await page(), /^pingo_history_ok 0$/m);
  empty(folder);
  await pingo.says(/history: it can be kept now/);
  await eventually("it is kept", async () => /^pingo_history_ok 1$/m.test(await page()));
});
