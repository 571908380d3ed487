import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { allVerbs, readVerbs } from "../../src/sandbox/access.ts";
import { SandboxApi } from "../../src/sandbox/api.ts";
import { makeCertificates } from "../../src/sandbox/certificates.ts";
import { NodeStore } from "../../src/sandbox/store.ts";
import { capture } from "../support/captures.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { capturedNodes } from "./captured-nodes.ts";
import { type Answer, ask, type Loose, type RequestOptions, watch } from "./client.ts";

const certificates = await makeCertificates(Date.now());
const clock = new FakeClock();
const store = new NodeStore({ unixMs: () => clock.unixMs() });
let api: SandboxApi;
let admin = "";
let reader = "";

before(async () => {
  api = new SandboxApi({ store, clock, certificates, bookmarkMs: 1000 });
  await api.start();
  admin = api.access.grant("admin", allVerbs, { admin: true });
  reader = api.access.grant("pingo", readVerbs);
});

after(() => api.stop());

beforeEach(() => {
  for (const { metadata } of store.list()) store.delete(metadata.name);
  for (const node of capturedNodes()) store.create(node);
});

const target = () => ({ apiUrl: api.url, caPem: certificates.caPem });
const get = (path: string, options: RequestOptions = {}) => ask(target(), path, { token: reader, ...options });
const write = (method: string, path: string, body: object, contentType = "application/json") =>
  ask(target(), path, { token: admin, method, body, contentType });
const json = (answer: Answer) => JSON.parse(answer.text);
const namesOf = (answer: Answer): string[] => json(answer).items.map((item: Loose) => item.metadata.name);

/** Header names as they come on the wire; Node's server adds Connection, which a Go server leaves out. */
function headerNames(rawHeaders: string[]): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 0).filter((name) => !/^(connection|keep-alive)$/i.test(name));
}

function capturedHeaderNames(name: string): string[] {
  return [...capture(name).head.matchAll(/^([^:\r\n]+): /gm)].map((match) => match[1] ?? "");
}

/** Every path of keys in a value, arrays taken together: its shape. */
function shapeOf(value: unknown, path = ""): Set<string> {
  if (Array.isArray(value)) return new Set(value.flatMap((item) => [...shapeOf(item, `${path}[]`)]));
  if (typeof value !== "object" || value === null) return new Set([path]);
  return new Set(Object.entries(value).flatMap(([key, item]) => [...shapeOf(item, `${path}.${key}`)]));
}

