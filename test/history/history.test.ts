import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { setEnvironmentData } from "node:worker_threads";
import { nobodyWaits } from "../../src/api/problem.ts";
import type { Question } from "../../src/api/queries.ts";
import { type Clock, systemClock } from "../../src/clock.ts";
import { History, type HistoryOptions } from "../../src/history/history.ts";
import type { Changed } from "../../src/history/thread/protocol.ts";
import type { Outcome } from "../../src/outcome.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { HistoryDriver, hourMs } from "../support/history-driver.ts";
import { makeTarget } from "../support/make-target.ts";
import { recordingLog } from "../support/recording-log.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const target = makeTarget({ node: "a" });
const reply: Outcome = { probe: "tcp", path: 0, startedMs: 0, result: "ok", rttUs: 412, connectUs: 431, synSent: 1 };
const timeout: Outcome = { probe: "tcp", path: 0, startedMs: 0, result: "timeout", code: "DEADLINE", synSent: 3 };
const question: Question = { ask: "targets", query: { cluster: "", search: "", offset: 0, limit: 10 } };

async function open(t: TestContext, options: Partial<HistoryOptions> = {}): Promise<History> {
  const log = recordingLog();
  const whole = { path: undefined, retentionMs: 24 * hourMs, maxBytes: 1e8, clock: systemClock, log };
  const opened = await History.open({ ...whole, ...options });
  assert.ok(opened instanceof History, "problem" in opened ? opened.problem : "");
  t.after(() => opened.stop());
  return opened;
}

/** A history whose thread dies when it is killed, and whose time is moved by hand. */
async function mortal(t: TestContext, options: Partial<HistoryOptions> = {}) {
  const left = new Int32Array(new SharedArrayBuffer(4));
  setEnvironmentData("messages left", left.buffer as never);
  const log = recordingLog();
  const clock = new FakeClock();
  const delays: number[] = [];
  const noting: Clock = {
    nowMs: () => clock.nowMs(),
    unixMs: () => clock.unixMs(),
    setTimer(callback, delayMs) {
      delays.push(delayMs);
      return clock.setTimer(callback, delayMs);
    },
  };
  const entry = new URL("../support/mortal-history.ts", import.meta.url);
  const history = await open(t, { log, clock: noting, entry, ...options });
  /** Gives how long it is to be until there is another one. */
  const kill = async (): Promise<number> => {
    const lines = log.lines.length;
    Atomics.store(left, 0, 1);
    void history.ask(question);
    await eventually("its death is told", () => log.lines.length > lines);
    return delays.at(-1) as number;
  };
  const replace = async (): Promise<void> => {
    const { threadRestarts } = history.figures;
    await clock.advance(delays.at(-1) as number);
    await eventually("another thread is there", () => history.figures.threadRestarts > threadRestarts);
  };
  return { history, clock, log, kill, replace };
}

/** A history whose thread hangs when the test says so, and whose time is moved by hand. */
async function hanging(t: TestContext) {
  const hangs = new Int32Array(new SharedArrayBuffer(4));
  setEnvironmentData("hangs", hangs.buffer as never);
  const log = recordingLog();
  const clock = new FakeClock();
  const history = await open(t, { log, clock, entry: new URL("../support/hanging-history.ts", import.meta.url) });
  const hang = () => void Atomics.store(hangs, 0, 1);
  const release = () => {
    Atomics.store(hangs, 0, 0);
    Atomics.notify(hangs, 0);
  };
  return { history, clock, log, hang, release };
}

