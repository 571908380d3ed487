import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { ApiError, Overview } from "../../src/api/v1.ts";
import { unknownTarget } from "../../src/history/answers/unknown-target.ts";
import { type Access, ApiClient } from "../../src/top/api-client.ts";
import { parseEndpoint } from "../../src/top/endpoint.ts";
import { fetchAll } from "../../src/top/feed.ts";
import { initialState } from "../../src/top/state.ts";
import { TestAuthority } from "../http/test-authority.ts";
import { MockHistoryApi, makeRow } from "../support/mock-history-api.ts";
import { skipWithout } from "../support/need.ts";

const never = new AbortController().signal;

function clientOf(t: TestContext, url: string, changes: Partial<Access> = {}): ApiClient {
  const parsed = parseEndpoint(url);
  assert.ok("value" in parsed);
  const nothing = { user: parsed.value.user, ca: undefined, cert: undefined, key: undefined };
  const client = new ApiClient({ endpoint: parsed.value, ...nothing, ...changes });
  t.after(() => client.stop());
  return client;
}

async function listening(t: TestContext, server: Server, path?: string): Promise<number> {
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(path, resolve);
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return path === undefined ? (server.address() as AddressInfo).port : 0;
}

const serving = async (t: TestContext, listener: RequestListener) =>
  `http://127.0.0.1:${await listening(t, createServer(listener))}`;

const ok: RequestListener = (request, response) => response.end(JSON.stringify({ url: request.url }));