describe("answers have the captured form", () => {
  for (const [name, path, token] of [
    ["unauthorized-401.http", "/api/v1/nodes", undefined],
    ["unauthorized-401.http", "/api/v1/nodes", "wrong"],
    ["forbidden-403.http", "/api/v1/pods", "reader"],
    ["not-found-404.http", "/api/v1/nodes/absent", "reader"],
  ] as const) {
    test(`${name} for ${token === undefined ? "no token" : `a ${token} token`}`, async () => {
      const options = { headers: { "user-agent": "curl/8" } };
      const bearer = token === "reader" ? reader : token;
      const answer = await ask(target(), path, bearer === undefined ? options : { ...options, token: bearer });
      assert.equal(answer.text, capture(name).body.trimEnd());
      assert.equal(`HTTP/1.1 ${answer.status}`, capture(name).head.slice(0, 12));
      assert.deepEqual(headerNames(answer.rawHeaders).sort(), capturedHeaderNames(name).sort());
      assert.equal(answer.headers["cache-control"], "no-cache, private");
    });
  }

  test("a list, page by page, with its headers", async () => {
    let token = "";
    for (const name of ["list-page-1-of-3.http", "list-page-2-of-3.http", "list-page-3-of-3.http"]) {
      const answer = await get(`/api/v1/nodes?limit=4&continue=${encodeURIComponent(token)}`);
      const captured = JSON.parse(capture(name).body);
      // Servers keep book of who wrote which field there; nothing that reads nodes needs it.
      for (const item of captured.items) delete item.metadata.managedFields;
      assert.deepEqual([...shapeOf(json(answer))].sort(), [...shapeOf(captured)].sort());
      assert.deepEqual(Object.keys(json(answer)), Object.keys(captured));
      assert.deepEqual(headerNames(answer.rawHeaders), capturedHeaderNames(name));
      assert.equal(json(answer).metadata.remainingItemCount, captured.metadata.remainingItemCount);
      assert.deepEqual(
        json(answer).items.map((item: Loose) => [item.metadata.name, item.spec, item.status]),
        captured.items.map((item: Loose) => [item.metadata.name, item.spec, item.status]),
      );
      token = json(answer).metadata.continue;
    }
    assert.equal(token, undefined);
  });

  test("a table", async () => {
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    const answer = await get("/api/v1/nodes?includeObject=None", { headers: { accept } });
    const captured = JSON.parse(capture("list-table.http").body);
    assert.deepEqual(shapeOf(json(answer)), shapeOf(captured));
  });

  test("a watch too old: 200, then an ERROR with 410", async () => {
    const stream = await watch(target(), "/api/v1/nodes?watch=1&resourceVersion=1", { token: reader });
    assert.equal(await stream.ended, "ended");
    assert.equal(stream.status, 200);
    assert.deepEqual(headerNames(stream.rawHeaders), capturedHeaderNames("watch-expired-410.http"));
    const captured = JSON.parse(capture("watch-expired-410.http").body);
    captured.object.message = `too old resource version: 1 (${store.oldestVersion})`;
    assert.deepEqual(stream.events, [captured]);
  });

  test("a list as a stream where the storage cannot: 200, then an ERROR with 500", async () => {
    const old = new SandboxApi({ store, clock, certificates, streamingLists: "storage cannot" });
    await old.start();
    const token = old.access.grant("pingo", readVerbs);
    const stream = await watch({ apiUrl: old.url, caPem: certificates.caPem }, streamPath, { token });
    await stream.ended;
    await old.stop();
    assert.deepEqual(stream.events, [JSON.parse(capture("watch-initial-events-unsupported.http").body)]);
  });

  test("a bookmark", async () => {
    const path = `/api/v1/nodes?watch=1&allowWatchBookmarks=true&resourceVersion=${store.version}`;
    const stream = await watch(target(), path, { token: reader });
    await clock.advance(1000);
    await eventually("a bookmark comes", () => stream.events.length === 1);
    const captured = capture("watch-changes.http")
      .body.split("\n")
      .filter((line) => line.includes("BOOKMARK"))
      .map((line) => JSON.parse(line))[0];
    captured.object.metadata.resourceVersion = String(store.version);
    assert.deepEqual(stream.events[0], captured);
    stream.close();
  });
});

const streamPath =
  "/api/v1/nodes?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";

describe("a list as a stream", () => {
  test("is every node, a bookmark that says so, and then what happens", async () => {
    const nodes = store.list();
    const stream = await watch(target(), streamPath, { token: reader });
    await eventually("the bookmark comes", () => stream.events.length === nodes.length + 1);
    const [bookmark] = stream.events.splice(-1);
    assert.deepEqual(
      stream.events.map(({ type, object }) => [type, object.metadata.name]),
      nodes.map(({ metadata }) => ["ADDED", metadata.name]),
    );
    assert.equal(bookmark.type, "BOOKMARK");
    assert.deepEqual(bookmark.object.metadata, {
      resourceVersion: String(store.version),
      annotations: { "k8s.io/initial-events-end": "true" },
    });
    store.delete("worker-v6-only");
    await eventually("the deletion comes", () => stream.events.at(-1)?.type === "DELETED");
    await clock.advance(1000);
    await eventually("a bookmark of the usual kind", () => stream.events.at(-1)?.type === "BOOKMARK");
    assert.equal(stream.events.at(-1)?.object.metadata.annotations, undefined);
    stream.close();
  });

  test("what happens while it is on its way comes after its bookmark", async () => {
    const crowd = new NodeStore({ unixMs: () => clock.unixMs() });
    const [first] = capturedNodes();
    const images = [{ names: ["x".repeat(2_000_000)], sizeBytes: 1 }];
    for (let index = 0; index < 20; index++) {
      const { metadata, spec, status } = first as NonNullable<typeof first>;
      crowd.create({ metadata: { ...metadata, name: `n${index}` }, spec, status: { ...status, images } });
    }
    const large = new SandboxApi({ store: crowd, clock, certificates });
    await large.start();
    const token = large.access.grant("pingo", readVerbs);
    const stream = await watch({ apiUrl: large.url, caPem: certificates.caPem }, streamPath, { token });
    crowd.delete("n0");
    await eventually("the deletion comes", () => stream.events.at(-1)?.type === "DELETED");
    await large.stop();
    assert.deepEqual(
      stream.events.map(({ type }) => type),
      [...Array(20).fill("ADDED"), "BOOKMARK", "DELETED"],
    );
  });

  for (const [query, field] of [
    ["sendInitialEvents=true", "resourceVersionMatch: Forbidden: sendInitialEvents requires"],
    [
      "resourceVersionMatch=NotOlderThan",
      "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch",
    ],
  ] as const) {
    test(`needs both parameters: ${query} alone is 422`, async () => {
      const answer = await get(`/api/v1/nodes?watch=1&${query}`);
      assert.deepEqual([answer.status, json(answer).reason], [422, "Invalid"]);
      assert.ok(json(answer).message.includes(field), json(answer).message);
    });
  }

  test("is 422 where the feature is switched off", async () => {
    const off = new SandboxApi({ store, clock, certificates, streamingLists: "switched off" });
    await off.start();
    const token = off.access.grant("pingo", readVerbs);
    const answer = await ask({ apiUrl: off.url, caPem: certificates.caPem }, streamPath, { token });
    await off.stop();
    assert.equal(answer.status, 422);
  });
});

