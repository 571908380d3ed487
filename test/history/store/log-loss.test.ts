import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { openDatabase } from "../../../src/history/store/database.ts";
import { isInUse } from "../../../src/history/store/in-use.ts";
import { lossInLog } from "../../../src/history/store/log-loss.ts";
import { HistoryDriver, minuteMs, startUnixMs } from "../../support/history-driver.ts";
import { makeTarget } from "../../support/make-target.ts";
import { randomNumbers } from "../../support/random-numbers.ts";
import { recordingLog } from "../../support/recording-log.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const target = makeTarget({ node: "a", zone: "z" });
const pageBytes = 4_096;
const frameBytes = 24 + pageBytes;
const headerBytes = 32;
const minutes = 6;

/** A history as kill -9 leaves it: with minutes that stand in the log alone. */
function killed(t: TestContext, many = minutes): { path: string; log: Buffer } {
  const folder = temporaryFolder(t);
  const living = `${folder}/living`;
  const driver = new HistoryDriver({ path: living });
  driver.add(target);
  for (let minute = 0; minute < many; minute++) {
    driver.reply(target, 300);
    driver.pass(minuteMs);
  }
  const path = copied(t, living);
  driver.close();
  return { path, log: readFileSync(`${path}-wal`) };
}

/** The frames of this log that end a transaction, and the first that is of an earlier one. */
function framesOf(log: Buffer): { commits: number[]; count: number } {
  const salts = log.subarray(16, 24);
  const commits: number[] = [];
  let count = 0;
  for (let at = headerBytes; at + frameBytes <= log.length; at += frameBytes, count++) {
    if (!log.subarray(at + 8, at + 16).equals(salts)) break;
    if (log.readUInt32BE(at + 4) !== 0) commits.push(count);
  }
  return { commits, count };
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] as number) ^ 0x10;
  writeFileSync(path, bytes);
}

function offsetOf(frame: number): number {
  return headerBytes + frame * frameBytes;
}

/** What is said as it is opened, and how many minutes are in it. */
function opened(path: string) {
  const log = recordingLog();
  const driver = new HistoryDriver({ path, nowUnixMs: startUnixMs + minutes * minuteMs }, log);
  const { damagedFiles, damagedMs } = driver.keeper.status;
  const kept = [...driver.view.heat(60_000, 0, startUnixMs + 60 * minuteMs)].length;
  driver.close();
  const files = readdirSync(dirname(path)).filter((file) => file !== "history");
  return { lines: log.lines, damagedFiles, damagedMs, kept, files };
}

const silent = { lines: [], damagedFiles: 0, damagedMs: undefined, kept: minutes, files: [] };

