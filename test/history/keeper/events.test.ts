import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HistoryEvent } from "../../../src/api/v1.ts";
import type { EventScan } from "../../../src/history/model.ts";
import { Store } from "../../../src/history/store/store.ts";
import { HistoryDriver, hourMs, minuteMs, startUnixMs } from "../../support/history-driver.ts";
import { makeNode } from "../../support/make-node.ts";
import { makeTarget } from "../../support/make-target.ts";
import { randomNumbers } from "../../support/random-numbers.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const a = makeTarget({ node: "a", address: "192.0.2.1:10250", zone: "z1" });
const b = makeTarget({ node: "b", address: "192.0.2.2:10250", zone: "z2" });
const everything: EventScan = {
  fromMs: 0,
  toMs: Number.MAX_SAFE_INTEGER,
  before: undefined,
  limit: 1_000,
  id: undefined,
  keeps: () => true,
};

function told(driver: HistoryDriver, query: Partial<EventScan> = {}): string[] {
  return driver.view
    .events({ ...everything, ...query })
    .events.map(({ atMs, kind, node, text }) => `${(atMs - startUnixMs) / 1_000} ${kind} ${node} ${text}`.trim());
}

/** Outages, retransmits and changes at times that chance picks. */
function eventful(driver: HistoryDriver, random: (below: number) => number, minutes: number): void {
  for (let minute = 0; minute < minutes; minute++) {
    for (const target of [a, b]) {
      const dice = random(10);
      if (dice < 2) driver.ended(target, { result: "timeout", code: "DEADLINE", synSent: 3 });
      else if (dice < 3) driver.ended(target, { result: "ok", synSent: 2, connectUs: 1_000_400 });
      else driver.reply(target, 300);
    }
    if (random(10) === 0) driver.recorder.api("test", random(2) === 0, "");
    driver.pass(random(2) === 0 ? 0 : minuteMs);
  }
}