describe("listing", () => {
  test("any version (0) comes from the cache, whole, whatever the limit", async () => {
    const answer = json(await get("/api/v1/nodes?limit=2&resourceVersion=0"));
    assert.equal(answer.items.length, store.list().length);
    assert.equal(answer.metadata.continue, undefined);
  });

  test("a fault can ask for patience", async () => {
    api.setFault({ kind: "status", status: 429, retryAfter: "7" });
    const answer = await get("/api/v1/nodes");
    api.setFault(undefined);
    assert.deepEqual(
      [answer.status, answer.headers["retry-after"], json(answer).reason],
      [429, "7", "TooManyRequests"],
    );
  });

  test("a page that continues shows the list as it was", async () => {
    const first = json(await get("/api/v1/nodes?limit=9"));
    store.delete("worker-v6-only");
    const second = await get(`/api/v1/nodes?limit=9&continue=${first.metadata.continue}`);
    assert.deepEqual(namesOf(second), ["worker-v6-only"]);
    assert.equal(json(second).metadata.resourceVersion, first.metadata.resourceVersion);
  });

  test("a continue token whose list is forgotten is answered with 410", async () => {
    const { metadata } = json(await get("/api/v1/nodes?limit=2"));
    store.forgetEvents();
    const answer = await get(`/api/v1/nodes?limit=2&continue=${metadata.continue}`);
    assert.equal(answer.status, 410);
    assert.equal(json(answer).reason, "Expired");
  });

  test("selectors choose, and a selected page counts nothing that is left", async () => {
    assert.deepEqual(namesOf(await get("/api/v1/nodes?fieldSelector=metadata.name%3Dcustom-port")), ["custom-port"]);
    const role = encodeURIComponent("node-role.kubernetes.io/control-plane");
    assert.deepEqual(namesOf(await get(`/api/v1/nodes/?labelSelector=${role}`)), ["control-plane-1"]);
    const page = json(await get(`/api/v1/nodes?limit=1&labelSelector=${encodeURIComponent("kubernetes.io/os=linux")}`));
    assert.equal(page.metadata.remainingItemCount, undefined);
    assert.ok(page.metadata.continue);
  });

  for (const query of [
    "limit=x",
    "continue=%00",
    "resourceVersion=abc",
    "labelSelector=a%3Db%3Dc",
    "fieldSelector=x%3Dy",
  ]) {
    test(`${query} is answered with 400`, async () => {
      const answer = await get(`/api/v1/nodes?${query}`);
      assert.equal(answer.status, 400);
      assert.equal(json(answer).reason, "BadRequest");
    });
  }

  test("a resourceVersion that was not reached is answered with 504", async () => {
    const answer = await get("/api/v1/nodes?resourceVersion=999999");
    assert.equal(answer.status, 504);
    assert.equal(json(answer).details.causes[0].reason, "ResourceVersionTooLarge");
  });

  test("long answers are compressed for those who accept it, short ones are not", async () => {
    const headers = { "accept-encoding": "gzip" };
    assert.equal((await get("/api/v1/nodes", { headers })).headers["content-encoding"], undefined);
    for (let count = 0; count < 100; count++) {
      const [node] = capturedNodes();
      if (node) store.create({ ...node, metadata: { name: `copy-${count}` } });
    }
    const agent = { ...headers, "user-agent": "x" };
    const plain = await get("/api/v1/nodes");
    assert.ok(plain.text.length > 128 * 1024);
    assert.equal(plain.headers["content-encoding"], undefined);
    assert.equal((await get("/api/v1/nodes", { headers: agent })).headers["content-encoding"], "gzip");
    assert.throws(() => gunzipSync(Buffer.from(plain.text)));
  });

  test("a protobuf alone is not acceptable, with JSON beside it it is", async () => {
    const protobuf = "application/vnd.kubernetes.protobuf";
    assert.equal((await get("/api/v1/nodes", { headers: { accept: protobuf } })).status, 406);
    assert.equal((await get("/api/v1/nodes", { headers: { accept: `${protobuf},application/json` } })).status, 200);
  });
});

