import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { setEnvironmentData } from "node:worker_threads";
import { parseQuestion } from "../../src/api/parse-query.ts";
import { isProblem, type Problem } from "../../src/api/problem.ts";
import { systemClock } from "../../src/clock.ts";
import { type MadePart, OpenParts } from "../../src/history/answers/csv/open-parts.ts";
import { type FileParts, filesAtMost, type Part, partsFrom } from "../../src/history/file-parts.ts";
import { History } from "../../src/history/history.ts";
import { eventually } from "../support/eventually.ts";
import { FakeHistoryView, minuteMs, noonMs, tellHeats } from "../support/fake-history-view.ts";
import { makeTarget } from "../support/make-target.ts";
import { recordingLog } from "../support/recording-log.ts";

function question(query: string, nowMs: number) {
  const parsed = parseQuestion("targets", new URLSearchParams(`${query}format=csv`), nowMs);
  assert.ok(!isProblem(parsed));
  return parsed;
}

const asked = question("", noonMs);

function partOf(given: MadePart | Problem): MadePart {
  return isProblem(given) ? assert.fail(given.problem) : given;
}

async function openHistory(t: TestContext, targets: number, entry?: URL): Promise<History> {
  const common = { path: undefined, retentionMs: 1e9, maxBytes: 1e9, clock: systemClock, log: recordingLog() };
  const history = await History.open({ ...common, ...(entry !== undefined && { entry }) });
  assert.ok(history instanceof History);
  t.after(() => history.stop());
  for (let at = 0; at < targets; at++) {
    history.recorder.added(makeTarget({ node: `n${at}`, key: `n${at}`, address: `192.0.2.1:${at}` }), undefined);
  }
  await eventually("all are known", () => history.figures.targets === targets);
  return history;
}

async function readOn(history: History): Promise<FileParts> {
  const parts = await history.read(asked);
  assert.ok(!isProblem(parts), JSON.stringify(parts));
  return parts;
}

async function textOf(parts: FileParts): Promise<string> {
  let text = "";
  for (let part = await parts.next(); part !== undefined; part = await parts.next()) text += Buffer.from(part);
  return text;
}

test("a part that does not come ends the file, on the other side too", async () => {
  let ended = 0;
  const late = async () => ({ problem: "no answer within 30 s" });
  const parts = partsFrom({ bytes: new Uint8Array(1), isMore: true }, late, () => ended++);
  assert.equal((await parts.next())?.length, 1);
  await assert.rejects(parts.next(), /cannot be read: no answer within 30 s/);
  parts.end();
  assert.deepEqual([ended, await parts.next()], [1, undefined]);
});

test("a file that is ended while a part of it is on its way asks for no other", async () => {
  let [asked, ended] = [0, 0];
  const on = Promise.withResolvers<Part>();
  const next = () => {
    asked++;
    return on.promise;
  };
  const parts = partsFrom({ bytes: new Uint8Array(1), isMore: true }, next, () => ended++);
  await parts.next();
  const underWay = parts.next();
  parts.end();
  on.resolve({ bytes: new Uint8Array(0), isMore: true });
  assert.deepEqual([await underWay, await parts.next()], [undefined, undefined]);
  parts.end();
  assert.deepEqual([asked, ended], [1, 1]);
});