describe("events", () => {
  test("tell each failure with its reason, each retransmit, and when a target is down and up again", () => {
    const driver = new HistoryDriver();
    driver.add(a);
    driver.reply(a, 300);
    driver.pass(1_000);
    driver.ended(a, { result: "timeout", code: "DEADLINE", synSent: 4 });
    driver.pass(1_000);
    driver.ended(a, { result: "refused", code: "ECONNREFUSED" });
    driver.pass(1_000);
    driver.ended(a, { result: "ok", synSent: 2, connectUs: 1_000_300 });
    driver.flush();
    assert.deepEqual(told(driver), [
      "3 up a answers again",
      "3 handshake a answered after a SYN retransmit",
      "2 handshake a refused the connection: the host is up, the port is not open (ECONNREFUSED)",
      "1 down a is down: gave no answer",
      "1 handshake a gave no answer (DEADLINE)",
      "0 pingo  PinGo started",
    ]);
    const id = driver.view.target(a.key)?.id as number;
    assert.deepEqual(
      { ...driver.view.live(id), normalUs: 0, lastRttUs: 0 },
      { up: true, result: "ok", sinceMs: startUnixMs + 3_000, lastRttUs: 0, normalUs: 0, silence: undefined },
    );
  });

  test("what is no news changes no state, and this machine's own trouble none either", () => {
    const driver = new HistoryDriver();
    driver.add(a);
    driver.reply(a, 300);
    driver.ended(a, { result: "timeout", code: "DEADLINE" }, false);
    driver.ended(a, { result: "local", code: "EMFILE" });
    driver.flush();
    assert.equal(driver.view.live(0).up, true);
    assert.deepEqual(
      told(driver).map((line) => line.split(" ")[1]),
      ["handshake", "handshake", "pingo"],
    );
  });

  test("tell of nodes and APIs", () => {
    const driver = new HistoryDriver();
    const { recorder } = driver;
    recorder.api("test", true, "");
    recorder.node("test", makeNode({ name: "a" }));
    driver.add(a);
    driver.pass(10 * minuteMs);
    recorder.node(
      "test",
      makeNode({ name: "a", ready: { status: "Unknown", reason: "NodeStatusUnknown", since: "" } }),
    );
    recorder.api("test", false, "connection refused");
    recorder.added(b, undefined);
    recorder.removed(a);
    driver.flush();
    assert.deepEqual(told(driver).toSorted(), [
      "0 pingo  PinGo started",
      "600 api  the API does not answer: connection refused",
      "600 joined b joined",
      "600 left a left: it is probed no more",
      "600 ready a is silent in the cluster's eyes (Ready: Unknown): NodeStatusUnknown",
    ]);
    assert.equal(driver.view.node("test", "a")?.ready.status, "Unknown");
    assert.deepEqual(driver.view.apis(), [{ cluster: "test", isUp: false, sinceMs: startUnixMs + 600_000 }]);
  });

  test("of one target: its own and its node's", () => {
    const driver = new HistoryDriver();
    driver.add(a, b);
    driver.recorder.node("test", makeNode({ name: "a" }));
    driver.recorder.node("test", makeNode({ name: "a", ready: { status: "False", reason: "", since: "" } }));
    driver.ended(a, { result: "timeout", code: "DEADLINE" });
    driver.ended(b, { result: "timeout", code: "DEADLINE" });
    driver.pass(minuteMs);
    const kinds = told(driver, { id: driver.view.target(a.key)?.id }).map((line) =>
      line.split(" ").slice(1, 3).join(" "),
    );
    assert.deepEqual(kinds.toSorted(), ["down a", "handshake a", "ready a"]);
  });

  for (const limit of [1, 3, 7]) {
    test(`page by page of ${limit} they are the same as at once, written or not`, (t) => {
      const driver = new HistoryDriver({ path: `${temporaryFolder(t)}/history` });
      driver.add(a, b);
      eventful(driver, randomNumbers(limit), 90);
      driver.flush();
      const whole = driver.view.events(everything).events;
      assert.ok(whole.length > 60, `${whole.length} events`);
      const paged: HistoryEvent[] = [];
      let before: string | undefined;
      do {
        const page = driver.view.events({ ...everything, before, limit });
        assert.ok(page.events.length <= limit);
        paged.push(...page.events);
        before = page.next;
      } while (before !== undefined);
      assert.deepEqual(paged, whole);
      assert.deepEqual(
        whole.map(({ atMs }) => atMs),
        whole.map(({ atMs }) => atMs).toSorted((x, y) => y - x),
      );
      driver.close();
    });
  }

  test("a filter that lets nothing through looks at so much and says where to go on", () => {
    const driver = new HistoryDriver();
    const many = Array.from({ length: 300 }, (_, index) => makeTarget({ node: `n${index}`, address: `n${index}:1` }));
    driver.add(...many);
    for (let minute = 0; minute < 200; minute++) {
      for (const target of many) driver.ended(target, { result: "timeout", code: "DEADLINE" });
      driver.pass(minuteMs);
    }
    const first = driver.view.events({ ...everything, limit: 10, keeps: () => false });
    assert.deepEqual(first.events, []);
    assert.ok(first.next !== undefined);
    let pages = 1;
    for (let next: string | undefined = first.next; next !== undefined; pages++) {
      next = driver.view.events({ ...everything, before: next, limit: 10, keeps: () => false }).next;
    }
    assert.equal(pages, 2);
  });

  test("a minute of hundreds of thousands of failures can be read, running and written", () => {
    const driver = new HistoryDriver();
    driver.add(a);
    for (let failure = 0; failure < 200_000; failure++) driver.ended(a, { result: "timeout", synSent: 3 });
    driver.flush();
    assert.equal(told(driver, { limit: 10 }).length, 10);
    driver.pass(minuteMs);
    assert.equal(told(driver, { limit: 10 }).length, 10);
    driver.close();
  });

  for (const seed of [1, 2, 3]) {
    test(`of one target over days, where little happens, are those of all that are its own (${seed})`, (t) => {
      const setUp = { path: `${temporaryFolder(t)}/history` };
      const random = randomNumbers(seed);
      let driver = new HistoryDriver(setUp);
      driver.add(a, b);
      for (let minute = 0; minute < 3_000; minute++) {
        // Restarts, hours unprobed, targets that stay down, and single losses, with quiet hours between them.
        if (random(900) === 0) {
          driver.close();
          driver = new HistoryDriver({ ...setUp, nowUnixMs: driver.nowUnixMs + random(3) * hourMs });
          driver.add(a, b);
        }
        if (random(900) === 0) driver.pass(random(180) * minuteMs);
        for (const target of [a, b]) {
          const isDown = Math.floor((driver.nowUnixMs - startUnixMs) / (10 * minuteMs)) % 28 === (target === a ? 3 : 4);
          if (isDown && random(3) > 0) driver.ended(target, { result: "timeout", code: "DEADLINE", synSent: 3 });
          else if (random(200) === 0) driver.ended(target, { result: "ok", synSent: 2, connectUs: 1_000_400 });
          else if (random(400) === 0) driver.ended(target, { result: "local", code: "EMFILE" });
          else driver.reply(target, 300);
        }
        driver.pass(minuteMs - random(2));
      }
      const all = driver.view.events({ ...everything, limit: 100_000 }).events;
      for (const { key } of [a, b]) {
        const id = driver.view.target(key)?.id as number;
        const own: HistoryEvent[] = [];
        let before: string | undefined;
        do {
          const page = driver.view.events({ ...everything, id, before, limit: 50 });
          own.push(...page.events);
          before = page.next;
        } while (before !== undefined);
        assert.deepEqual(
          own,
          all.filter((event) => event.key === key),
        );
        assert.ok(own.length > 50, `${own.length} events`);
      }
      driver.close();
    });
  }

  test("of one target's last hour open the counts of an hour or two, however long the history is", (t) => {
    const driver = new HistoryDriver();
    driver.add(a, b);
    for (let minute = 0; minute < 24 * 60; minute++) {
      driver.reply(a, 300);
      driver.ended(b, { result: "timeout", code: "DEADLINE", synSent: 3 });
      driver.pass(minuteMs);
    }
    const opened = t.mock.method(Store.prototype, "block").mock;
    const ask = (hours: number) =>
      told(driver, { id: driver.view.target(a.key)?.id, fromMs: driver.nowUnixMs - hours * hourMs });
    assert.deepEqual(ask(1), []);
    assert.ok(opened.callCount() <= 12, `${opened.callCount()} blocks`);
    assert.deepEqual(ask(24), []);
    assert.ok(opened.callCount() > 20, `${opened.callCount()} blocks`);
  });

  test("where little happened, days of one target are one answer, though its neighbours are told of each minute", () => {
    const driver = new HistoryDriver();
    const many = Array.from({ length: 60 }, (_, index) => makeTarget({ node: `n${index}`, address: `n${index}:1` }));
    driver.add(...many);
    const [quiet, ...others] = many as [typeof a, ...(typeof a)[]];
    const failing = { result: "timeout", code: "DEADLINE", synSent: 3 } as const;
    for (let minute = 0; minute < 3 * 24 * 60; minute++) {
      driver.ended(others[minute % others.length] as typeof a, failing);
      if (minute % 1_000 === 500) driver.ended(quiet, failing);
      else driver.reply(quiet, 300);
      driver.pass(minuteMs);
    }
    const id = driver.view.target(quiet.key)?.id;
    const { events, next } = driver.view.events({ ...everything, id, limit: 200 });
    assert.deepEqual([next, events.filter(({ kind }) => kind === "handshake").length], [undefined, 4]);
  });

  test("a place that is nonsense is the beginning", () => {
    const driver = new HistoryDriver();
    assert.equal(driver.view.events({ ...everything, before: "'; DROP TABLE changes" }).events.length, 1);
  });
});

