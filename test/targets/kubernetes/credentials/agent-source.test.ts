import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, describe, test } from "node:test";
import type { TLSSocket } from "node:tls";
import { type Certificates, makeCertificates } from "../../../../src/sandbox/certificates.ts";
import { AgentSource } from "../../../../src/targets/kubernetes/credentials/agent-source.ts";
import { type TlsMaterial, TlsSource } from "../../../../src/targets/kubernetes/credentials/tls-material.ts";
import { eventually } from "../../../support/eventually.ts";
import { ConnectProxy, type ConnectProxyOptions } from "./connect-proxy.ts";

const limits = { keepAliveAfterMs: 15_000, maxSockets: 4, maxFreeSockets: 2, proxyTimeoutMs: 10_000 };

let pems: Certificates;
let other: Certificates;
/** An API over TLS, and one without; each answers with what it saw of the client. */
let secure: https.Server;
let plain: http.Server;
let connections = 0;
const agents: AgentSource[] = [];
const proxies: ConnectProxy[] = [];

before(async () => {
  [pems, other] = await Promise.all([makeCertificates(Date.now()), makeCertificates(Date.now())]);
  const options = { cert: pems.certificatePem, key: pems.keyPem, requestCert: true, rejectUnauthorized: false };
  secure = https.createServer(options, answer);
  secure.on("connection", () => connections++);
  plain = http.createServer(answer);
  for (const server of [secure, plain]) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
});

after(() => {
  for (const server of [secure, plain]) {
    server.closeAllConnections();
    server.close();
  }
});

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.close();
  for (const proxy of proxies.splice(0)) await proxy.stop();
});

function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  const { authorization } = request.headers;
  const socket = request.socket as TLSSocket;
  const name = "encrypted" in socket ? socket.servername : undefined;
  const client = "encrypted" in socket ? socket.getPeerCertificate().fingerprint256 : undefined;
  const body = JSON.stringify({ path: request.url, authorization, name, client });
  // A watch: an answer that does not end.
  if (request.url === "/watch") response.write(body);
  else response.end(body);
}

function urlOf(server: http.Server, host = "127.0.0.1"): URL {
  const scheme = server === secure ? "https" : "http";
  return new URL(`${scheme}://${host}:${(server.address() as AddressInfo).port}`);
}

function agentsFor(server: URL, proxy?: URL, overrides: Partial<typeof limits> = {}): AgentSource {
  const source = new AgentSource({ server, proxy }, { ...limits, ...overrides });
  agents.push(source);
  return source;
}

async function proxyWith(options: ConnectProxyOptions = {}, credentials = "") {
  const proxy = new ConnectProxy(options);
  proxies.push(proxy);
  return { proxy, url: await proxy.start(credentials) };
}

const noTls = { ca: undefined, cert: undefined, key: undefined, insecure: false };

const trusting = (): TlsMaterial => ({ ca: pems.caPem, rejectUnauthorized: true });

/** Sends one request; resolves at its headers, rejects with its error. */
async function send(source: AgentSource, url: URL, tls: TlsMaterial = trusting(), tlsGeneration = 1) {
  const agent = source.agentFor({ headers: {}, tls, tlsGeneration });
  const send = url.protocol === "https:" ? https.request : http.request;
  const request = send(url, { agent, headers: { Authorization: "Bearer abc" } });
  request.on("error", () => {});
  request.end();
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  return { request, response };
}

async function get(source: AgentSource, url: URL, tls?: TlsMaterial, tlsGeneration?: number) {
  const { response } = await send(source, url, tls, tlsGeneration);
  let text = "";
  for await (const chunk of response) text += chunk;
  return JSON.parse(text);
}