describe("a client of the API", () => {
  test("asks below the base path, with its parameters written as such", async (t) => {
    const url = await serving(t, ok);
    const answer = await clientOf(t, `${url}/base/`).get("overview", { search: "a&b=c" }, never);
    assert.deepEqual(answer, { value: { url: "/base/api/v1/overview?search=a%26b%3Dc" } });
  });

  test("asks over a Unix socket", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "pingo-top-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "socket");
    await listening(t, createServer(ok), path);
    const answer = await clientOf(t, `unix:${path}`).get("status", {}, never);
    assert.deepEqual(answer, { value: { url: "/api/v1/status" } });
  });

  test("gives the password of the URL", async (t) => {
    const url = await serving(t, ({ headers }, response) => response.end(JSON.stringify(headers.authorization)));
    const answer = await clientOf(t, url.replace("//", "//alice:s3cret@")).get("status", {}, never);
    assert.deepEqual(answer, { value: `Basic ${Buffer.from("alice:s3cret").toString("base64")}` });
  });

  test("believes the authority that it is given, and no stranger", { skip: skipWithout("openssl") }, async (t) => {
    const authority = new TestAuthority();
    t.after(() => authority.remove());
    const { cert, key } = authority.issue({ san: "IP:127.0.0.1" });
    const port = await listening(t, createTlsServer({ cert, key }, ok));
    const url = `https://127.0.0.1:${port}`;
    const { ca } = authority;
    assert.ok("value" in (await clientOf(t, url, { ca }).get("status", {}, never)));
    const answer = await clientOf(t, url).get("status", {}, never);
    assert.match("problem" in answer ? answer.problem : "", /certificate.*--ca-file/);
    const plain = await clientOf(t, `http://127.0.0.1:${port}`).get("status", {}, never);
    assert.deepEqual(plain, { problem: "connection closed; is it https://?" });
  });

  for (const [name, options, problem] of [
    [
      "that wants a client certificate",
      ({ ca }) => ({ requestCert: true, ca }),
      /^it wants a client certificate: --cert-file and --key-file$/,
    ],
    [
      "that wants a client certificate, of TLS 1.2",
      ({ ca }) => ({ requestCert: true, ca, maxVersion: "TLSv1.2" }),
      /^it refuses the TLS handshake; if it wants a client certificate: --cert-file and --key-file$/,
    ],
    [
      "of TLS 1.1 alone",
      () => ({ minVersion: "TLSv1.1", maxVersion: "TLSv1.1" }),
      /^TLS fails: .*alert protocol version$/,
    ],
  ] as const satisfies [string, (authority: TestAuthority) => ServerOptions, RegExp][]) {
    test(`says what is wrong: a server ${name}`, { skip: skipWithout("openssl") }, async (t) => {
      const authority = new TestAuthority();
      t.after(() => authority.remove());
      const { cert, key } = authority.issue({ san: "IP:127.0.0.1" });
      const port = await listening(t, createTlsServer({ cert, key, ...options(authority) }, ok));
      const client = clientOf(t, `https://127.0.0.1:${port}`, { ca: authority.ca });
      const answer = await client.get("status", {}, never);
      assert.match("problem" in answer ? answer.problem : "", problem);
    });
  }

  test("shows its own certificate to a server that wants one", { skip: skipWithout("openssl") }, async (t) => {
    const authority = new TestAuthority();
    t.after(() => authority.remove());
    const { cert, key } = authority.issue({ san: "IP:127.0.0.1" });
    const { ca } = authority;
    const port = await listening(t, createTlsServer({ cert, key, ca, requestCert: true }, ok));
    const client = clientOf(t, `https://127.0.0.1:${port}`, { ca, cert, key });
    assert.deepEqual(await client.get("status", {}, never), { value: { url: "/api/v1/status" } });
  });

  test("says that it is asked for TLS, or for HTTP, where there is none", async (t) => {
    const url = await serving(t, ok);
    const answer = await clientOf(t, url.replace("http:", "https:")).get("status", {}, never);
    assert.deepEqual(answer, { problem: "what answers there speaks no TLS; is it http://?" });
    const server = createTcpServer((socket) => void socket.on("error", () => {}).end("SSH-2.0-other\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const other = await clientOf(t, `http://127.0.0.1:${port}`).get("status", {}, never);
    assert.deepEqual(other, { problem: "what answers there speaks no HTTP; is the port right?" });
  });

  for (const [name, listener, problem] of [
    ["a wrong password", (_, response) => response.writeHead(401).end("no"), /password.*PINGO_TOP_USER/],
    ["no API", (_, response) => response.writeHead(404).end(), /404/],
    [
      "an answer that PinGo will never give",
      (_, response) => response.writeHead(404).end('{"error":"no history is kept here","type":"no-history"}'),
      /404: no history is kept here/,
    ],
    [
      "a place that the server does not know, in its own words",
      (_, response) => {
        const { status = 500, problem } = unknownTarget('eu "1"');
        response.writeHead(status).end(JSON.stringify({ error: problem } satisfies ApiError));
      },
      /^HTTP status 404: nothing is known of the target "eu \\"1\\""; \/api\/v1\/targets has all keys$/,
    ],
    ["an error that says why", (_, response) => response.writeHead(503).end('{"error":"busy"}'), /503: busy/],
    ["no JSON", (_, response) => response.end("<html>"), /no PinGo/],
    [
      "an answer that breaks off",
      (_, response) => response.writeHead(200, { "content-length": 9 }).write("x", () => response.destroy()),
      /./,
    ],
    ["an answer without an end", (_, response) => flood(response), /larger than 16 MB/],
  ] as const satisfies [string, RequestListener, RegExp][]) {
    test(`says what is wrong: ${name}`, async (t) => {
      const answer = await clientOf(t, await serving(t, listener)).get("status", {}, never);
      assert.match("problem" in answer ? answer.problem : "", problem);
    });
  }

  test("says what is wrong: nobody listens", async (t) => {
    const server = createServer();
    const port = await listening(t, server);
    await new Promise((resolve) => server.close(resolve));
    assert.deepEqual(await clientOf(t, `http://127.0.0.1:${port}`).get("status", {}, never), {
      problem: "connection refused",
    });
  });

  test("hears the names of a stream's events, split anywhere, until it ends", async (t) => {
    const url = await serving(t, (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write("event: hello\nda");
      setImmediate(() => response.write('ta: {"a":1}\n\nevent: ch'));
      setTimeout(() => response.end("ange\ndata: {}\n\n"), 20);
    });
    const heard: string[] = [];
    await clientOf(t, url).listen("events", (event) => heard.push(event), never);
    assert.deepEqual(heard, ["hello", "change"]);
  });
});

function flood(response: Parameters<RequestListener>[1]): void {
  const chunk = Buffer.alloc(1024 * 1024, " ");
  const more = (error?: Error | null) => {
    if (error == null) response.write(chunk, more);
  };
  more();
}

describe("all that a state shows", () => {
  test("is read page by page, a node that moved between two of them once, and no further than wanted", async (t) => {
    const api = new MockHistoryApi();
    t.after(() => api.stop());
    api.rows = Array.from({ length: 1_234 }, (_, index) => makeRow(`n${index}`));
    const client = clientOf(t, await api.start());
    const state = { ...initialState("", 80, 24, 0), wantedRows: 2_000 };
    const answer = await fetchAll(client, state, never);
    assert.ok("value" in answer);
    assert.equal(answer.value.overview.nodes.length, 1_234);
    assert.equal(api.asked.length, 3);
    const few = await fetchAll(client, { ...state, wantedRows: 500 }, never);
    assert.ok("value" in few);
    assert.deepEqual([few.value.overview.nodes.length, few.value.overview.nodesTotal], [500, 1_234]);
  });

  test("ends where a server gives the same page for ever", async (t) => {
    const url = await serving(t, (_, response) => {
      const nodes = [makeRow("a")];
      response.end(JSON.stringify({ nodes, clusters: [], nodesTotal: 9, nextOffset: 0 } satisfies Partial<Overview>));
    });
    assert.ok("value" in (await fetchAll(clientOf(t, url), initialState("", 80, 24, 0), never)));
  });
});