describe("History", () => {
  test("records from the main thread into a file, and writes what is left when it stops", async (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const history = await open(t, { path });
    history.recorder.added(target, undefined);
    for (let handshake = 0; handshake < 5; handshake++) history.recorder.ended(target, reply, true);
    await eventually("the handshakes are taken", () => history.figures.sinceMs !== undefined);
    assert.deepEqual(
      { ...history.status(), sinceMs: 0, bytes: 0 },
      {
        kind: "file",
        sinceMs: 0,
        bytes: 0,
        problem: "",
        problemSinceMs: null,
        damagedFiles: 0,
        damagedMs: null,
        latencyIs: "rtt",
      },
    );
    history.recorder.ended(target, reply, true);
    await history.stop();
    await history.stop();
    const driver = new HistoryDriver({ path, nowUnixMs: Date.now() });
    const id = driver.view.target(target.key)?.id as number;
    const counts = [...driver.view.buckets(60_000, id, 0, Date.now() + hourMs)].map(({ bucket }) => bucket.results[0]);
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      6,
    );
    driver.close();
  });

  test("does not open a file that another uses, and says so", async (t) => {
    const path = `${temporaryFolder(t)}/history`;
    await open(t, { path });
    const options = { path, retentionMs: 1, maxBytes: 1, clock: systemClock, log: recordingLog() };
    const second = await History.open(options);
    assert.ok("problem" in second);
    assert.match(second.problem, /another PinGo uses it/);
  });

  test("tells whose condition changed: at once, and then once a second", async (t) => {
    const history = await open(t);
    const heard: (Changed & { atMs: number })[] = [];
    const end = history.onChange((changed) => heard.push({ ...changed, atMs: performance.now() }));
    history.recorder.added(target, undefined);
    history.recorder.ended(target, reply, true);
    await eventually("the first change is told", () => heard.length === 1);
    for (let turn = 0; turn < 4; turn++) {
      history.recorder.ended(target, turn % 2 === 0 ? timeout : reply, true);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await eventually("the next is told", () => heard.length === 2);
    const [first, second] = heard as [(typeof heard)[0], (typeof heard)[0]];
    assert.deepEqual([first.keys, first.isMore], [[target.key], false]);
    assert.ok(second.atMs - first.atMs > 950, `${second.atMs - first.atMs} ms apart`);
    end();
  });

  test("settles every question, and refuses those that are too many", async (t) => {
    const history = await open(t);
    const replies = await Promise.all(Array.from({ length: 80 }, () => history.ask(question)));
    assert.equal(
      replies.filter((answer) => "problem" in answer && /^64 questions are under way/.test(answer.problem)).length,
      16,
    );
    const unsettled = history.ask(question);
    await history.stop();
    assert.ok(await unsettled);
    assert.deepEqual(await history.ask(question), { problem: "the history is closed" });
  });

  test("a thread that dies is replaced: that is said, questions end, and recording goes on in its file", async (t) => {
    const left = new Int32Array(new SharedArrayBuffer(4));
    setEnvironmentData("messages left", left.buffer as never);
    const path = `${temporaryFolder(t)}/history`;
    const log = recordingLog();
    const entry = new URL("../support/mortal-history.ts", import.meta.url);
    const history = await open(t, { path, log, entry });
    history.recorder.added(target, undefined);
    history.recorder.ended(target, reply, true);
    await eventually("it records", () => history.figures.sinceMs !== undefined);
    Atomics.store(left, 0, 1);
    const answer = await history.ask(question);
    assert.match("problem" in answer ? answer.problem : "", /thread died: killed by the test/);
    assert.match(history.status().problem, /thread died/);
    assert.ok(Date.now() - (history.status().problemSinceMs ?? 0) < 60_000, "since when");
    assert.match(((await history.ask(question)) as { problem: string }).problem, /thread died/);
    await eventually("another thread is there", () => history.figures.threadRestarts === 1);
    assert.equal(history.status().problem, "");
    history.recorder.ended(target, reply, true);
    await eventually("it is told the target anew, and records", () => {
      history.recorder.ended(target, reply, true);
      return history.figures.unwrittenRecords > 0;
    });
    await history.stop();
    assert.match(
      log.lines.join("\n"),
      /error the history's thread died: killed by the test.*\n.*warn another thread has taken/,
    );
    const driver = new HistoryDriver({ path, nowUnixMs: Date.now() });
    assert.equal(driver.view.targets().length, 1);
    assert.ok(driver.view.sinceMs !== undefined, "what came after is in the file");
    driver.close();
  });

  test("a thread that dies again and again is replaced ever later, and soon again after a minute of life", async (t) => {
    const { clock, kill, replace } = await mortal(t);
    const delays: number[] = [];
    for (let death = 0; death < 3; death++) {
      delays.push(await kill());
      await replace();
    }
    await clock.advance(59_000);
    delays.push(await kill());
    await replace();
    await clock.advance(60_000);
    delays.push(await kill());
    assert.deepEqual(delays, [1_000, 2_000, 4_000, 8_000, 1_000]);
  });

  test("that a thread is replaced is no start of PinGo", async (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const { history, clock, kill, replace } = await mortal(t, { path });
    await kill();
    await replace();
    await history.stop();
    const driver = new HistoryDriver({ path, nowUnixMs: clock.unixMs(), isReplacement: true });
    const all = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, before: undefined, limit: 10, id: undefined };
    const texts = driver.view.events({ ...all, keeps: () => true }).events.map(({ text }) => text);
    assert.deepEqual(texts, ["PinGo stopped"], "the start was not written when the thread died");
    driver.close();
  });

  test("what is counted does not fall with a thread", async (t) => {
    const { history, clock, kill, replace } = await mortal(t);
    const written = () => history.figures.writtenMinutes;
    /** Records and lets time go by, as fast as the thread takes it, until so many minutes are written. */
    const write = (count: number) =>
      eventually(`${count} minutes are written`, async () => {
        history.recorder.ended(target, reply, true);
        await clock.jump(10_000);
        return written() >= count;
      });
    history.recorder.added(target, undefined);
    await write(1);
    const before = written();
    await kill();
    assert.ok(written() >= before, `${written()} after ${before}`);
    await replace();
    assert.ok(written() >= before, `${written()} after ${before}`);
    await write(before + 1);
  });

  test("what dies with a thread is counted: what it was sent and had not taken, and what it had not written", async (t) => {
    const { history, clock, kill, replace } = await mortal(t, { path: `${temporaryFolder(t)}/history` });
    const dropped = () => [history.figures.droppedMinutes, history.figures.droppedRecords];
    const record = (count: number) => {
      for (let handshake = 0; handshake < count; handshake++) history.recorder.ended(target, reply, true);
    };
    const taken = (count: number) =>
      eventually(`${count} handshakes are taken`, () => history.figures.unwrittenRecords === count);
    history.recorder.added(target, undefined);
    record(4);
    await clock.advance(1_000);
    await taken(4);
    await clock.jump(60_000);
    record(5);
    await clock.advance(1_000);
    await taken(5);
    assert.deepEqual([...dropped(), history.figures.writtenMinutes], [0, 0, 1]);
    record(3);
    await kill();
    assert.deepEqual(dropped(), [0, 8], "five of the running minute, and three on their way");
    record(2);
    await replace();
    await clock.advance(1_000);
    assert.deepEqual(dropped(), [0, 10], "and two of which nobody was told");
    record(1);
    await clock.advance(1_000);
    await taken(1);
    assert.deepEqual(dropped(), [0, 10]);
  });

  test("a thread that hangs is told of while it does, and who asked hears of it after 30 s", async (t) => {
    const { clock, history, log, hang, release } = await hanging(t);
    hang();
    const answer = history.ask(question);
    await clock.advance(9_000);
    assert.equal(history.status().problem, "");
    await clock.advance(6_000);
    assert.match(history.figures.problem, /^its thread hangs: it has taken nothing for 1[45] s$/);
    const silentMs = clock.unixMs() - (history.status().problemSinceMs ?? 0);
    assert.ok(silentMs >= 14_000 && silentMs < 16_000, `silent for ${silentMs} ms`);
    await clock.advance(15_500);
    assert.match(((await answer) as { problem: string }).problem, /no answer within 30 s/);
    assert.equal(history.figures.questionsUnderWay, 1, "the thread still has it");
    release();
    await eventually("it is well again", () => history.figures.problem === "");
    await eventually("it has answered", () => history.figures.questionsUnderWay === 0);
    await clock.advance(5_000);
    assert.match(log.lines.join("\n"), /^error history: its thread hangs.*\nwarn history: its thread hangs no more$/);
  });

  test("who leaves is not waited for, and counts until the thread has passed its question over", async (t) => {
    const { history, hang, release } = await hanging(t);
    hang();
    const first = history.ask(question);
    const leaving = new AbortController();
    const second = history.ask(question, leaving.signal);
    leaving.abort();
    assert.deepEqual(await second, nobodyWaits);
    assert.equal(history.figures.questionsUnderWay, 2);
    assert.deepEqual(await history.ask(question, leaving.signal), nobodyWaits);
    release();
    assert.ok((await first) instanceof Uint8Array);
    await eventually("the thread has passed it over", () => history.figures.questionsUnderWay === 0);
  });

  test("a thread that hangs when the history stops is ended 5 s later, and that is said", async (t) => {
    const { clock, history, log, hang } = await hanging(t);
    hang();
    const stopped = history.stop();
    await clock.advance(5_000);
    await stopped;
    assert.match(log.lines.join("\n"), /^error the history's thread has not ended within 5 s/);
    assert.equal(clock.pendingTimers, 0);
  });

  test("stops while another thread is being started", async (t) => {
    const left = new Int32Array(new SharedArrayBuffer(4));
    setEnvironmentData("messages left", left.buffer as never);
    Atomics.store(left, 0, 1);
    const entry = new URL("../support/mortal-history.ts", import.meta.url);
    const log = recordingLog();
    const history = await open(t, { entry, log });
    await history.ask(question);
    await eventually("its death is told", () => log.lines.length > 0);
    await history.stop();
  });
});
