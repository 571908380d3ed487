import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { eventually } from "../../support/eventually.ts";
import { serveApi } from "../../support/serve-api.ts";

describe("an answer of the API", () => {
  for (const [path, ask] of [
    ["/api/v1/overview?nodes=all&range=15m", "overview"],
    ["/api/v1/history?key=A1", "history"],
    ["/api/v1/history/events?kinds=down", "events"],
    ["/api/v1/zones", "zones"],
    ["/api/v1/targets", "targets"],
  ] as const) {
    test(`to ${path} is JSON that nobody keeps`, async (t) => {
      const { get, source } = await serveApi(t);
      const { status, headers, body } = await get(path);
      assert.deepEqual(
        [status, headers["content-type"], headers["cache-control"]],
        [200, "application/json", "no-store"],
      );
      assert.equal(typeof JSON.parse(body).nowMs, "number");
      assert.equal(source.asked[0]?.ask, ask);
    });

    test(`to ${path} is a CSV file where that is asked for`, async (t) => {
      const { get } = await serveApi(t);
      const { status, headers, body } = await get(`${path}${path.includes("?") ? "&" : "?"}format=csv`);
      assert.deepEqual([status, headers["content-type"]], [200, "text/csv; charset=utf-8; header=present"]);
      assert.match(
        headers["content-disposition"] ?? "",
        new RegExp(`^attachment; filename="pingo-${ask}-\\d{8}T\\d{6}Z\\.csv"$`),
      );
      assert.match(body, /^[a-z0-9_,]+\r\n/);
    });
  }

  test("of status is of the source", async (t) => {
    const { get, source } = await serveApi(t);
    const { status, body } = await get("/api/v1/status");
    assert.deepEqual([status, JSON.parse(body)], [200, source.status()]);
  });

  test("to a wrong question is 400 with a sentence, and nobody is asked", async (t) => {
    const { get, source } = await serveApi(t);
    const { status, headers, body } = await get("/api/v1/overview?limit=1e9");
    assert.deepEqual([status, headers["content-type"]], [400, "application/json"]);
    assert.deepEqual(JSON.parse(body), { error: 'limit="1e9" is no whole number from 1 to 500' });
    assert.deepEqual(source.asked, []);
  });

  for (const path of ["/api/v1/status", "/api/v1/openapi.json", "/api/v1/events"]) {
    test(`to ${path} takes no parameters`, async (t) => {
      const { get } = await serveApi(t);
      const { status, body } = await get(`${path}?x=1`);
      assert.deepEqual([status, JSON.parse(body)], [400, { error: 'there are no parameters here; leave "x" out' }]);
    });
  }

  test("about what is not known is 404", async (t) => {
    const { get } = await serveApi(t);
    assert.equal((await get("/api/v1/history?key=nobody")).status, 404);
  });

  test("of a history that cannot say is 503, and when to ask again", async (t) => {
    const { get, source } = await serveApi(t);
    source.instead = async () => ({ problem: "the disk is full" });
    const { status, headers, body } = await get("/api/v1/zones");
    assert.deepEqual([status, headers["retry-after"], JSON.parse(body)], [503, "1", { error: "the disk is full" }]);
  });

  test("to HEAD has the headers alone", async (t) => {
    const { get } = await serveApi(t);
    const { status, headers, body } = await get("/api/v1/zones", { method: "HEAD" });
    assert.deepEqual([status, headers["content-type"], body], [200, "application/json", ""]);
    const live = await get("/api/v1/events", { method: "HEAD" });
    assert.deepEqual([live.status, live.headers["content-type"], live.body], [200, "text/event-stream", ""]);
  });

  test("is encoded where that is asked for", async (t) => {
    const { port } = await serveApi(t);
    const headers = { "accept-encoding": "gzip" };
    const request = http.get({ host: "127.0.0.1", port, path: "/api/v1/overview?nodes=all", headers, agent: false });
    const [response] = await once(request, "response");
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    assert.equal(response.headers["content-encoding"], "gzip");
    assert.equal(JSON.parse(gunzipSync(Buffer.concat(chunks)).toString()).nodesTotal, 2);
  });

  test("of the document is told to be the same to who has it", async (t) => {
    const { get } = await serveApi(t);
    const { status, headers, body } = await get("/api/v1/openapi.json");
    assert.deepEqual([status, headers["cache-control"], JSON.parse(body).openapi], [200, "no-cache", "3.1.0"]);
    const again = await get("/api/v1/openapi.json", { headers: { "if-none-match": `"x", ${headers.etag}` } });
    assert.deepEqual(
      [again.status, again.body, again.headers.etag, again.headers["content-length"]],
      [304, "", headers.etag, undefined],
    );
    assert.equal((await get("/api/v1/openapi.json", { headers: { "if-none-match": '"x"' } })).status, 200);
  });
});

