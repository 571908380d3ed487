import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createLog } from "../../src/log.ts";
import { ApiClient } from "../../src/targets/kubernetes/api-client.ts";
import { NodeFollower } from "../../src/targets/kubernetes/node-follower.ts";
import { capture, chunked, listPages, onTheWire } from "../support/captures.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { openAccess } from "../support/open-access.ts";
import { RecordingSink } from "../support/recording-sink.ts";
import {
  answer,
  isWatch,
  nodeList,
  nodeObject,
  type Script,
  ScriptedApi,
  watchEnd,
  watchEvent,
  watchHead,
} from "../support/scripted-api.ts";

const token = "s3cret-t0ken-of-the-test";

const three = [nodeObject("a", "192.0.2.1"), nodeObject("b", "192.0.2.2"), nodeObject("c", "192.0.2.3")];

/** Answers lists with `list` and leaves watches open without an event. */
const quiet =
  (list: string): Script =>
  (request, socket) => {
    socket.write(isWatch(request) ? watchHead : answer("200 OK", list));
  };

describe("NodeFollower", () => {
  let api: ScriptedApi;
  let clock: FakeClock;
  let sink: RecordingSink;
  let ending: AbortController;
  let client: ApiClient;
  let running: Promise<void>;
  let logged: string;
  let problems: string[];
  let restarts: string[];
  let statuses: number[];
  let syncs: number;
  let failures: number;

  beforeEach(() => {
    api = new ScriptedApi(quiet(nodeList(three)));
    clock = new FakeClock();
    sink = new RecordingSink();
    ending = new AbortController();
    logged = "";
    problems = [];
    restarts = [];
    statuses = [];
    syncs = 0;
    failures = 0;
  });

  afterEach(async () => {
    ending.abort();
    client.close();
    await running;
    await api.stop();
    assert.equal(clock.pendingTimers, 0, "a timer is left");
  });

  async function follow(parts: { scanMs?: number; url?: URL } = {}): Promise<void> {
    const started = await api.start();
    const log = createLog({
      format: "text",
      level: "info",
      write: (line) => {
        logged += line;
      },
      unixMs: () => clock.unixMs(),
      secrets: () => [token],
    });
    client = new ApiClient({
      access: openAccess({ url: parts.url ?? started, token, clock }),
      clock,
      report: ({ status }) => statuses.push(status),
    });
    const follower = new NodeFollower({
      client,
      apiName: "https://api.test",
      sink,
      report: {
        synced: () => syncs++,
        watchRestarted: (reason) => restarts.push(reason),
        problem: (reason) => problems.push(reason),
        failed: () => failures++,
      },
      log,
      clock,
      random: () => 0.5,
      labelSelector: "",
      scanMs: parts.scanMs ?? 60_000,
    });
    running = follower.run(ending.signal);
  }

  /** Lets time and network go on, a tenth of a second at a time, until `holds`. */
  async function until(what: string, holds: () => boolean, stepMs = 100): Promise<void> {
    const endMs = performance.now() + 15_000;
    while (!holds()) {
      if (performance.now() > endMs) assert.fail(`never happened: ${what}\n${logged}`);
      await clock.advance(stepMs);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  const watches = () => api.requests.filter(isWatch);
  const lists = () => api.requests.filter((request) => !isWatch(request));

  test("lists page by page, then watches from the version of the list, with bookmarks", async () => {
    let watch: Socket | undefined;
    api.script = (request, socket) => {
      if (isWatch(request)) {
        watch = socket;
        socket.write(onTheWire(capture("watch-changes.http")).slice(0, -watchEnd.length));
        return;
      }
      const page = ["", ...listPages.slice(0, 2).map((name) => continueOf(name))].indexOf(
        request.query.get("continue") ?? "",
      );
      socket.write(onTheWire(capture(listPages[page] ?? "")));
    };
    await follow();
    await until("the newcomer of the watch has its address", () => sink.nodes.get("newcomer")?.addresses.length === 2);
    assert.deepEqual(
      lists().map(({ query }) => query.get("continue")),
      [null, continueOf(listPages[0]), continueOf(listPages[1])],
    );
    // A short page first; then as many nodes as make a page of three quarters of a megabyte.
    const limits = lists().map(({ query }) => Number(query.get("limit")));
    assert.equal(limits[0], 50);
    assert.ok(
      limits.slice(1).every((limit) => limit > 50 && limit < 100),
      `${limits}`,
    );
    const [first] = watches();
    assert.equal(first?.query.get("resourceVersion"), "15564");
    assert.equal(first?.query.get("allowWatchBookmarks"), "true");
    assert.equal(first?.authorization, `Bearer ${token}`);
    assert.deepEqual(sink.removed, ["custom-port"]);
    assert.equal(sink.size, 10);
    // The bookmark's version is where the next watch goes on, and no list is needed for that.
    watch?.destroy();
    await until("a second watch", () => watches().length === 2);
    assert.equal(watches()[1]?.query.get("resourceVersion"), "15571");
    assert.equal(lists().length, 3);
    assert.deepEqual(restarts, ["broken"]);
    assert.deepEqual(sink.removed, ["custom-port"]);
  });

  test("a watch that the server ends in good order goes on without a word in the log", async () => {
    api.script = (request, socket) => {
      if (!isWatch(request)) socket.write(answer("200 OK", nodeList(three)));
      else if (watches().length === 1)
        socket.write(watchHead + watchEvent("MODIFIED", nodeObject("a", "192.0.2.9", { version: "105" })) + watchEnd);
      else socket.write(watchHead);
    };
    await follow();
    await until("a second watch", () => watches().length === 2);
    assert.equal(watches()[1]?.query.get("resourceVersion"), "105");
    assert.deepEqual(restarts, ["closed"]);
    assert.equal(sink.nodes.get("a")?.addresses[0]?.address, "192.0.2.9");
    assert.equal(logged, "");
  });

  for (const [what, expired] of [
    ["an ERROR event", onTheWire(capture("watch-expired-410.http"))],
    ["the status", answer("410 Gone", '{"kind":"Status","message":"too old resource version","code":410}')],
  ] as const) {
    test(`410 in ${what} leads to a new list that takes nobody away`, async () => {
      api.script = (request, socket) => {
        if (!isWatch(request))
          socket.write(answer("200 OK", nodeList(three, { resourceVersion: `${100 + lists().length}` })));
        else socket.write(watches().length === 1 ? expired : watchHead);
      };
      await follow();
      await until("a second watch", () => watches().length === 2);
      assert.equal(lists().length, 2);
      assert.equal(watches()[1]?.query.get("resourceVersion"), "102");
      assert.deepEqual(restarts, ["expired"]);
      assert.deepEqual([sink.names, sink.removed], [["a", "b", "c"], []]);
    });
  }

  test("a server that says 410 again and again is listed less and less often", async () => {
    api.script = (request, socket) => {
      socket.write(isWatch(request) ? onTheWire(capture("watch-expired-410.http")) : answer("200 OK", nodeList(three)));
    };
    await follow();
    const startMs = clock.nowMs();
    await until("eight lists", () => lists().length === 8, 500);
    assert.ok(clock.nowMs() - startMs > 7_000, `${clock.nowMs() - startMs} ms for eight lists`);
  });

  test("an ERROR event of another kind leads to a new list after a wait", async () => {
    api.script = (request, socket) => {
      if (!isWatch(request)) socket.write(answer("200 OK", nodeList(three)));
      else
        socket.write(watches().length === 1 ? onTheWire(capture("watch-initial-events-unsupported.http")) : watchHead);
    };
    await follow();
    await until("a second watch", () => watches().length === 2);
    assert.deepEqual([restarts, problems, sink.removed], [["error"], ["http_status"], []]);
  });

  test("a watch that sends nonsense is dropped and the nodes are listed anew", async () => {
    api.script = (request, socket) => {
      if (!isWatch(request)) socket.write(answer("200 OK", nodeList(three)));
      else socket.write(watches().length === 1 ? watchHead + chunked("{nonsense\n") : watchHead);
    };
    await follow();
    await until("a second watch", () => watches().length === 2);
    assert.deepEqual([lists().length, restarts, problems, sink.removed], [2, ["error"], ["bad_answer"], []]);
  });

  test("an event of a megabyte, in pieces, is read", async () => {
    const images = [{ names: ["x".repeat(2 ** 20)] }];
    const { status, ...rest } = nodeObject("a", "192.0.2.77", { version: "101" });
    const line = `${JSON.stringify({ type: "MODIFIED", object: { ...rest, status: { ...status, images } } })}\n`;
    api.script = (request, socket) => {
      if (!isWatch(request)) return void socket.write(answer("200 OK", nodeList(three)));
      socket.write(watchHead);
      for (let from = 0; from < line.length; from += 100_000) socket.write(chunked(line.slice(from, from + 100_000)));
    };
    await follow();
    await until("its address", () => sink.nodes.get("a")?.addresses[0]?.address === "192.0.2.77");
    assert.deepEqual([problems, restarts], [[], []]);
  });

  test("an event that never ends is given up at 4 MiB, and the nodes are listed anew", async () => {
    let sent = 0;
    api.script = (request, socket) => {
      if (!isWatch(request)) return void socket.write(answer("200 OK", nodeList(three)));
      socket.write(watchHead);
      if (watches().length > 1) return;
      const more = () => {
        if (socket.destroyed || sent > 64 * 2 ** 20) return;
        sent += 2 ** 20;
        socket.write(chunked("x".repeat(2 ** 20)), more);
      };
      more();
    };
    await follow();
    await until("a second watch", () => watches().length === 2);
    assert.deepEqual([restarts, problems, sink.removed], [["error"], ["bad_answer"], []]);
    assert.match(logged, /a line is longer than 4 MiB/);
    assert.ok(sent < 32 * 2 ** 20, `${sent} bytes`);
  });

  /** A watch is tried on for half a minute; after that lists alone have to do, and that is told once. */
  async function givesUpWatching(): Promise<void> {
    await until("three lists", () => lists().length === 3, 5_000);
    const tries = watches().length;
    assert.ok(tries > 5 && tries < 30, `it was tried for ${tries} times within half a minute`);
    await until("six lists", () => lists().length === 6, 5_000);
    assert.equal(watches().length, tries, "it is given up then");
    assert.equal(logged.match(/nodes cannot be watched/g)?.length, 1);
  }

  test("where watching is forbidden, it lists every scan, warns once, and tries to watch again later", async () => {
    let allowed = false;
    api.script = (request, socket) => {
      if (!isWatch(request)) socket.write(answer("200 OK", nodeList(three)));
      else socket.write(allowed ? watchHead : onTheWire(capture("forbidden-403.http")));
    };
    await follow({ scanMs: 60_000 });
    await givesUpWatching();
    assert.match(logged, /listing them every 1 min instead/);
    assert.deepEqual(new Set(problems), new Set(["forbidden"]));
    assert.doesNotMatch(logged, /cannot be used/);
    api.script = (request, socket) => {
      if (!isWatch(request)) socket.write(answer("200 OK", nodeList(three.slice(0, 2))));
      else socket.write(allowed ? watchHead : onTheWire(capture("forbidden-403.http")));
    };
    await until("the node that left is gone", () => sink.size === 2, 5_000);
    allowed = true;
    await until("it watches again", () => /now lets the nodes be watched/.test(logged), 5_000);
    assert.equal(logged.match(/nodes cannot be watched/g)?.length, 1);
  });

  test("a watch that is cut off again and again from the beginning is in step once that is over", async () => {
    let isCut = true;
    api.script = (request, socket) => {
      if (!isWatch(request)) socket.write(answer("200 OK", nodeList(three)));
      else socket.write(isCut ? watchHead + watchEnd : watchHead);
    };
    await follow({ scanMs: 60_000 });
    const before = () => watches().length;
    await until("many were cut off", () => before() >= 8);
    isCut = false;
    const cut = before();
    const calmMs = clock.nowMs();
    await until("the next one", () => before() > cut);
    assert.ok(clock.nowMs() - calmMs < 5_000, `${clock.nowMs() - calmMs} ms later`);
    assert.doesNotMatch(logged, /cannot be watched/);
  });

  for (const [what, reason, said, wire] of [
    ["500", "http_status", /answers HTTP 500/, answer("500 Internal Server Error", "boom")],
    ["401", "unauthorized", /does not accept the credentials/, onTheWire(capture("unauthorized-401.http"))],
    ["403", "forbidden", /may not do that/, onTheWire(capture("forbidden-403.http"))],
    ["404", "http_status", /HTTP 404: nodes "absent" not found/, onTheWire(capture("not-found-404.http"))],
    ["a redirect", "http_status", /HTTP 302/, answer("302 Found", "", "Location: /login\r\n")],
    ["HTML", "bad_answer", /HTML, not JSON/, answer("200 OK", "<html>Sign in</html>")],
    ["truncated JSON", "bad_answer", /truncated or damaged/, answer("200 OK", nodeList(three).slice(0, 300))],
    ["a list without items", "bad_answer", /has no items/, answer("200 OK", '{"kind":"NodeList","metadata":{}}')],
    ["an empty body", "bad_answer", /is empty/, answer("200 OK", "")],
    ["a Table", "bad_answer", /a Table where/, onTheWire(capture("list-table.http"))],
    ["what is no HTTP", "bad_answer", /does not speak HTTP/, "SSH-2.0-OpenSSH_9.2\r\n\r\n"],
    ["a body that breaks off", "connection", /broke off/, `${answer("200 OK", nodeList(three)).slice(0, 400)}CUT`],
  ] as const) {
    test(`an API that answers ${what} changes no node, is counted, told once in plain words, and used again after`, async () => {
      await follow({ scanMs: 10_000 });
      await until("a watch", () => watches().length === 1);
      api.script = (_request, socket) => {
        socket.write(wire.replace(/CUT$/, ""));
        if (wire.endsWith("CUT") || !wire.startsWith("HTTP")) socket.end();
      };
      api.cut();
      const tries = () => problems.filter((seen) => seen === reason).length;
      await until("several tries failed", () => tries() >= 3 && /the 3 known nodes stay/.test(logged), 1_000);
      assert.match(logged, said);
      assert.ok((logged.match(/cannot be used/g)?.length ?? 0) <= 3, logged);
      assert.deepEqual([sink.names, sink.removed], [["a", "b", "c"], []]);
      api.script = quiet(nodeList(three));
      api.cut();
      await until("it answers again", () => /answers again after/.test(logged), 1_000);
      assert.deepEqual(sink.removed, []);
    });
  }

  test("an API that takes the connection and says nothing is given up at the deadline", async () => {
    api.script = () => {};
    api.noStream = undefined;
    await follow();
    await until("a timeout", () => problems.includes("timeout"), 1_000);
    assert.match(logged, /no answer within 10 s; no node is known/);
    assert.deepEqual(statuses.slice(0, 1), [0]);
  });

  test("an answer that stops in the middle is given up", async () => {
    api.script = (_request, socket) => void socket.write(answer("200 OK", nodeList(three)).slice(0, 400));
    await follow();
    await until("a timeout", () => problems.includes("timeout"), 5_000);
    assert.match(logged, /stopped in the middle for 10 s/);
  });

  test("a list that breaks off is no list", async () => {
    api.script = (_request, socket) => void socket.end(answer("200 OK", nodeList(three)).slice(0, 400));
    await follow();
    await until("a try failed", () => problems.includes("connection"));
    assert.match(logged, /its answer broke off after \d+ bytes/);
    assert.equal(sink.size, 0);
  });

  test("where a proxy ends every watch at once, the nodes are listed every scan after one warning", async () => {
    api.script = (request, socket) => {
      socket.write(isWatch(request) ? watchHead + watchEnd : answer("200 OK", nodeList(three)));
    };
    await follow({ scanMs: 60_000 });
    await givesUpWatching();
    assert.deepEqual(sink.removed, []);
  });

  test("where lists work and watches fail in every way but 403, changes still come, by a list now and then", async () => {
    api.script = (request, socket) => {
      if (isWatch(request)) socket.write(answer("500 Internal Server Error", ""));
      else socket.write(answer("200 OK", nodeList(lists().length === 1 ? three : three.slice(1))));
    };
    await follow();
    await until("the node that left is gone", () => sink.removed.length > 0, 1_000);
    assert.deepEqual(sink.removed, ["a"]);
  });

  test("a watch that is cut while nothing happens is opened again, and that is no failure of the API", async () => {
    await follow();
    await until("the watch has lasted", () => syncs >= 2, 1_000);
    api.cut();
    await until("a second watch", () => watches().length === 2);
    assert.deepEqual([restarts, problems, failures, logged], [["broken"], [], 0, ""]);
  });

  test("a watch that its server does not end in time is replaced within a minute, and no list is needed", async () => {
    await follow();
    await until("a watch", () => watches().length === 1);
    const startMs = clock.nowMs();
    api.script = (request, socket) => {
      assert.ok(isWatch(request));
      socket.write(watchHead + watchEvent("MODIFIED", nodeObject("a", "192.0.2.99", { version: "101" })));
    };
    await until(
      "the address that changed unseen is there",
      () => sink.nodes.get("a")?.addresses[0]?.address === "192.0.2.99",
      1_000,
    );
    assert.deepEqual([restarts, sink.removed, lists().length], [["overdue"], [], 1]);
    assert.equal(watches()[1]?.query.get("resourceVersion"), "100");
    assert.equal(watches()[0]?.query.get("timeoutSeconds"), "40");
    assert.ok(clock.nowMs() - startMs < 60_000, `${clock.nowMs() - startMs} ms`);
  });

  test("a watch that the real server ended by itself goes on without a word in the log", async () => {
    api.script = (request, socket) => {
      if (!isWatch(request)) socket.write(answer("200 OK", nodeList(three)));
      else socket.write(watches().length === 1 ? onTheWire(capture("watch-server-timeout.http")) : watchHead);
    };
    await follow();
    await until("a second watch", () => watches().length === 2);
    assert.equal(watches()[1]?.query.get("resourceVersion"), "15571");
    assert.deepEqual([restarts, problems, logged], [["closed"], [], ""]);
  });

  test("an answer with the headers of one that may be compressed and is not, is read", async () => {
    const { head } = capture("list-gzip-headers.txt");
    assert.ok(!/content-encoding/i.test(head), "the capture is of a small list, which comes as it is");
    const { body } = capture(listPages[2]);
    api.script = (request, socket) => void socket.write(isWatch(request) ? watchHead : onTheWire({ head, body }));
    await follow();
    await until("the list's two nodes", () => sink.size === 2);
  });

  test("a refusal whose body never ends is a refusal all the same", async () => {
    api.script = (_request, socket) =>
      void socket.write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 100\r\n\r\nx");
    await follow();
    await until("two tries", () => problems.length >= 2, 500);
    assert.match(logged, /answers HTTP 503/);
  });

  test("an answer that drips is given up when it takes too long", async () => {
    let drip: NodeJS.Timeout | undefined;
    api.script = (_request, socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
      clearInterval(drip);
      drip = setInterval(() => socket.write("x"), 2);
    };
    await follow();
    await until("it is given up", () => problems.includes("timeout"), 1_000);
    clearInterval(drip);
    assert.match(logged, /not complete after 2 min/);
  });

  test("a node that can never be read is no reason to list again and again", async () => {
    const withFlaw = [...three, { metadata: { name: "d" } }];
    api.script = (request, socket) => {
      if (isWatch(request)) socket.write(watchHead);
      else if (request.query.get("limit") === "1")
        socket.write(answer("200 OK", nodeList(three.slice(0, 1), { continue: "x", remainingItemCount: 3 })));
      else socket.write(answer("200 OK", nodeList(withFlaw)));
    };
    await follow({ scanMs: 10_000 });
    await until("many checks", () => lists().length > 12, 5_000);
    assert.equal(lists().filter(({ query }) => query.get("limit") === "50").length, 1);
    assert.equal(logged.match(/cannot be read/g)?.length, 1);
  });

  test("a connection that was kept and has been closed meanwhile is no failure of the API", async () => {
    let served = 0;
    const seen = new Set<Socket>();
    api.script = (request, socket) => {
      if (isWatch(request)) return void socket.write(watchHead);
      // A second request on the same connection finds it closed.
      if (seen.has(socket)) return void socket.resetAndDestroy();
      seen.add(socket);
      served++;
      socket.write(answer("200 OK", nodeList(three)));
    };
    await follow({ scanMs: 1_000 });
    await until("several checks", () => served >= 5, 500);
    assert.deepEqual([problems, logged], [[], ""]);
    assert.deepEqual(new Set(statuses), new Set([200]));
  });

  test("a bug in whoever hears of a node is no failure of the API", async () => {
    sink.upsert = () => {
      throw new TypeError("a bug");
    };
    await follow();
    await assert.rejects(running, /a bug/);
    running = Promise.resolve();
    assert.deepEqual([problems, logged], [[], ""]);
  });

  test("an API that is not there is told of with what to look at", async () => {
    const gone = new ScriptedApi(() => {});
    const url = await gone.start();
    await gone.stop();
    await follow({ url });
    await until("two tries", () => problems.length >= 2);
    assert.deepEqual(new Set(problems), new Set(["connection"]));
    assert.match(logged, /nothing listens there \(connection refused\); no node is known/);
  });

  test("items without metadata or status take no known node away", async () => {
    api.script = quiet(nodeList(three));
    await follow({ scanMs: 60_000 });
    await until("a watch", () => watches().length === 1);
    const named = { metadata: { name: "b" } };
    for (const [items, remaining] of [
      [
        [three[0], named],
        ["a", "b"],
      ],
      [
        [three[0], {}],
        ["a", "b"],
      ],
    ] as const) {
      const before = lists().length;
      api.script = (request, socket) => {
        if (!isWatch(request)) socket.write(answer("200 OK", nodeList(items)));
        else socket.write(watches().length % 2 === 0 ? onTheWire(capture("watch-expired-410.http")) : watchHead);
      };
      api.cut();
      await until("a new list", () => lists().length > before);
      await until("it is taken over", () => problems.includes("bad_node"));
      assert.deepEqual(sink.names, remaining);
    }
    assert.deepEqual(sink.removed, ["c"]);
    assert.match(logged, /node b that cannot be read: it has no status; what was known of it stays/);
  });

  test("a change in the watch that is no node changes nothing", async () => {
    api.script = (request, socket) => {
      if (!isWatch(request)) socket.write(answer("200 OK", nodeList(three)));
      else
        socket.write(
          watchHead +
            watchEvent("MODIFIED", { metadata: { name: "a", resourceVersion: "101" } }) +
            watchEvent("DELETED", {}),
        );
    };
    await follow();
    await until("both were seen", () => problems.length === 2);
    assert.deepEqual([problems, sink.names, sink.removed], [["bad_node", "bad_node"], ["a", "b", "c"], []]);
  });

  test("a list without a single node is believed only after two scans, and then loudly", async () => {
    await follow({ scanMs: 60_000 });
    await until("a watch", () => watches().length === 1);
    let emptyLists = 0;
    const startMs = clock.nowMs();
    api.script = (request, socket) => {
      if (isWatch(request)) {
        socket.write(emptyLists === 0 ? onTheWire(capture("watch-expired-410.http")) : watchHead);
        return;
      }
      emptyLists++;
      assert.equal(sink.size, 3, `gone after ${emptyLists} empty lists`);
      socket.write(answer("200 OK", nodeList([])));
    };
    api.cut();
    await until("the nodes are gone", () => sink.size === 0, 500);
    assert.ok(emptyLists >= 3, `${emptyLists}`);
    assert.ok(clock.nowMs() - startMs >= 120_000, `gone after ${clock.nowMs() - startMs} ms`);
    assert.match(logged, /has had no node in \d+ lists; none is probed any more/);
  });

  test("an empty list that says there is more is nonsense", async () => {
    await follow();
    await until("a watch", () => watches().length === 1);
    api.script = (request, socket) => {
      if (isWatch(request)) socket.write(onTheWire(capture("watch-expired-410.http")));
      else socket.write(answer("200 OK", nodeList([], { remainingItemCount: 5 })));
    };
    api.cut();
    await until("five tries", () => problems.length >= 5, 1_000);
    assert.deepEqual(sink.removed, []);
    assert.match(logged, /empty and yet says that 5 are left/);
  });

  test("what a gateway says back of a request is shown in no log line, whole or cut", async () => {
    api.script = ({ authorization }, socket) => void socket.write(answer("200 OK", `you sent ${authorization}`));
    await follow();
    await until("it is told", () => /not JSON/.test(logged));
    assert.ok(!logged.includes(token.slice(0, 8)), logged);
  });

  test("a watch that lost something is found out by the number of nodes, twice asked, and mended by a list", async () => {
    const four = [...three, nodeObject("d", "192.0.2.4")];
    await follow({ scanMs: 60_000 });
    await until("a watch", () => watches().length === 1);
    api.script = (request, socket) => {
      if (isWatch(request)) socket.write(watchHead);
      else if (request.query.get("limit") === "1")
        socket.write(answer("200 OK", nodeList(four.slice(0, 1), { continue: "x", remainingItemCount: 3 })));
      else socket.write(answer("200 OK", nodeList(four)));
    };
    await until("the lost node is there", () => sink.size === 4, 10_000);
    assert.deepEqual([restarts.at(-1), sink.removed], ["resync", []]);
    assert.equal(lists().filter(({ query }) => query.get("limit") === "1").length, 2);
  });

  test("while a watch runs, the API is asked once a scan, and that costs one node, not all", async () => {
    api.script = (request, socket) => {
      if (isWatch(request)) socket.write(watchHead);
      else if (request.query.get("limit") === "1")
        socket.write(answer("200 OK", nodeList(three.slice(0, 1), { continue: "x", remainingItemCount: 2 })));
      else socket.write(answer("200 OK", nodeList(three)));
    };
    await follow({ scanMs: 60_000 });
    await until("seven minutes", () => clock.nowMs() > 425_000, 5_000);
    assert.equal(lists().filter(({ query }) => query.get("limit") === "50").length, 1);
    const asked = lists().filter(({ query }) => query.get("limit") === "1").length;
    assert.ok(asked >= 6 && asked <= 7, `asked ${asked} times`);
    assert.ok(syncs >= 7, `${syncs}`);
  });

  test("a server that asks to be left alone is left alone for that long", async () => {
    api.script = (_request, socket) => void socket.write(answer("503 Service Unavailable", "", "Retry-After: 20\r\n"));
    await follow();
    const startMs = clock.nowMs();
    await until("three tries", () => api.requests.length === 3, 500);
    assert.ok(clock.nowMs() - startMs >= 40_000, `${clock.nowMs() - startMs} ms`);
  });

  test("the token stands in no log line, not even where the API says it back", async () => {
    api.script = (request, socket) => {
      const said = JSON.stringify({ kind: "Status", message: `bad header ${request.authorization}`, code: 400 });
      socket.write(answer("400 Bad Request", said));
    };
    await follow();
    await until("it is told", () => /bad header/.test(logged));
    assert.ok(!logged.includes(token), logged);
    assert.match(logged, /\[redacted\]/);
  });
});

function continueOf(name: string): string {
  return JSON.parse(capture(name).body).metadata.continue;
}