describe("watching", () => {
  const open = (query = "") => watch(target(), `/api/v1/nodes?watch=true${query}`, { token: reader });
  const seen = (stream: { events: Loose[] }) =>
    stream.events.map(({ type, object }) => `${type} ${object.metadata.name} ${object.metadata.resourceVersion}`);

  test("goes on from a version, without gap or repetition", async () => {
    const from = store.version;
    store.delete("custom-port");
    const stream = await open(`&resourceVersion=${from}`);
    store.update("worker-dual-1", (node) => ({ ...node, spec: { ...node.spec, unschedulable: true } }));
    const [node] = capturedNodes();
    if (node) store.create({ ...node, metadata: { name: "newcomer" } });
    await eventually("three events come", () => stream.events.length === 3);
    assert.deepEqual(seen(stream), [
      `DELETED custom-port ${from + 1}`,
      `MODIFIED worker-dual-1 ${from + 2}`,
      `ADDED newcomer ${from + 3}`,
    ]);
    stream.close();
  });

  test("without a version begins with what is there", async () => {
    for (const query of ["", "&resourceVersion=0"]) {
      const stream = await open(query);
      await eventually("all nodes come", () => stream.events.length === store.list().length);
      assert.ok(stream.events.every(({ type }) => type === "ADDED"));
      stream.close();
    }
  });

  test("ends after timeoutSeconds, whole", async () => {
    const stream = await open(`&timeoutSeconds=3&resourceVersion=${store.version}`);
    await clock.advance(2999);
    assert.equal(api.watchCount, 1);
    await clock.advance(1);
    assert.equal(await stream.ended, "ended");
    assert.deepEqual(stream.events, []);
    await eventually("the timers are gone", () => api.watchCount === 0 && clock.pendingTimers === 0);
  });

  test("a selector's watch sees nodes enter and leave the selection", async () => {
    const stream = await open(`&labelSelector=pick&resourceVersion=${store.version}`);
    const label = (labels: { [key: string]: string }) =>
      store.update("custom-port", (node) => ({ ...node, metadata: { ...node.metadata, labels } }));
    label({ other: "" });
    label({ pick: "1" });
    label({ pick: "2" });
    label({});
    await eventually("three events come", () => stream.events.length === 3);
    assert.deepEqual(
      stream.events.map(({ type }) => type),
      ["ADDED", "MODIFIED", "DELETED"],
    );
    stream.close();
  });

  test("as a table, with the columns in the first event only", async () => {
    const headers = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json" };
    const stream = await watch(target(), "/api/v1/nodes?watch=1", { token: reader, headers });
    await eventually("all nodes come", () => stream.events.length === store.list().length);
    assert.deepEqual(
      stream.events.map(({ object }) => [object.kind, object.rows.length, object.columnDefinitions !== null]),
      store.list().map((_, index) => ["Table", 1, index === 0]),
    );
    stream.close();
  });

  test("a client that leaves is forgotten, timers and all", async () => {
    const stream = await open("&allowWatchBookmarks=true");
    await eventually("the watch runs", () => api.watchCount === 1);
    stream.close();
    await eventually("the watch is gone", () => api.watchCount === 0 && clock.pendingTimers === 0);
  });
});