describe("without a proxy", () => {
  test("one connection serves request after request, until the TLS material changes", async () => {
    const url = urlOf(secure);
    const source = agentsFor(url);
    const start = connections;
    for (let times = 0; times < 3; times++) await get(source, url);
    assert.equal(connections - start, 1);
    await get(source, url, trusting(), 2);
    assert.equal(connections - start, 2);
  });

  test("a watch goes on over its connection when the material changes, and ends with all", async () => {
    const url = urlOf(secure);
    const source = agentsFor(url);
    const { response } = await send(source, new URL("/watch", url));
    let ended = "";
    response.on("error", () => (ended = "cut"));
    response.resume();
    await get(source, url, trusting(), 2);
    await get(source, url, trusting(), 3);
    assert.equal(ended, "");
    source.close();
    await eventually("the watch is cut", () => ended === "cut");
  });

  test("the client's certificate is shown, and the server's is held against CA and name", async () => {
    const url = urlOf(secure);
    const pair = { cert: other.certificatePem, key: other.keyPem };
    const seen = await get(agentsFor(url), url, { ...trusting(), ...pair, servername: "kubernetes" });
    assert.equal(seen.name, "kubernetes");
    assert.match(seen.client, /^[0-9A-F:]{95}$/);
    const wrongCa = { ...trusting(), ca: other.caPem };
    await assert.rejects(get(agentsFor(url), url, wrongCa), { code: /SIGNATURE|CERT/ });
    const wrongName = { ...trusting(), servername: "other.example" };
    await assert.rejects(get(agentsFor(url), url, wrongName), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    const wrongAddress = new TlsSource({ ...noTls, serverName: "192.0.2.1" }, assert.fail, assert.fail).current(
      undefined,
    );
    assert.ok("tls" in wrongAddress);
    await assert.rejects(get(agentsFor(url), url, { ...wrongAddress.tls, ca: pems.caPem }), /192\.0\.2\.1/);
    await assert.rejects(get(agentsFor(url), url, { rejectUnauthorized: true }), { code: /CERT|SIGNATURE/ });
    await get(agentsFor(url), url, { rejectUnauthorized: false });
  });
});

describe("through a proxy", () => {
  test("a tunnel is opened to the API, with TLS inside, and used again", async () => {
    const { proxy, url: proxyUrl } = await proxyWith();
    const url = urlOf(secure);
    const source = agentsFor(url, proxyUrl);
    for (let times = 0; times < 3; times++) {
      assert.equal((await get(source, new URL("/api/v1/nodes?limit=1", url))).path, "/api/v1/nodes?limit=1");
    }
    assert.deepEqual(proxy.seen, [{ method: "CONNECT", url: url.host, authorization: undefined }]);
  });

  test("also to an API with a name, one that is meant to be another, and with a client certificate", async () => {
    const { proxy, url: proxyUrl } = await proxyWith();
    const url = urlOf(secure, "localhost");
    assert.equal((await get(agentsFor(url, proxyUrl), url)).name, "localhost");
    const pair = { cert: other.certificatePem, key: other.keyPem };
    const seen = await get(agentsFor(url, proxyUrl), url, { ...trusting(), ...pair, servername: "kubernetes" });
    assert.deepEqual([seen.name, typeof seen.client], ["kubernetes", "string"]);
    assert.equal(proxy.seen.at(-1)?.url, url.host);
  });

  test("the API's certificate is held against CA and name all the same", async () => {
    const { url: proxyUrl } = await proxyWith();
    const url = urlOf(secure);
    const wrongCa = { ...trusting(), ca: other.caPem };
    await assert.rejects(get(agentsFor(url, proxyUrl), url, wrongCa), { code: /SIGNATURE|CERT/ });
    const wrongName = { ...trusting(), servername: "other.example" };
    await assert.rejects(get(agentsFor(url, proxyUrl), url, wrongName), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    await get(agentsFor(url, proxyUrl), url, { rejectUnauthorized: false });
  });

  test("the proxy is told its user and password, and never the API's token", async () => {
    const { proxy, url: proxyUrl } = await proxyWith({}, "me:s%40cret@");
    const url = urlOf(secure);
    assert.equal((await get(agentsFor(url, proxyUrl), url)).authorization, "Bearer abc");
    const expected = `Basic ${Buffer.from("me:s@cret").toString("base64")}`;
    assert.deepEqual(
      proxy.seen.map(({ authorization }) => authorization),
      [expected],
    );
  });

  test("that speaks TLS itself, with a certificate of the cluster's CA", async () => {
    const tls = { cert: pems.certificatePem, key: pems.keyPem };
    const { proxy, url: proxyUrl } = await proxyWith({ tls });
    const url = urlOf(secure);
    await get(agentsFor(url, proxyUrl), url);
    assert.equal(proxy.seen.length, 1);
    const { url: unknown } = await proxyWith({ tls: { cert: other.certificatePem, key: other.keyPem } });
    await assert.rejects(get(agentsFor(url, unknown), url), { code: "EPROXY", message: /cannot be reached: / });
  });

  test("an API without TLS is asked for by its whole URL", async () => {
    const { proxy, url: proxyUrl } = await proxyWith({}, "me:secret@");
    const url = urlOf(plain);
    const source = agentsFor(url, proxyUrl);
    assert.equal((await get(source, new URL("/a?b", url))).path, "/a?b");
    const authorization = `Basic ${Buffer.from("me:secret").toString("base64")}`;
    assert.deepEqual(proxy.seen, [{ method: "GET", url: `${url.href}a?b`, authorization }]);
  });
});

describe("a proxy that opens no way", () => {
  for (const [what, reply, expected] of [
    ["wants a password", "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", /HTTP 407 .*; are user and password in/],
    ["forbids it", "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!", /HTTP 403 Forbidden$/],
    ["speaks no HTTP", "hello\r\n", /cannot be reached: Parse Error/],
    ["closes", "", /cannot be reached: socket hang up/],
  ] as const) {
    test(`because it ${what}`, async () => {
      const { proxy, url: proxyUrl } = await proxyWith({ answer: reply }, "me:s3cr3t@");
      const url = urlOf(secure);
      const source = agentsFor(url, proxyUrl);
      await assert.rejects(get(source, url), (error: NodeJS.ErrnoException) => {
        assert.match(error.message, expected);
        assert.match(error.message, /^the proxy http:\/\/127\.0\.0\.1:\d+ /);
        assert.ok(!error.message.includes("s3cr3t"));
        return error.code === "EPROXY";
      });
      await eventually("no connection is left", () => proxy.connections === 0);
      proxy.answer = undefined;
      await get(source, url);
    });
  }

  test("because it says nothing, for as long as it may", async () => {
    const { proxy, url: proxyUrl } = await proxyWith({ answer: "silence" });
    const url = urlOf(secure);
    const source = agentsFor(url, proxyUrl, { proxyTimeoutMs: 50 });
    await assert.rejects(get(source, url), { message: /opens no way to 127\.0\.0\.1:\d+ within 50 ms$/ });
    await eventually("no connection is left", () => proxy.connections === 0);
  });

  test("and is waited for no longer when all is closed", async () => {
    const { proxy, url: proxyUrl } = await proxyWith({ answer: "silence" });
    const url = urlOf(secure);
    const source = agentsFor(url, proxyUrl);
    const gotten = assert.rejects(get(source, url));
    await eventually("it was asked", () => proxy.seen.length === 1);
    source.close();
    source.close();
    await gotten;
    await eventually("no connection is left", () => proxy.connections === 0);
  });

  test("because nothing listens there", async () => {
    const { proxy, url: proxyUrl } = await proxyWith();
    await proxy.stop();
    const url = urlOf(secure);
    await assert.rejects(get(agentsFor(url, proxyUrl), url), { message: /cannot be reached: connect ECONNREFUSED/ });
  });
});
