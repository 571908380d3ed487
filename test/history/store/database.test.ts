import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { HistoryKeeper } from "../../../src/history/keeper/history-keeper.ts";
import { openDatabase } from "../../../src/history/store/database.ts";
import { applicationId, migrations } from "../../../src/history/store/schema.ts";
import { HistoryDriver, hourMs, minuteMs, startUnixMs } from "../../support/history-driver.ts";
import { makeTarget } from "../../support/make-target.ts";
import { recordingLog } from "../../support/recording-log.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const target = makeTarget({ node: "a", zone: "z" });
const id = 0;

function open(path: string, log = recordingLog()) {
  const setUp = {
    path,
    retentionMs: 30 * 24 * hourMs,
    maxBytes: 2 ** 40,
    nowUnixMs: startUnixMs,
    isReplacement: false,
  };
  return HistoryKeeper.open(setUp, log);
}

function problemOf(path: string): string {
  const opened = open(path);
  assert.ok(!(opened instanceof HistoryKeeper), "it was opened");
  return opened.problem;
}

/** A file of hours of history. */
function history(path: string, minutes: number): void {
  const driver = new HistoryDriver({ path });
  driver.add(target);
  for (let minute = 0; minute < minutes; minute++) {
    driver.reply(target, 300);
    driver.pass(minuteMs);
  }
  driver.close();
}

/** How many handshakes each step has. */
function counts(driver: HistoryDriver, stepMs: 60_000 | 3_600_000 | 21_600_000): number[] {
  return [...driver.view.buckets(stepMs, id, 0, startUnixMs + 48 * hourMs)].map(({ bucket }) => bucket.results[0]);
}

/** As the first version had them: without steps of 6 h. */
function makeFirstVersion(path: string): void {
  const db = new DatabaseSync(path);
  for (const table of ["blocks_6h", "heat_6h", "zones_6h"]) db.exec(`DROP TABLE ${table}`);
  db.exec("DELETE FROM rolled_up WHERE level = 3; DROP INDEX changes_of_apis; PRAGMA user_version = 1");
  db.close();
}

/** As the second version had them: without an index of what tells of APIs, and with no row of one that answered from the beginning. */
function makeSecondVersion(path: string): void {
  const db = new DatabaseSync(path);
  db.exec("DELETE FROM changes WHERE kind = 'api up'; DROP INDEX changes_of_apis; PRAGMA user_version = 2");
  db.close();
}

