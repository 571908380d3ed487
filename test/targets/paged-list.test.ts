import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { FakeClock } from "../support/fake-clock.ts";
import { answer, isWatch, nodeList, nodeObject, ScriptedApi, watchEvent, watchHead } from "../support/scripted-api.ts";
import { ScriptedFollowing } from "../support/scripted-following.ts";

/** Three pages, of which each is named by the token that leads to it. */
const pages = ["", "second", "third"];
const pageOf = (token: string, extra: readonly object[] = []) => {
  const index = pages.indexOf(token);
  const names = [`n${index}a`, `n${index}b`];
  return nodeList([...names.map((name) => nodeObject(name, `192.0.2.${index + 1}`)), ...extra], {
    continue: pages[index + 1] ?? "",
  });
};
const all = ["n0a", "n0b", "n1a", "n1b", "n2a", "n2b"];
const expired = answer("410 Gone", JSON.stringify({ kind: "Status", reason: "Expired", code: 410 }));

describe("a list in pages", () => {
  let api: ScriptedApi;
  let clock: FakeClock;
  let following: ScriptedFollowing;
  /** Answers a page, or undefined for the sound one. */
  let page: (token: string) => string | undefined;

  beforeEach(() => {
    page = () => undefined;
    api = new ScriptedApi((request, socket) => {
      if (isWatch(request)) return void socket.write(watchHead);
      const token = request.query.get("continue") ?? "";
      socket.write(page(token) ?? answer("200 OK", pageOf(token)));
    });
    clock = new FakeClock();
  });
  afterEach(() => following.end());

  const follow = async () => {
    following = await ScriptedFollowing.start(api, clock);
  };
  const until = (what: string, holds: () => boolean, stepMs?: number) => following.advanceUntil(what, holds, stepMs);
  const asked = () =>
    api.requests.filter((request) => !isWatch(request)).map(({ query }) => query.get("continue") ?? "");
  const watched = () => api.requests.some(isWatch);

  test("puts each page's nodes in before it asks for the next, and says that it knows all only after the last", async () => {
    const known: [number, number][] = [];
    page = () => {
      known.push([following.sink.size, following.syncs]);
      return undefined;
    };
    await follow();
    await until("a watch", watched);
    assert.deepEqual(known, [
      [0, 0],
      [2, 0],
      [4, 0],
    ]);
    assert.deepEqual([following.sink.names, following.syncs > 0], [all, true]);
  });

  test("a page that fails is asked for again, and the pages before it are not", async () => {
    let failures = 2;
    page = (token) => (token === "third" && failures-- > 0 ? answer("500 Internal Server Error", "") : undefined);
    await follow();
    await until("a watch", watched);
    assert.deepEqual(asked(), ["", "second", "third", "third", "third"]);
    assert.deepEqual(following.sink.names, all);
  });

  test("a page that is empty and the last, though nodes are left, is no end of the list", async () => {
    let empty = 2;
    const first = [nodeObject("n0a", "192.0.2.1"), nodeObject("n0b", "192.0.2.1")];
    page = (token) => {
      if (token === "") return answer("200 OK", nodeList(first, { continue: "second", remainingItemCount: 4 }));
      return token === "second" && empty-- > 0 ? answer("200 OK", nodeList([])) : undefined;
    };
    await follow();
    await until("a watch", watched);
    assert.deepEqual(asked(), ["", "second", "second", "second", "third"]);
    assert.deepEqual([following.sink.names, following.problems], [all, ["bad_answer", "bad_answer"]]);
  });

  test("where it fails time and again, the list begins anew", async () => {
    let failures = 3;
    page = (token) => (token === "third" && failures-- > 0 ? answer("500 Internal Server Error", "") : undefined);
    await follow();
    await until("a watch", watched);
    assert.deepEqual(asked(), ["", "second", "third", "third", "third", "", "second", "third"]);
  });

  test("a token that has expired begins the list anew at once, but not for ever without a pause", async () => {
    page = (token) => (token === "third" ? expired : undefined);
    const startMs = clock.nowMs();
    await follow();
    const round = ["", "second", "third"];
    await until("four lists", () => asked().length === 12, 0);
    assert.deepEqual([asked(), clock.nowMs() - startMs], [[...round, ...round, ...round, ...round], 0]);
    await clock.advance(200);
    assert.equal(asked().length, 12, "now there is a pause");
    page = () => undefined;
    await until("a watch", watched);
    assert.deepEqual([following.sink.names, following.sink.removed], [all, []]);
  });

  test("one that breaks off in the middle takes nobody away", async () => {
    await follow();
    await until("a watch", watched);
    page = (token) => (token === "second" ? answer("404 Not Found", "") : undefined);
    api.script = (request, socket) => {
      if (isWatch(request)) return void socket.write(expired);
      socket.write(page(request.query.get("continue") ?? "") ?? answer("200 OK", pageOf("")));
    };
    api.cut();
    await until("it failed", () => following.problems.filter((problem) => problem === "http_status").length >= 3);
    assert.deepEqual([following.sink.names, following.sink.removed], [all, []]);
  });

  test("of two nodes under one name on different pages the first counts, list after list", async () => {
    const twin = nodeObject("n0a", "192.0.2.99");
    page = (token) => (token === "third" ? answer("200 OK", pageOf(token, [twin])) : undefined);
    await follow();
    await until("a watch", watched);
    assert.equal(following.sink.nodes.get("n0a")?.addresses[0]?.address, "192.0.2.1");
  });

  test("asks for fewer nodes where they are large and for more where they are small", async () => {
    const fat = { ...nodeObject("n0c", "192.0.2.9"), spec: { padding: "x".repeat(250_000) } };
    page = (token) => (token === "" ? answer("200 OK", pageOf(token, [fat])) : undefined);
    await follow();
    await until("a watch", watched);
    const limits = api.requests.filter((request) => !isWatch(request)).map(({ query }) => Number(query.get("limit")));
    assert.deepEqual(limits.slice(0, 3), [50, 10, 500]);
  });

  test("an API that has gone back in time is found by its version, and listed anew", async () => {
    await follow();
    await until("a watch", watched);
    page = () => answer("200 OK", nodeList([nodeObject("other", "192.0.2.50")], { resourceVersion: "17" }));
    await until("the other cluster's node", () => following.sink.names.join() === "other", 1_000);
    assert.match(following.logged, /has gone back from version 100 to 17/);
    assert.equal(following.restarts.at(-1), "resync");
  });

  test("after a connection broke, that is looked at within seconds", async () => {
    await follow();
    await until("a watch", watched);
    page = () => answer("200 OK", nodeList([nodeObject("other", "192.0.2.50")], { resourceVersion: "17" }));
    const startMs = clock.nowMs();
    api.cut();
    await until("the other cluster's node", () => following.sink.names.join() === "other");
    assert.ok(clock.nowMs() - startMs < 5_000, `${clock.nowMs() - startMs} ms`);
  });

  test("a version that the API has yet to reach leads to a list at once", async () => {
    await follow();
    await until("a watch", watched);
    const tooLarge = JSON.stringify({
      kind: "Status",
      message: "Too large resource version: 100, current: 17",
      code: 504,
    });
    let watches = 0;
    api.script = (request, socket) => {
      if (!isWatch(request)) socket.write(answer("200 OK", nodeList([nodeObject("new", "192.0.2.9")])));
      else socket.write(watches++ === 0 ? answer("504 Gateway Timeout", tooLarge) : watchHead);
    };
    const startMs = clock.nowMs();
    api.cut();
    await until("its node", () => following.sink.names.join() === "new");
    assert.ok(clock.nowMs() - startMs < 2_000, `${clock.nowMs() - startMs} ms`);
  });

  test("a watch that is forbidden after it worked is tried again soon, as a role may just be in the making", async () => {
    await follow();
    await until("the watch has lasted", () => following.syncs >= 2, 1_000);
    api.script = (request, socket) => {
      if (isWatch(request)) socket.write(answer("403 Forbidden", ""));
      else socket.write(answer("200 OK", nodeList([nodeObject("new", "192.0.2.9")])));
    };
    const startMs = clock.nowMs();
    api.cut();
    await until("it lists instead", () => following.sink.names.join() === "new");
    assert.ok(clock.nowMs() - startMs < 10_000, `${clock.nowMs() - startMs} ms`);
    await until("minutes later", () => clock.nowMs() - startMs > 300_000, 1_000);
    assert.doesNotMatch(following.logged, /listing them every/);
    const backMs = clock.nowMs();
    api.script = (request, socket) => {
      if (!isWatch(request)) return void socket.write(answer("200 OK", nodeList([nodeObject("newer", "192.0.2.9")])));
      socket.write(watchHead + watchEvent("ADDED", nodeObject("newer", "192.0.2.9", { version: "101" })));
    };
    await until("it is in step", () => following.sink.nodes.has("newer"));
    assert.ok(clock.nowMs() - backMs < 5_000, `${clock.nowMs() - backMs} ms`);
  });

  test("however long the API was away, its nodes are right within 5 s of its return", async () => {
    await follow();
    await until("a watch", watched);
    api.script = (_request, socket) => void socket.write(answer("503 Service Unavailable", ""));
    api.cut();
    const awayMs = clock.nowMs();
    await until("ten minutes go by", () => clock.nowMs() - awayMs > 600_000, 1_000);
    assert.ok(api.requests.length < 400, `${api.requests.length} requests`);
    const backMs = clock.nowMs();
    const now = nodeList([nodeObject("new", "192.0.2.9")], { resourceVersion: "200" });
    api.script = (request, socket) => void socket.write(isWatch(request) ? watchHead : answer("200 OK", now));
    await until("its nodes are right", () => following.sink.names.join() === "new");
    assert.ok(clock.nowMs() - backMs < 5_000, `${clock.nowMs() - backMs} ms`);
  });
});
