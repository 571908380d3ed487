import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, test } from "node:test";
import type { Problem } from "../../../src/api/problem.ts";
import type { Question } from "../../../src/api/queries.ts";
import { systemClock } from "../../../src/clock.ts";
import { filesAtMost } from "../../../src/history/file-parts.ts";
import { Api } from "../../../src/http/api/api.ts";
import type { Answer } from "../../../src/http/server.ts";
import { eventually } from "../../support/eventually.ts";
import { FakeApiSource } from "../../support/fake-api-source.ts";
import { minuteMs } from "../../support/fake-history-view.ts";
import { serveApi, smallView } from "../../support/serve-api.ts";

/** Fifteen columns each, far more than an answer may have rows as JSON. */
function largeView(nodes = 2_500) {
  const view = smallView();
  for (let node = 0; node < nodes; node++) {
    const { id } = view.add({ node: `n${node}`, zone: "z", key: `N${node}`, address: `192.0.2.9:${node}` });
    view.tell(id, 2 * minuteMs);
  }
  return view;
}

const linesOf = (body: string) => body.trimEnd().split("\r\n");

describe("a CSV file", () => {
  test("of an overview has each node that is asked for, once and in order", async (t) => {
    const { get, source } = await serveApi(t, largeView());
    const { status, body } = await get("/api/v1/overview?nodes=all&range=15m&format=csv");
    const [names, ...lines] = linesOf(body);
    assert.deepEqual([status, names], [200, "time,cluster,zone,node,target,trouble,level"]);
    const nodes = lines.map((line) => line.split(",")[3] as string);
    const order = [...new Set(nodes)];
    assert.equal(order.length, 2_502);
    assert.equal(order[0], "b1", "what is down first");
    assert.deepEqual(order.slice(1), order.slice(1).toSorted());
    assert.ok(order.every((node, place) => nodes.indexOf(node) === place * (lines.length / 2_502)));
    assert.equal(source.files.size, 0, "nothing is held any more");
  });

  test("has as many as a limit says, from an offset on, and the same as JSON has", async (t) => {
    const { get } = await serveApi(t, largeView());
    const query = "/api/v1/overview?nodes=all&range=15m&offset=700&limit=3";
    const { nodes } = JSON.parse((await get(query)).body) as { nodes: { node: string }[] };
    const lines = linesOf((await get(`${query}&format=csv`)).body).slice(1);
    assert.deepEqual(
      [...new Set(lines.map((line) => line.split(",")[3]))],
      nodes.map(({ node }) => node),
    );
    assert.equal((await get("/api/v1/overview?limit=501&format=csv")).status, 400);
  });

  test("of targets, and of events, has all of them", async (t) => {
    const view = largeView();
    const [happened] = view.happened;
    assert.ok(happened);
    for (let event = 1; event < 2_300; event++) view.happened.push({ ...happened, text: `e${event}` });
    const { get } = await serveApi(t, view);
    assert.equal(linesOf((await get("/api/v1/targets?format=csv")).body).length, 1 + 2_502);
    const events = linesOf((await get("/api/v1/history/events?format=csv")).body);
    assert.deepEqual([events.length, new Set(events).size], [1 + 2_300, 1 + 2_300]);
    assert.equal(linesOf((await get("/api/v1/history/events?format=csv&limit=7")).body).length, 1 + 7);
  });

  test("of what nobody knows is a problem", async (t) => {
    const { get } = await serveApi(t);
    for (const path of ["overview?zone=nope", "targets?cluster=nope", "history?key=x", "history/events?key=x"]) {
      assert.equal((await get(`/api/v1/${path}&format=csv`)).status, 404, path);
    }
  });

  test("that is not read, or of which only the headers are asked for, holds nothing", async (t) => {
    const { get, source, port } = await serveApi(t, largeView());
    const path = "/api/v1/overview?nodes=all&range=15m&format=csv";
    assert.equal((await get(path, { method: "HEAD" })).body, "");
    await eventually("it is let go", () => source.files.size === 0);
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.pause();
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await eventually("it is begun", () => source.asked.length === 2);
    socket.destroy();
    await eventually("it is let go, too", () => source.files.size === 0);
    assert.equal((await get(path)).status, 200);
  });

  test("breaks off where its rest cannot be read: nobody takes a part for the whole", async (t) => {
    const { get, source, refused } = await serveApi(t, largeView(), undefined, () => {});
    const next = source.files.next.bind(source.files);
    let parts = 0;
    source.files.next = (id) => {
      if (++parts === 2) throw new Error("the thread has died");
      return next(id);
    };
    await assert.rejects(get("/api/v1/overview?nodes=all&range=15m&format=csv"));
    assert.deepEqual(refused, []);
  });

  test("that could not be begun has given its place back", async (t) => {
    const failures: string[] = [];
    const { get, source } = await serveApi(t, smallView(), undefined, (_, { message }) => failures.push(message));
    source.instead = () => Promise.reject(new Error("a bug"));
    for (let file = 0; file < 5; file++) assert.equal((await get("/api/v1/targets?format=csv")).status, 500);
    assert.deepEqual(new Set(failures), new Set(["a bug"]));
    source.instead = undefined;
    assert.equal((await get("/api/v1/targets?format=csv")).status, 200);
  });

  test("that loses its place before its first part is there is given up, and says why", async () => {
    let [asked, givenUp] = [0, 0];
    const read = (_: Question, gone: AbortSignal) =>
      new Promise<Problem>((resolve) => {
        asked++;
        gone.addEventListener("abort", () => {
          givenUp++;
          resolve({ problem: "gone" });
        });
      });
    const api = new Api(Object.assign(new FakeApiSource(smallView()), { read }), systemClock);
    const ending = new AbortController();
    const askFrom = async (peer: string): Promise<Answer> => {
      const query = new URLSearchParams("format=csv");
      return (await api.routes["/api/v1/targets"]?.({ headers: {}, query, peer, gone: ending.signal })) as Answer;
    };
    const first = Array.from({ length: filesAtMost }, () => askFrom("192.0.2.1"));
    await eventually("two are being made, and two wait", () => asked === 2);
    const newcomer = askFrom("192.0.2.2");
    const { status, body, headers } = await (first[0] as Promise<Answer>);
    assert.deepEqual([status, headers?.["Retry-After"], givenUp], [503, "1", 1]);
    assert.match(String(body), /4 files are being sent; ask again/);
    ending.abort();
    await Promise.all([...first, newcomer]);
  });
});