describe("a history's file", () => {
  test("is begun where there is none, or an empty one", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    writeFileSync(path, "");
    history(path, 1);
    const head = readFileSync(path);
    assert.equal(head.readUInt32BE(68), applicationId);
    assert.equal(head.readUInt32BE(60), migrations.length);
    assert.deepEqual(readdirSync(dirname(path)), ["history"], "when it is closed it is one file");
  });

  test("of the first version is migrated with all that is in it", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    history(path, 7 * 60);
    makeFirstVersion(path);
    const driver = new HistoryDriver({ path, nowUnixMs: startUnixMs + 8 * hourMs });
    assert.equal(readFileSync(`${path}-wal`).length > 0, true);
    assert.deepEqual(counts(driver, 21_600_000), [360, 60], "it can be asked at once");
    driver.settle();
    assert.deepEqual(counts(driver, 21_600_000), [360, 60]);
    assert.equal(counts(driver, 60_000).length, 420);
    assert.equal(driver.view.target(target.key)?.joinedMs, startUnixMs);
    driver.close();
    const db = new DatabaseSync(path);
    assert.equal(db.prepare("SELECT count(*) AS n FROM blocks_6h").get()?.n, 1, "the steps of 6 h are made");
    assert.equal(db.prepare("PRAGMA user_version").get()?.user_version, 3);
    db.close();
  });

  test("of the second version is migrated, and tells of APIs what it can", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const driver = new HistoryDriver({ path });
    driver.add(target);
    driver.recorder.api("test", true, "");
    driver.pass(minuteMs);
    driver.recorder.api("test", false, "");
    driver.pass(minuteMs);
    driver.close();
    makeSecondVersion(path);
    const reopened = new HistoryDriver({ path, nowUnixMs: driver.nowUnixMs });
    reopened.recorder.api("test", true, "");
    reopened.flush();
    const at = (ms: number) => reopened.view.apisAt(startUnixMs + ms).map(({ isUp, sinceMs }) => [isUp, sinceMs]);
    assert.deepEqual(at(30_000), [[undefined, undefined]]);
    assert.deepEqual(at(90_000), [[false, startUnixMs + minuteMs]]);
    reopened.close();
    const db = new DatabaseSync(path);
    assert.equal(db.prepare("PRAGMA user_version").get()?.user_version, 3);
    db.close();
  });

  test("of a newer version is refused and left alone", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    history(path, 1);
    const db = new DatabaseSync(path);
    db.exec("PRAGMA user_version = 9");
    db.close();
    const before = readFileSync(path);
    assert.match(problemOf(path), /of version 9 and this PinGo knows 3: a newer PinGo wrote it/);
    assert.deepEqual(readFileSync(path), before);
    assert.deepEqual(readdirSync(dirname(path)), ["history"]);
  });

  test("that is another application's is refused and left alone", (t) => {
    const path = `${temporaryFolder(t)}/other`;
    const db = new DatabaseSync(path);
    db.exec("CREATE TABLE precious (a); INSERT INTO precious VALUES (1)");
    db.close();
    const before = readFileSync(path);
    assert.match(problemOf(path), /another application's database/);
    assert.deepEqual(readFileSync(path), before);
  });

  test("that is a text is refused and left alone: a path was mistyped", (t) => {
    const path = `${temporaryFolder(t)}/values.yaml`;
    writeFileSync(path, "history: true\n".repeat(20));
    assert.match(problemOf(path), /it is a text, no history/);
    assert.equal(existsSync(path), true);
  });

  test("that cannot be made is refused, with the reason", (t) => {
    const folder = temporaryFolder(t);
    assert.match(problemOf(`${folder}/nowhere/history`), /cannot keep a history in .*nowhere.*unable to open/);
    assert.match(problemOf(folder), /it is no regular file/);
  });

  test("that is a pipe or a device is refused at once, and stays what it is", (t) => {
    const pipe = `${temporaryFolder(t)}/pipe`;
    execFileSync("mkfifo", [pipe]);
    assert.match(problemOf(pipe), /it is no regular file/);
    assert.match(problemOf("/dev/null"), /it is no regular file/);
    assert.ok(statSync(pipe).isFIFO() && statSync("/dev/null").isCharacterDevice());
  });

  test("that is a program is refused, and not set aside for a damaged history", (t) => {
    const path = `${temporaryFolder(t)}/program`;
    writeFileSync(path, "\x7fELF\x02\x01\x01\0".padEnd(4_096, "\0"));
    assert.match(problemOf(path), /it is a file of another kind/);
    assert.ok(existsSync(path));
  });

  test("that another has open is refused at once, and its owner goes on", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const driver = new HistoryDriver({ path });
    assert.match(problemOf(path), /another PinGo uses it/);
    driver.add(target);
    driver.reply(target, 300);
    driver.pass(minuteMs);
    assert.deepEqual(counts(driver, 60_000), [1]);
    driver.close();
    const next = open(path);
    assert.ok(next instanceof HistoryKeeper, "it is free again");
    next.close(startUnixMs);
  });

  test("an opened one needs no file of shared memory beside it", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const opened = openDatabase(path);
    assert.equal(existsSync(`${path}-shm`), false);
    if (opened.kind === "open") opened.db.close();
  });
});

