import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { capture, chunked, onTheWire } from "../support/captures.ts";
import { FakeClock } from "../support/fake-clock.ts";
import {
  answer,
  isStream,
  isWatch,
  nodeList,
  nodeObject,
  ScriptedApi,
  type SeenRequest,
  watchEnd,
  watchEvent,
  watchHead,
} from "../support/scripted-api.ts";
import { ScriptedFollowing } from "../support/scripted-following.ts";

const three = [nodeObject("a", "192.0.2.1"), nodeObject("b", "192.0.2.2"), nodeObject("c", "192.0.2.3")];
const added = (...nodes: readonly object[]) => nodes.map((node) => watchEvent("ADDED", node)).join("");

/** The bookmark that ends the list, as a real server sends it. */
const bookmark = (resourceVersion: string, annotations?: object) =>
  watchEvent("BOOKMARK", { kind: "Node", apiVersion: "v1", metadata: { resourceVersion, annotations }, spec: {} });
const listEnd = (resourceVersion: string) => bookmark(resourceVersion, { "k8s.io/initial-events-end": "true" });

describe("a list as a stream", () => {
  let api: ScriptedApi;
  let clock: FakeClock;
  let following: ScriptedFollowing;

  beforeEach(() => {
    api = new ScriptedApi((request, socket) => {
      if (isStream(request)) socket.write(watchHead + added(...three) + listEnd("100"));
      else socket.write(isWatch(request) ? watchHead : answer("200 OK", nodeList(three)));
    });
    api.noStream = undefined;
    clock = new FakeClock();
  });
  afterEach(() => following.end());

  const follow = async () => {
    following = await ScriptedFollowing.start(api, clock);
  };
  const until = (what: string, holds: () => boolean, stepMs?: number) => following.advanceUntil(what, holds, stepMs);
  const kinds = () =>
    api.requests.map((request) => (isStream(request) ? "stream" : isWatch(request) ? "watch" : "list"));

  test("is asked for first, and goes on as the watch", async () => {
    const changed = nodeObject("b", "192.0.2.22", { version: "101" });
    api.script = (_request, socket) => {
      socket.write(watchHead + added(...three) + listEnd("100") + watchEvent("MODIFIED", changed));
    };
    await follow();
    await until(
      "the change after the list",
      () => following.sink.nodes.get("b")?.addresses[0]?.address === "192.0.2.22",
    );
    const [stream] = api.requests;
    assert.deepEqual(Object.fromEntries(stream?.query ?? []), {
      watch: "1",
      allowWatchBookmarks: "true",
      sendInitialEvents: "true",
      resourceVersionMatch: "NotOlderThan",
      timeoutSeconds: "1800",
    });
    assert.deepEqual([kinds(), following.sink.names, following.syncs > 0], [["stream"], ["a", "b", "c"], true]);
    api.cut();
    await until("a watch", () => kinds().length === 2);
    assert.equal(api.requests[1]?.query.get("resourceVersion"), "101");
  });

  test("nodes are there as they come; nothing is complete, and nobody gone, before its end", async () => {
    api.script = (request, socket) => {
      if (!isWatch(request)) socket.write(answer("200 OK", nodeList(three)));
      else if (!isStream(request)) socket.write(onTheWire(capture("watch-expired-410.http")));
      else if (api.requests.length === 1) socket.write(watchHead + added(...three) + listEnd("100"));
      else socket.write(watchHead + added(nodeObject("d", "192.0.2.4")) + bookmark("150"));
    };
    await follow();
    await until("the first list", () => following.syncs > 0);
    const { syncs } = following;
    api.cut();
    await until("a second one begins", () => following.sink.size === 4);
    await clock.advance(1_000);
    assert.deepEqual([following.syncs, following.sink.removed], [syncs, []]);
  });

  test("who is not in it when it ends is gone; who changed or left while it came is counted right", async () => {
    let second = "";
    api.script = (request, socket) => {
      if (!isWatch(request))
        return void socket.write(answer("200 OK", nodeList([three[0]], { resourceVersion: "300" })));
      if (!isStream(request)) {
        const isFirst = kinds().filter((kind) => kind === "watch").length === 1;
        return void socket.write(isFirst ? onTheWire(capture("watch-expired-410.http")) : watchHead);
      }
      socket.write(watchHead + (second || added(...three) + listEnd("100")));
    };
    await follow();
    await until("the first list", () => following.sink.size === 3 && following.syncs > 0);
    second =
      added(nodeObject("a", "192.0.2.1"), nodeObject("d", "192.0.2.4")) +
      watchEvent("MODIFIED", nodeObject("a", "192.0.2.11", { version: "190" })) +
      watchEvent("DELETED", nodeObject("d", "192.0.2.4", { version: "191" })) +
      listEnd("200");
    api.cut();
    await until("b and c are gone", () => following.sink.size === 1);
    assert.deepEqual(following.sink.removed.sort(), ["b", "c", "d"]);
    assert.equal(following.sink.nodes.get("a")?.addresses[0]?.address, "192.0.2.11");
    // The count fits: no further list.
    const before = kinds().filter((kind) => kind === "stream").length;
    await until("a check of the count", () => kinds().includes("list"), 1_000);
    await clock.advance(5_000);
    assert.equal(kinds().filter((kind) => kind === "stream").length, before);
  });

  for (const [what, refusal] of [
    ["an ERROR event, as over an old etcd", onTheWire(capture("watch-initial-events-unsupported.http"))],
    ["422, as with the feature switched off", answer("422 Unprocessable Entity", '{"kind":"Status","code":422}')],
    ["400", answer("400 Bad Request", "")],
  ] as const) {
    test(`where it is refused with ${what}, pages do, without a word and at once, for an hour`, async () => {
      api.script = (request, socket) => {
        if (isStream(request)) socket.write(refusal);
        else if (isWatch(request)) {
          const isFirst = kinds().filter((kind) => kind === "watch").length === 1;
          socket.write(isFirst ? onTheWire(capture("watch-expired-410.http")) : watchHead);
        } else socket.write(answer("200 OK", nodeList(three)));
      };
      const startMs = clock.nowMs();
      await follow();
      await until("a watch", () => kinds().includes("watch"));
      assert.ok(clock.nowMs() - startMs < 1_000);
      await until("the watch after a 410", () => kinds().filter((kind) => kind === "watch").length === 2);
      assert.deepEqual(kinds(), ["stream", "list", "watch", "list", "watch"]);
      assert.deepEqual(following.problems, []);
      assert.doesNotMatch(following.logged, /warn|error/i);
    });
  }

  test("where its end never comes, as from servers that know nothing of it, pages do", async () => {
    api.script = (request, socket) => {
      if (isStream(request)) socket.write(watchHead + added(...three) + bookmark("90"));
      else socket.write(isWatch(request) ? watchHead : answer("200 OK", nodeList(three)));
    };
    const startMs = clock.nowMs();
    await follow();
    await until("a watch", () => kinds().includes("watch"), 500);
    assert.deepEqual([kinds(), following.sink.size], [["stream", "list", "watch"], 3]);
    assert.ok(clock.nowMs() - startMs < 15_000, `${clock.nowMs() - startMs} ms`);
  });

  test("where its end never comes, changes that go on for ever do not hide that", async () => {
    let version = 100;
    let changing: NodeJS.Timeout | undefined;
    api.script = (request, socket) => {
      if (!isStream(request)) {
        clearInterval(changing);
        return void socket.write(isWatch(request) ? watchHead : answer("200 OK", nodeList(three)));
      }
      socket.write(watchHead + added(...three));
      const change = () => nodeObject("a", "192.0.2.1", { version: String(version++) });
      changing = setInterval(() => socket.write(watchEvent("MODIFIED", change())), 5);
    };
    const startMs = clock.nowMs();
    await follow();
    await until("a watch", () => kinds().includes("watch"), 500);
    assert.deepEqual(kinds(), ["stream", "list", "watch"]);
    assert.ok(clock.nowMs() - startMs < 20_000, `${clock.nowMs() - startMs} ms`);
  });

  for (const [what, end] of [
    ["410", { kind: "Status", code: 410, message: "too old resource version", reason: "Expired" }],
    ["500", { kind: "Status", code: 500, message: "boom" }],
  ] as const) {
    test(`where each ends with an ERROR of ${what} at once, it is not listed without a pause`, async () => {
      api.script = (request, socket) => {
        if (isStream(request)) socket.write(watchHead + added(...three) + listEnd("100") + watchEvent("ERROR", end));
        else if (isWatch(request)) socket.write(watchHead + watchEvent("ERROR", end));
        else socket.write(answer("200 OK", nodeList(three)));
      };
      await follow();
      await until("the first list", () => following.syncs > 0);
      const startMs = clock.nowMs();
      await until("a minute", () => clock.nowMs() - startMs >= 60_000, 250);
      const lists = kinds().filter((kind) => kind !== "watch").length;
      assert.ok(lists <= 45, `${lists} lists in a minute`);
      assert.equal(following.sink.size, 3);
    });
  }

  test("a count that a new list does not mend is how this API counts", async () => {
    api.script = (request, socket) => {
      if (isStream(request)) socket.write(watchHead + added(...three) + listEnd("100"));
      else if (isWatch(request)) socket.write(watchHead);
      else socket.write(answer("200 OK", nodeList([three[0]], { remainingItemCount: 7, continue: "more" })));
    };
    await follow();
    await until("the first list", () => following.syncs > 0);
    const startMs = clock.nowMs();
    await until("ten minutes", () => clock.nowMs() - startMs >= 600_000, 5_000);
    assert.equal(kinds().filter((kind) => kind === "stream").length, 2, "listed once for it");
    assert.equal(following.logged.match(/listing them anew/g)?.length, 1);
  });

  test("one that breaks off takes nobody away, and the next list comes in pages", async () => {
    api.script = (request, socket) => {
      if (isStream(request)) socket.end(watchHead + added(three[0] as object) + chunked('{"type":"ADDED","obj'));
      else socket.write(isWatch(request) ? watchHead : answer("200 OK", nodeList(three)));
    };
    await follow();
    await until("a watch", () => kinds().includes("watch"));
    assert.deepEqual(
      [kinds(), following.sink.names, following.sink.removed],
      [["stream", "list", "watch"], ["a", "b", "c"], []],
    );
  });

  test("one that brings no node is believed only after two scans", async () => {
    await follow();
    await until("the first list", () => following.syncs > 0);
    const startMs = clock.nowMs();
    let empty = 0;
    const nothing = (request: SeenRequest) => {
      if (!isStream(request)) return onTheWire(capture("watch-expired-410.http"));
      empty++;
      assert.equal(following.sink.size, 3, `gone after ${empty - 1}`);
      return watchHead + listEnd("200");
    };
    api.script = (request, socket) => void socket.write(nothing(request));
    api.cut();
    await until("all are gone", () => following.sink.size === 0, 1_000);
    assert.ok(empty >= 3, `${empty}`);
    assert.ok(clock.nowMs() - startMs >= 120_000, `${clock.nowMs() - startMs} ms`);
  });

  test("what cannot be read in it keeps the node that it may be", async () => {
    await follow();
    await until("the first list", () => following.syncs > 0);
    api.script = (request, socket) => {
      if (!isStream(request)) socket.write(onTheWire(capture("watch-expired-410.http")));
      else socket.write(watchHead + added(three[0] as object, { metadata: { name: "b" } }) + listEnd("200"));
    };
    api.cut();
    await until("c is gone", () => following.sink.removed.length > 0);
    assert.deepEqual(following.sink.names, ["a", "b"]);
  });

  test("where watching is forbidden, so is this; it lists in pages every scan", async () => {
    api.script = (request, socket) => {
      socket.write(isWatch(request) ? onTheWire(capture("forbidden-403.http")) : answer("200 OK", nodeList(three)));
    };
    await follow();
    await until("four lists", () => kinds().filter((kind) => kind === "list").length === 4, 5_000);
    assert.deepEqual(kinds().slice(0, 3), ["stream", "list", "watch"]);
    assert.deepEqual(kinds().slice(-2), ["list", "list"]);
    assert.equal(kinds().filter((kind) => kind === "stream").length, 1);
    assert.match(following.logged, /listing them every 1 min instead/);
  });

  test("its watch is followed by a plain one within a minute, from where it was, as if its server had ended it", async () => {
    await follow();
    await until("the list", () => following.syncs > 0);
    const startMs = clock.nowMs();
    await until("a plain watch", () => kinds().includes("watch"), 1_000);
    assert.ok(clock.nowMs() - startMs < 60_000);
    assert.equal(api.requests.at(-1)?.query.get("resourceVersion"), "100");
    assert.deepEqual([following.restarts, following.problems], [["closed"], []]);
  });

  test("one that its server ends before it is whole is no list", async () => {
    api.script = (request, socket) => {
      if (isStream(request)) socket.write(watchHead + added(three[0] as object) + watchEnd);
      else socket.write(isWatch(request) ? watchHead : answer("200 OK", nodeList(three)));
    };
    await follow();
    await until("a watch", () => kinds().includes("watch"));
    assert.deepEqual(kinds(), ["stream", "list", "watch"]);
  });
});