describe("the log of a history that was killed", () => {
  test("is read to its end, and nothing is said", (t) => {
    const { path, log } = killed(t);
    assert.ok(framesOf(log).commits.length > minutes, "minutes stand in the log");
    assert.deepEqual(opened(path), silent);
  });

  const places: Record<string, number> = {
    "the page of a frame": 24 + 1_000,
    "a frame's number of its page": 3,
    "a frame's word that it ends a transaction": 7,
    "a frame's salt": 9,
    "a frame's checksum": 17,
  };
  for (const [name, offset] of Object.entries(places)) {
    test(`that is damaged in ${name} is told of with what is lost, and a copy is kept as it was`, (t) => {
      const { path, log } = killed(t);
      const { commits } = framesOf(log);
      const [readable, damaged] = [commits[2] as number, commits[3] as number];
      flip(`${path}-wal`, offsetOf(damaged) + offset);
      const before = readFileSync(`${path}-wal`);
      const { lines, damagedFiles, damagedMs, kept, files } = opened(path);
      const lost = (commits.at(-1) as number) - readable;
      const frames = `frame ${damaged + 1} of ${(commits.at(-1) as number) + 1}`;
      const said = new RegExp(
        `^error the log of the history .*/history is damaged \\(${frames} is damaged\\): ${lost} pages \\(${lost * pageBytes} bytes\\) ` +
          "of the last minutes are lost; a copy of it is kept as .*/history\\.damaged-2026-01-05T06-06-00\\.000Z-wal$",
      );
      assert.equal(lines.length, 1);
      assert.match(lines[0] as string, said);
      assert.equal(damagedFiles, 1);
      assert.equal(damagedMs, undefined, "the history does not begin anew");
      assert.ok(kept > 0 && kept < minutes, `${kept} minutes`);
      assert.deepEqual(files, ["history.damaged-2026-01-05T06-06-00.000Z-wal"]);
      assert.deepEqual(readFileSync(`${dirname(path)}/${files[0]}`), before);
      const again = opened(path);
      assert.deepEqual([again.lines, again.kept], [[], kept], "it is told once");
    });
  }

  for (const [name, at] of Object.entries({ magic: 1, "page size": 10, salt: 18, checksum: 29 })) {
    test(`whose header is damaged in its ${name} is told of: none of it is read`, (t) => {
      const { path, log } = killed(t);
      const { commits } = framesOf(log);
      flip(`${path}-wal`, at);
      const { lines, kept } = opened(path);
      const frames = (commits.at(-1) as number) + 1;
      assert.match(lines.join("\n"), new RegExp(`its header is damaged\\): ${frames} pages`));
      assert.ok(kept < minutes);
    });
  }

  test("that a crash cut short in its last transaction is no news", (t) => {
    const { path, log } = killed(t);
    const { commits, count } = framesOf(log);
    const last = commits.at(-1) as number;
    assert.equal(last, count - 1);
    const cuts = {
      "in the last page": () => flip(`${path}-wal`, offsetOf(last) + 100),
      "in a page before it": () => {
        writeFileSync(`${path}-wal`, log.subarray(0, offsetOf(last)));
        flip(`${path}-wal`, offsetOf(last - 1) + 100);
      },
      "in the middle of a page": () => writeFileSync(`${path}-wal`, log.subarray(0, offsetOf(last) + 1_000)),
      "with zeros behind it": () => writeFileSync(`${path}-wal`, Buffer.concat([log, Buffer.alloc(10 * frameBytes)])),
      "within its header": () => writeFileSync(`${path}-wal`, log.subarray(0, 20)),
      "before its first byte": () => writeFileSync(`${path}-wal`, ""),
    };
    for (const [name, cut] of Object.entries(cuts)) {
      writeFileSync(`${path}-wal`, log);
      cut();
      assert.equal(lossInLog(path, pageBytes), undefined, name);
    }
  });

  test("with the rest of an earlier one behind it, damaged or not, is no news", (t) => {
    const { path, log } = killed(t, 60);
    const { count } = framesOf(log);
    assert.ok(offsetOf(count + 3) < log.length, "an earlier one is behind it");
    assert.equal(lossInLog(path, pageBytes), undefined);
    flip(`${path}-wal`, offsetOf(count + 1) + 500);
    assert.equal(lossInLog(path, pageBytes), undefined);
  });

  test("and was damaged anywhere is told of wherever SQLite then reads less, up to its last transaction", (t) => {
    const { path, log } = killed(t);
    const { commits } = framesOf(log);
    const lastBegins = offsetOf((commits.at(-2) as number) + 1);
    const random = randomNumbers(20_261_126);
    for (let trial = 0; trial < 100; trial++) {
      const at = random(lastBegins);
      flip(`${path}-wal`, at);
      assert.ok((lossInLog(path, pageBytes)?.frames ?? 0) > 0, `byte ${at}`);
      writeFileSync(`${path}-wal`, log);
    }
  });

  test("and whose file has a page size that is none is read all the same, and the file set aside", (t) => {
    const { path } = killed(t);
    flip(`${path}-wal`, 1);
    const bytes = readFileSync(path);
    bytes.writeUInt16BE(4_099, 16);
    writeFileSync(path, bytes);
    const { lines, damagedFiles } = opened(path);
    assert.match(lines.join("\n"), /^error the log .*its header is damaged.*\nerror the history .* is damaged/);
    assert.equal(damagedFiles, 2);
  });

  test("and makes the reader itself fail is not taken for one that is sound", (t) => {
    const { path } = killed(t);
    flip(`${path}-wal`, 1);
    assert.throws(() => lossInLog(path, 4_099), RangeError);
  });

  test("and cannot be looked at is left to SQLite", (t) => {
    const folder = temporaryFolder(t);
    assert.equal(lossInLog(`${folder}/none`, pageBytes), undefined);
    assert.equal(lossInLog(folder, pageBytes), undefined);
  });
});