describe("after a new start", () => {
  test("a target that is as it was is so since then; one that turned meanwhile is told of", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const driver = new HistoryDriver({ path });
    driver.add(a, b);
    driver.reply(a, 300);
    driver.reply(b, 300);
    driver.pass(5 * minuteMs);
    driver.ended(a, { result: "timeout", code: "DEADLINE" });
    driver.pass(5 * minuteMs);
    driver.close();
    const nowUnixMs = driver.nowUnixMs + hourMs;
    const reopened = new HistoryDriver({ path, nowUnixMs });
    const [idOfA, idOfB] = [a, b].map(({ key }) => reopened.view.target(key)?.id) as [number, number];
    assert.ok(reopened.view.target(a.key)?.leftMs, "nobody has said yet that it is probed");
    reopened.add(a, b);
    reopened.flush();
    assert.equal(reopened.view.target(a.key)?.leftMs, undefined);
    assert.equal(reopened.view.live(idOfA).up, undefined, "nothing is known of it before the first handshake");
    reopened.ended(a, { result: "refused", code: "ECONNREFUSED" });
    reopened.ended(b, { result: "timeout", code: "DEADLINE" });
    reopened.flush();
    assert.equal(reopened.view.live(idOfA).sinceMs, startUnixMs + 5 * minuteMs);
    assert.equal(reopened.view.live(idOfB).sinceMs, nowUnixMs);
    const kinds = told(reopened, { fromMs: nowUnixMs }).map((line) => line.split(" ").slice(1, 3).join(" "));
    assert.deepEqual(kinds.toSorted(), ["down b", "handshake a", "handshake b", "pingo "], "no target joins");
    reopened.close();
  });

  test("a target that is not told of again has left", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const driver = new HistoryDriver({ path });
    driver.add(a, b);
    driver.reply(a, 300);
    driver.pass(minuteMs);
    driver.close();
    const reopened = new HistoryDriver({ path, nowUnixMs: driver.nowUnixMs + hourMs });
    reopened.add(b);
    for (let minute = 0; minute < 62; minute++) {
      reopened.reply(b, 300);
      reopened.pass(minuteMs);
    }
    reopened.close();
    const third = new HistoryDriver({ path, nowUnixMs: reopened.nowUnixMs + hourMs });
    assert.equal(third.view.target(a.key)?.leftMs, startUnixMs + minuteMs);
    third.close();
  });

  test("a target that left after a clock was ahead did not leave in the future", (t) => {
    const path = `${temporaryFolder(t)}/history`;
    const driver = new HistoryDriver({ path });
    driver.add(a, b);
    driver.reply(a, 300);
    driver.pass(minuteMs);
    driver.moveTo(startUnixMs + 365 * 24 * hourMs);
    driver.reply(a, 300);
    driver.recorder.removed(b);
    driver.pass(minuteMs);
    driver.moveTo(startUnixMs + 2 * minuteMs);
    driver.reply(a, 300);
    driver.close();
    const nowUnixMs = startUnixMs + 5 * minuteMs;
    const reopened = new HistoryDriver({ path, nowUnixMs });
    assert.equal(reopened.view.target(a.key)?.leftMs, nowUnixMs);
    assert.equal(reopened.view.target(b.key)?.leftMs, driver.nowUnixMs, "when the clock was put back");
    reopened.close();
    // One that is not set yet says nothing of what the file has.
    const early = new HistoryDriver({ path, nowUnixMs: 1_000 });
    assert.ok((early.view.target(a.key)?.leftMs ?? 0) > startUnixMs);
    early.close();
  });

  test("a keeper that is not told of a target after its clock was ahead lets it leave now", () => {
    const driver = new HistoryDriver();
    driver.add(a);
    driver.reply(a, 300);
    driver.moveTo(startUnixMs + 365 * 24 * hourMs);
    driver.keeper.take([{ order: "anew" }], driver.nowUnixMs);
    driver.moveTo(startUnixMs + hourMs);
    driver.pass(2 * minuteMs);
    driver.pass(minuteMs);
    assert.ok((driver.view.target(a.key)?.leftMs ?? Number.POSITIVE_INFINITY) <= driver.nowUnixMs);
    driver.close();
  });
});