describe("a file of a history", () => {
  test("comes in parts, between which others are answered", async (t) => {
    const history = await openHistory(t, 3_000);
    const parts = await readOn(history);
    const first = await parts.next();
    assert.ok((await history.ask({ ...asked, format: "json" })) instanceof Uint8Array);
    const rest = await textOf(parts);
    assert.ok(first !== undefined && rest.length > 0);
    assert.equal(`${Buffer.from(first)}${rest}`.split("\r\n").length, 3_002);
    assert.equal(await parts.next(), undefined);
  });

  test("that is let go makes room for others", async (t) => {
    const history = await openHistory(t, 3_000);
    const open = await Promise.all(Array.from({ length: filesAtMost }, () => readOn(history)));
    const refused = await history.read(asked);
    assert.match(isProblem(refused) ? refused.problem : "", /^4 files are being read; ask again$/);
    for (const parts of open) {
      parts.end();
      parts.end();
    }
    (await readOn(history)).end();
  });

  test("that breaks off says so", async (t) => {
    const history = await openHistory(t, 3_000);
    const parts = await readOn(history);
    await history.stop();
    await parts.next();
    await assert.rejects(parts.next(), /the rest of a file cannot be read: the history is closed/);
    assert.equal(await parts.next(), undefined);
  });

  test("whose thread has died is never whole, also where another thread is there, whose files go on", async (t) => {
    const left = new Int32Array(new SharedArrayBuffer(4));
    setEnvironmentData("messages left", left.buffer as never);
    const history = await openHistory(t, 3_000, new URL("../support/mortal-history.ts", import.meta.url));
    const [read, ended] = await Promise.all([readOn(history), readOn(history)]);
    await read.next();
    Atomics.store(left, 0, 1);
    await history.ask({ ...asked, format: "json" });
    await eventually(
      "another thread knows all",
      () => history.figures.threadRestarts === 1 && history.figures.targets === 3_000,
    );
    const open = await Promise.all(Array.from({ length: filesAtMost }, () => readOn(history)));
    ended.end();
    await assert.rejects(read.next(), /the rest of a file cannot be read: its thread has ended/);
    assert.equal(await read.next(), undefined);
    const texts = await Promise.all(open.map(textOf));
    assert.deepEqual(new Set(texts.map((text) => text.split("\r\n").length)), new Set([3_002]));
  });
});

test("a file that cannot be made keeps no place, and nothing of it is an end", () => {
  const view = new FakeHistoryView();
  for (let node = 0; node < 1_100; node++) view.add({ node: `n${node}`, key: `${node}` });
  const files = new OpenParts(() => 0);
  const broken = () => assert.fail("a bug");
  const sound = view.target;
  const first = partOf(files.first(1, view, question("", noonMs)));
  view.target = broken;
  assert.throws(() => files.next(1), /a bug/);
  assert.deepEqual([first.isMore, files.size, "problem" in files.next(1)], [true, 0, true]);
  for (let id = 2; id < 2 + filesAtMost; id++)
    assert.throws(() => files.first(id, view, question("", noonMs)), /a bug/);
  view.target = sound;
  assert.ok(partOf(files.first(9, view, question("", noonMs))).isMore);
});

test("a file of targets that is read slowly tells who is degraded at each moment", () => {
  const view = new FakeHistoryView();
  for (let node = 0; node < 1_100; node++) {
    const { id } = view.add({ node: `n${1_000 + node}`, key: `${node}` });
    view.tell(id, minuteMs);
    view.tell(id, 2 * minuteMs);
  }
  const files = new OpenParts(() => 0);
  partOf(files.first(1, view, question("", noonMs)));
  view.nowMs += 10 * minuteMs;
  tellHeats(view, 1_099, [22, 22]);
  let text = "";
  for (let isMore = true; isMore; ) {
    const part = partOf(files.next(1));
    text += Buffer.from(part.bytes);
    isMore = part.isMore;
  }
  const last = text.trimEnd().split("\r\n").at(-1) ?? "";
  assert.match(last, /n2099,[^,]*,kubelet,degraded,2026-11-26T12:08:00.000Z,/);
});

test("a part is no longer than others can wait, however much there is in it", () => {
  const view = new FakeHistoryView();
  for (let node = 0; node < 3_000; node++) view.tell(view.add({ node: `n${node}`, key: `${node}` }).id, minuteMs);
  let nowMs = 0;
  const slow = new OpenParts(() => (nowMs += 4));
  const first = partOf(slow.first(1, view, question("", noonMs)));
  let longest = first.bytes.length;
  for (let part = first; part.isMore; ) {
    const before = nowMs;
    part = partOf(slow.next(1));
    longest = Math.max(longest, part.bytes.length);
    assert.ok(nowMs - before <= 24, `${nowMs - before} ms`);
  }
  assert.ok(longest < 200_000 && slow.size === 0, `${longest} bytes at once`);
  assert.deepEqual(slow.next(1), { problem: "nothing is known of that file" }, "no end, and no part");
});