describe("a damaged file", () => {
  const damages: Record<string, (bytes: Buffer) => Buffer> = {
    garbage: (bytes) => Buffer.from(bytes.map((_byte, at) => (at * 197 + 13) % 251)),
    "a few bytes": () => Buffer.from([0, 1, 2, 3]),
    zeros: (bytes) => Buffer.alloc(bytes.length),
    "its first page overwritten behind the header": (bytes) => {
      bytes.fill(0xee, 100, 4_096);
      return bytes;
    },
  };
  for (const [name, damage] of Object.entries(damages)) {
    test(`(${name}) is set aside, a new one begun, and that is said`, (t) => {
      const folder = temporaryFolder(t);
      const path = `${folder}/history`;
      history(path, 30);
      const damaged = damage(readFileSync(path));
      writeFileSync(path, damaged);
      const log = recordingLog();
      const driver = new HistoryDriver({ path }, log);
      assert.match(
        log.lines.join("\n"),
        /error the history .*\/history is damaged .*history\.damaged-2026-01-05T06-00-00/,
      );
      const aside = readdirSync(folder).find((file) => file.startsWith("history.damaged-2026"));
      assert.deepEqual(readFileSync(`${folder}/${aside}`), damaged, "it is kept as it was");
      assert.deepEqual([driver.keeper.status.damagedFiles, driver.keeper.status.damagedMs], [1, startUnixMs]);
      driver.add(target);
      driver.reply(target, 300);
      driver.pass(minuteMs);
      driver.close();
      const reopened = new HistoryDriver({ path, nowUnixMs: driver.nowUnixMs });
      assert.deepEqual(counts(reopened, 60_000), [1]);
      reopened.close();
    });
  }

  test("(cut off) is set aside when that is found out, at the start or later", (t) => {
    const folder = temporaryFolder(t);
    const path = `${folder}/history`;
    history(path, 600);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length / 2 / 4_096) * 4_096));
    const log = recordingLog();
    const driver = new HistoryDriver({ path, nowUnixMs: startUnixMs + 11 * hourMs }, log);
    driver.add(target);
    driver.reply(target, 300);
    driver.pass(minuteMs);
    for (const stepMs of [60_000, 3_600_000] as const) assert.ok(counts(driver, stepMs).length >= 0);
    assert.match(log.lines.join("\n"), /is damaged/);
    assert.equal(driver.keeper.status.damagedFiles, 1);
    driver.close();
  });

  test("(a page overwritten while it is open) is set aside, and what is in memory goes on", (t) => {
    const folder = temporaryFolder(t);
    const path = `${folder}/history`;
    history(path, 600);
    const log = recordingLog();
    const nowUnixMs = startUnixMs + 11 * hourMs;
    const driver = new HistoryDriver({ path, nowUnixMs }, log);
    driver.add(target);
    driver.ended(target, { result: "refused", code: "ECONNREFUSED" });
    driver.flush();
    const bytes = readFileSync(path);
    for (let page = 8; page * 4_096 < bytes.length; page += 1) bytes.fill(0xa5, page * 4_096, (page + 1) * 4_096);
    writeFileSync(path, bytes);
    assert.deepEqual(counts(driver, 60_000), [0], "the running minute alone is left");
    assert.match(log.lines.join("\n"), /error the history .* is damaged/);
    driver.pass(minuteMs);
    driver.reply(target, 300);
    driver.pass(minuteMs);
    assert.deepEqual(counts(driver, 60_000), [0, 1]);
    assert.equal(driver.view.live(id).up, true);
    driver.close();
    const reopened = new HistoryDriver({ path, nowUnixMs: driver.nowUnixMs });
    assert.deepEqual(counts(reopened, 60_000), [0, 1]);
    assert.equal(reopened.view.target(target.key)?.target.node, "a");
    reopened.close();
  });
});

test("files that are damaged again and again are the disk's fault: no more than a few are set aside", (t) => {
  const folder = temporaryFolder(t);
  const path = `${folder}/history`;
  const log = recordingLog();
  const driver = new HistoryDriver({ path }, log);
  driver.add(target);
  for (let minute = 0; minute < 12; minute++) {
    driver.reply(target, 300);
    driver.pass(minuteMs);
    const db = `${path}-wal`;
    if (existsSync(db)) writeFileSync(db, Buffer.alloc(readFileSync(db).length, 0xee));
    if (existsSync(path)) writeFileSync(path, Buffer.alloc(readFileSync(path).length, 0xee));
    for (const stepMs of [60_000, 3_600_000] as const) counts(driver, stepMs);
  }
  assert.ok(driver.keeper.status.damagedFiles <= 5, `${driver.keeper.status.damagedFiles} files`);
  driver.close();
});

test("a file that is too large for a new bound becomes smaller on the disk", (t) => {
  const path = `${temporaryFolder(t)}/history`;
  const many = Array.from({ length: 400 }, (_, index) => makeTarget({ node: `n${index}`, address: `n${index}:1` }));
  const driver = new HistoryDriver({ path });
  driver.add(...many);
  for (let minute = 0; minute < 400; minute++) {
    for (const [index, of] of many.entries()) driver.reply(of, 200 + ((minute * 131 + index * 17) % 900));
    driver.pass(minuteMs);
  }
  driver.close();
  const before = readFileSync(path).length;
  const reopened = new HistoryDriver({ path, nowUnixMs: driver.nowUnixMs, maxBytes: 200_000 });
  reopened.pass(minuteMs);
  reopened.close();
  const after = readFileSync(path).length;
  assert.ok(after < before - 100_000, `${before} bytes, and then ${after}`);
});