describe("a damaged log that had gone over into its file", () => {
  test("is put away, and nothing is lost", (t) => {
    const { path, minutes: kept } = wentOver(t);
    for (const frame of [0, 1, 30, 50]) {
      const copy = copied(t, path);
      flip(`${copy}-wal`, offsetOf(frame) + 1_000);
      const before = readFileSync(`${copy}-wal`);
      const said = opened(copy);
      assert.match(
        said.lines.join("\n"),
        /^warn the log of the history .* is damaged \(frame \d+ of \d+ is damaged\): all it held is in the file; the log is now .*-wal$/,
      );
      assert.deepEqual([said.kept, said.damagedFiles, said.damagedMs], [kept, 1, undefined]);
      assert.deepEqual(readFileSync(`${dirname(copy)}/${said.files[0]}`), before);
    }
  });

  test("in part: the file is set aside where it and what is left of the log do not fit together", (t) => {
    const { path, log } = wentOver(t);
    const { count } = framesOf(log);
    let setAside = 0;
    for (let frame = 1; frame < count - 12; frame += 3) {
      const copy = copied(t, path);
      takeBackPage(copy, log);
      flip(`${copy}-wal`, offsetOf(frame) + 1_000);
      const { lines, damagedFiles, damagedMs, files } = opened(copy);
      assert.match(lines[0] as string, /^error the log of the history .* of the last minutes are lost/);
      assert.equal(lines.length, damagedFiles);
      assert.equal(files.length, damagedFiles);
      assert.equal(damagedMs, damagedFiles === 1 ? undefined : startUnixMs + minutes * minuteMs);
      if (damagedFiles === 1) continue;
      assert.match(lines[1] as string, /^error the history .* is damaged \(what is left does not fit together: /);
      setAside++;
    }
    assert.ok(setAside > 0, "some did not");
  });
});

function copied(t: TestContext, path: string): string {
  const copy = `${temporaryFolder(t)}/history`;
  for (const suffix of ["", "-wal"]) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`);
  return copy;
}

/** A history that was killed just after what its log holds, a few hours after its beginning, had gone over into the file. */
function wentOver(t: TestContext) {
  const living = `${temporaryFolder(t)}/living`;
  const driver = new HistoryDriver({ path: living });
  const log = () => readFileSync(`${living}-wal`);
  let [logs, salts, passed] = [0, "", 0];
  for (; logs < 6 || framesOf(log()).count < 64; passed++) {
    const names = Array.from({ length: 20 }, (_, index) => `${passed}-${index}`);
    const joining = names.map((node) => makeTarget({ node, address: `${node}:1` }));
    driver.add(...joining);
    for (const join of joining) driver.reply(join, 300);
    driver.pass(minuteMs);
    if (log().toString("hex", 16, 24) === salts) continue;
    salts = log().toString("hex", 16, 24);
    logs++;
  }
  const path = copied(t, living);
  driver.close();
  return { path, log: readFileSync(`${path}-wal`), minutes: passed };
}

/** Makes one page in the file what it was before the log's end: as if the log had not gone over as a whole. */
function takeBackPage(path: string, log: Buffer): void {
  const pages = Array.from({ length: framesOf(log).count }, (_, frame) => log.readUInt32BE(offsetOf(frame)));
  const last = pages.findLastIndex((page, frame) => pages.indexOf(page) < frame);
  const page = pages[last] as number;
  const before = pages.lastIndexOf(page, last - 1);
  const file = readFileSync(path);
  log.copy(file, (page - 1) * pageBytes, offsetOf(before) + 24, offsetOf(before + 1));
  writeFileSync(path, file);
}

test("a damaged log of a file that another PinGo uses is its business", (t) => {
  const path = `${temporaryFolder(t)}/history`;
  const driver = new HistoryDriver({ path });
  driver.add(target);
  for (let minute = 0; minute < minutes; minute++) {
    driver.reply(target, 300);
    driver.pass(minuteMs);
  }
  flip(`${path}-wal`, offsetOf(2) + 100);
  const log = recordingLog();
  const touch = () => assert.fail("the log is about to be moved away or copied");
  assert.equal(openDatabase(path, touch).kind, "refused");
  assert.throws(() => new HistoryDriver({ path }, log), /another PinGo uses it/);
  assert.deepEqual(log.lines, []);
  assert.deepEqual(readdirSync(dirname(path)).sort(), ["history", "history-wal"]);
  driver.close();
});

test("whether a file is in use is asked without a trace of it, also of a log that a crash left", (t) => {
  const { path, log } = killed(t);
  const before = readFileSync(path);
  assert.equal(isInUse(path), false);
  assert.deepEqual(readdirSync(dirname(path)).sort(), ["history", "history-wal"]);
  assert.ok(before.equals(readFileSync(path)) && log.equals(readFileSync(`${path}-wal`)));
  const driver = new HistoryDriver({ path });
  assert.equal(isInUse(path), true);
  driver.close();
  assert.equal(isInUse(path), false);
  assert.equal(isInUse(`${path}-none`), false);
});

test("of damaged files the newest three are kept, and what goes is said; others' files stay", (t) => {
  const path = `${temporaryFolder(t)}/history`;
  const foreign = ["history.damaged-by-me", "other.damaged-2020-01-01T00-00-00.000Z"];
  for (const name of foreign) writeFileSync(`${dirname(path)}/${name}`, "");
  const said: string[] = [];
  for (let hour = 6; hour >= 2; hour--) {
    writeFileSync(path, Buffer.from([0, 1, 2, hour]));
    writeFileSync(`${path}-wal`, Buffer.from([hour]));
    const log = recordingLog();
    // The clock goes back from one to the next: the last one made stays all the same.
    new HistoryDriver({ path, nowUnixMs: Date.UTC(2026, 0, 5, hour) }, log).close();
    said.push(...log.lines.filter((line) => line.startsWith("warn")));
  }
  const names = readdirSync(dirname(path)).filter((name) => name !== "history");
  const sets = ["02", "05", "06"].map((hour) => `history.damaged-2026-01-05T${hour}-00-00.000Z`);
  assert.deepEqual(names, [...foreign, ...sets, ...sets.map((name) => `${name}-wal`)].sort());
  assert.deepEqual(said, Array(2).fill("warn of the history's damaged files the newest 3 are kept"));
  assert.ok(existsSync(path) && statSync(path).size > 0);
});