describe("writing", () => {
  const merge = "application/merge-patch+json";
  const addresses = (node: Loose) => node.status.addresses?.map(({ address }: { address: string }) => address);

  test("POST creates, 201, and again is 409 AlreadyExists", async () => {
    const node = { apiVersion: "v1", kind: "Node", metadata: { name: "made" }, status: { capacity: { cpu: 8 } } };
    const created = await write("POST", "/api/v1/nodes", node);
    assert.equal(created.status, 201);
    assert.deepEqual(Object.keys(json(created)), ["kind", "apiVersion", "metadata", "spec", "status"]);
    assert.deepEqual(json(created).status.capacity, { cpu: "8" });
    const again = await write("POST", "/api/v1/nodes", node);
    assert.deepEqual([again.status, json(again).reason], [409, "AlreadyExists"]);
  });

  test("a patch of the node leaves the status alone, one of the status nothing but it", async () => {
    const patch = { metadata: { labels: { x: "y" } }, spec: { unschedulable: true }, status: { addresses: [] } };
    const before = store.get("custom-port");
    const main = json(await write("PATCH", "/api/v1/nodes/custom-port", patch, merge));
    assert.deepEqual([main.spec.unschedulable, main.status, main.metadata.labels.x], [true, before?.status, "y"]);
    const body = {
      spec: { unschedulable: null },
      status: { addresses: [{ type: "InternalIP", address: "127.0.0.9" }] },
    };
    const status = json(await write("PATCH", "/api/v1/nodes/custom-port/status", body, merge));
    assert.deepEqual([status.spec.unschedulable, addresses(status)], [true, ["127.0.0.9"]]);
  });

  test("PUT with a version that is past is 409 Conflict", async () => {
    const node = json(await get("/api/v1/nodes/custom-port"));
    node.spec.unschedulable = true;
    assert.equal((await write("PUT", "/api/v1/nodes/custom-port", node)).status, 200);
    const again = await write("PUT", "/api/v1/nodes/custom-port", { ...node, spec: {} });
    assert.deepEqual([again.status, json(again).reason], [409, "Conflict"]);
  });

  test("DELETE answers with Success and then 404", async () => {
    const uid = store.get("custom-port")?.metadata.uid;
    const deleted = await write("DELETE", "/api/v1/nodes/custom-port", {});
    assert.equal(deleted.status, 200);
    assert.deepEqual(json(deleted).details, { name: "custom-port", kind: "nodes", uid });
    assert.equal((await get("/api/v1/nodes/custom-port")).status, 404);
  });

  test("dryRun=All changes nothing", async () => {
    const version = store.version;
    const patch = { metadata: { labels: { x: "y" } } };
    assert.equal((await write("PATCH", "/api/v1/nodes/custom-port?dryRun=All", patch, merge)).status, 200);
    assert.equal((await write("DELETE", "/api/v1/nodes/custom-port?dryRun=All", {})).status, 200);
    assert.equal((await write("DELETE", "/api/v1/nodes/custom-port", { dryRun: ["All"] })).status, 200);
    assert.equal(store.version, version);
  });

  test("unknown fields: Strict refuses, Warn warns, Ignore drops", async () => {
    const node = (name: string) => ({ metadata: { name }, spec: { bogus: 1 } });
    const post = (name: string, how: string) => write("POST", `/api/v1/nodes?fieldValidation=${how}`, node(name));
    const strict = await post("one", "Strict");
    assert.equal(strict.status, 400);
    assert.match(json(strict).message, /strict decoding error: unknown field "spec.bogus"/);
    const warned = await post("two", "Warn");
    assert.equal(warned.headers.warning, '299 - "unknown field \\"spec.bogus\\""');
    const ignored = await post("three", "Ignore");
    assert.equal(ignored.headers.warning, undefined);
    assert.deepEqual(json(ignored).spec, {});
  });

  for (const [what, method, path, body, contentType, code] of [
    ["no JSON", "POST", "/api/v1/nodes", "{", "application/json", 400],
    ["an array", "POST", "/api/v1/nodes", "[]", "application/json", 400],
    ["another kind", "POST", "/api/v1/nodes", '{"kind":"Pod"}', "application/json", 400],
    [
      "a label that is a number",
      "POST",
      "/api/v1/nodes",
      '{"metadata":{"name":"x","labels":{"a":1}}}',
      "application/json",
      400,
    ],
    ["no name", "POST", "/api/v1/nodes", "{}", "application/json", 422],
    ["an odd name", "POST", "/api/v1/nodes", '{"metadata":{"name":"A_b"}}', "application/json", 422],
    ["another name", "PUT", "/api/v1/nodes/custom-port", '{"metadata":{"name":"x"}}', "application/json", 400],
    ["YAML", "POST", "/api/v1/nodes", "a: b", "application/yaml", 415],
    ["a server-side apply", "PATCH", "/api/v1/nodes/custom-port", "{}", "application/apply-patch+yaml", 415],
    [
      "a JSON patch that does not fit",
      "PATCH",
      "/api/v1/nodes/custom-port",
      "[{}]",
      "application/json-patch+json",
      400,
    ],
    ["a patch of what is absent", "PATCH", "/api/v1/nodes/absent", "{}", merge, 404],
    ["a body of 4 MiB", "POST", "/api/v1/nodes", `"${"x".repeat(4 << 20)}"`, "application/json", 413],
    ["a delete of everything", "DELETE", "/api/v1/nodes", "{}", "application/json", 405],
  ] as const) {
    test(`${what} is answered with ${code}`, async () => {
      const answer = await ask(target(), path, { token: admin, method, body, contentType });
      assert.deepEqual([answer.status, json(answer).kind], [code, "Status"]);
    });
  }

  test("a token that may only read is told which verb it lacks", async () => {
    const answer = await ask(target(), "/api/v1/nodes/custom-port/status", {
      token: reader,
      method: "PATCH",
      body: {},
    });
    assert.equal(answer.status, 403);
    const message = `nodes "custom-port" is forbidden: User "pingo" cannot patch resource "nodes/status" in API group "" at the cluster scope`;
    assert.equal(json(answer).message, message);
  });
});