describe("too many questions", () => {
  test("are told to come again, and are answered once there is room", async (t) => {
    const { get, source } = await serveApi(t);
    const held = Promise.withResolvers<Uint8Array>();
    source.instead = () => held.promise;
    const answers = Array.from({ length: 40 }, (_, index) => get(`/api/v1/zones?range=${15 + index}m`));
    const early = Promise.race(answers);
    const { status, headers, body } = await early;
    assert.deepEqual([status, headers["retry-after"]], [503, "1"]);
    assert.deepEqual(JSON.parse(body), { error: "32 questions are waiting; ask again" });
    assert.equal((await get("/metrics")).status, 200);
    held.resolve(Buffer.from("{}"));
    const statuses = (await Promise.all(answers)).map((answer) => answer.status);
    assert.deepEqual(
      [statuses.filter((one) => one === 200).length, statuses.filter((one) => one === 503).length],
      [34, 6],
    );
  });

  test("of somebody who has gone are not asked any more", async (t) => {
    const { get, source, port } = await serveApi(t);
    const held = Promise.withResolvers<Uint8Array>();
    source.instead = () => held.promise;
    const first = [get("/api/v1/zones?range=1h"), get("/api/v1/zones?range=2h")];
    await eventually("two are under way", () => source.asked.length === 2);
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("GET /api/v1/zones HTTP/1.1\r\nHost: x\r\n\r\n");
    await get("/metrics");
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    held.resolve(Buffer.from("{}"));
    await Promise.all(first);
    assert.equal((await get("/api/v1/zones")).status, 200);
    assert.equal(source.asked.length, 3);
  });
});

describe("equal questions", () => {
  test("that are under way are asked once, and answered all", async (t) => {
    const { get, source } = await serveApi(t);
    const held = Promise.withResolvers<Uint8Array>();
    source.instead = () => held.promise;
    const answers = Array.from({ length: 50 }, () => get("/api/v1/overview?range=3h&nodes=sick"));
    const other = get("/api/v1/overview?nodes=sick&range=3h&format=csv");
    await eventually("both are asked", () => source.asked.length === 2);
    await get("/metrics");
    held.resolve(Buffer.from("{}"));
    const got = await Promise.all([...answers, other]);
    assert.deepEqual(
      [new Set(got.map(({ status, body }) => `${status} ${body}`)), source.asked.length],
      [new Set(["200 {}"]), 2],
    );
    await get("/api/v1/overview?range=3h&nodes=sick");
    assert.equal(source.asked.length, 3, "what is over is asked anew");
    assert.equal(source.listeners, 1, "for who has asked and may listen next, and none for what is over");
  });

  test("after a change are asked anew: what is under way may not have it", async (t) => {
    const { get, source } = await serveApi(t);
    const held = Promise.withResolvers<Uint8Array>();
    source.instead = () => held.promise;
    const answers = [get("/api/v1/zones"), get("/api/v1/zones")];
    await eventually("it is asked", () => source.asked.length === 1);
    source.changed("A1");
    answers.push(get("/api/v1/zones"));
    await eventually("it is asked again", () => source.asked.length === 2);
    held.resolve(Buffer.from("{}"));
    assert.deepEqual(
      (await Promise.all(answers)).map(({ status }) => status),
      [200, 200, 200],
    );
  });
});

test("an answer that is not read holds no place for those who read", async (t) => {
  const { get, source, port } = await serveApi(t);
  source.instead = async () => Buffer.alloc(20_000_000, 0x20);
  for (let count = 0; count < 16; count++) {
    const socket = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.1" });
    t.after(() => socket.destroy());
    socket.on("error", () => {});
    await once(socket, "connect");
    socket.pause();
    socket.write("GET /api/v1/zones HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  await eventually("all are asked", () => source.asked.length === 16);
  source.instead = undefined;
  assert.equal((await get("/api/v1/zones", { localAddress: "127.0.0.2" })).status, 200);
  assert.equal((await get("/metrics")).status, 200);
});