describe("faults", () => {
  test("a status for every request, and running watches are cut", async () => {
    const stream = await watch(target(), "/api/v1/nodes?watch=1", { token: reader });
    api.setFault({ kind: "status", status: 500 });
    assert.equal(await stream.ended, "broken");
    assert.equal((await get("/api/v1/nodes")).status, 500);
    api.setFault(undefined);
    assert.equal((await get("/api/v1/nodes")).status, 200);
  });

  test("any body", async () => {
    api.setFault({ kind: "body", status: 200, contentType: "text/html", body: "<html>" });
    const answer = await get("/api/v1/nodes");
    api.setFault(undefined);
    assert.deepEqual([answer.text, answer.headers["content-type"]], ["<html>", "text/html"]);
  });

  test("an answer that breaks off", async () => {
    api.setFault({ kind: "cut" });
    await assert.rejects(get("/api/v1/nodes"), { code: "ECONNRESET" });
    api.setFault(undefined);
  });

  test("stop() breaks every connection and start() listens on the same port", async () => {
    const stream = await watch(target(), "/api/v1/nodes?watch=1", { token: reader });
    api.setFault({ kind: "hang" });
    const hanging = assert.rejects(get("/api/v1/nodes"));
    const { url } = api;
    await api.stop();
    await api.stop();
    await hanging;
    assert.equal(await stream.ended, "broken");
    await assert.rejects(get("/healthz"), { code: "ECONNREFUSED" });
    api.setFault(undefined);
    await api.start();
    assert.equal(api.url, url);
    assert.equal((await get("/healthz")).text, "ok");
  });

  test("a revoked token is answered with 401", async () => {
    const token = api.access.grant("passing", readVerbs);
    assert.equal((await get("/api/v1/nodes", { token })).status, 200);
    api.access.revoke(token);
    assert.equal((await get("/api/v1/nodes", { token })).status, 401);
  });
});

test("odd paths are answered, not crashed upon", async () => {
  for (const path of [
    "/",
    "//x",
    "/api/v1/nodes/%zz",
    "/api/v1//",
    "/api/v2",
    "/apis/apps/v1/daemonsets",
    "/api/v1/nodes/a/b/c",
  ]) {
    assert.equal((await get(path, { token: admin })).status, 404, path);
  }
  assert.equal((await ask(target(), "/version")).status, 200);
  assert.equal((await ask(target(), "/version", { token: "wrong" })).status, 401);
});
