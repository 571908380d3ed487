import assert from "node:assert/strict";
import { once } from "node:events";
import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { type TestContext, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import type { TcpAddress } from "../../src/http/listen-address.ts";
import { type Answer, HttpServer } from "../../src/http/server.ts";

const long = Buffer.from("as long as it takes to be worth it; ".repeat(1_000));
const plain = { status: 200, contentType: "text/plain" };

/** What comes of an answer for who takes `coding`. */
async function ask(
  t: TestContext,
  answer: Answer,
  coding: string,
): Promise<{ headers: IncomingHttpHeaders; body: Buffer }> {
  const server = new HttpServer({ routes: { "/": () => answer }, onError: (_path, error) => assert.fail(error) });
  t.after(() => server.stop());
  const [address] = await server.listen([{ host: "127.0.0.1", port: 0 }]);
  const { host, port } = address as TcpAddress;
  const request = http.get({ host, port, headers: { "Accept-Encoding": coding }, agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { headers: response.headers, body: Buffer.concat(chunks) };
}

test("an answer that is encoded already is sent as it is", async (t) => {
  const gzip = gzipSync(long);
  const encoded = { ...plain, body: [gzip], isEncoded: true, headers: { "Content-Encoding": "gzip" } };
  const { headers, body } = await ask(t, encoded, "gzip, zstd");
  assert.equal(headers["content-encoding"], "gzip");
  assert.ok(body.equals(gzip));
});

test("an answer that is not to be encoded is sent as it is, whole or in chunks", async (t) => {
  for (const given of [[long], long.toString()]) {
    const { headers, body } = await ask(t, { ...plain, body: given, isEncoded: true }, "gzip, zstd");
    assert.equal(headers["content-encoding"], undefined);
    assert.ok(body.equals(long));
  }
});

test("a length that the route knows is of what is not encoded: it keeps nothing from being so", async (t) => {
  const answer = { ...plain, body: [long], headers: { "Content-Length": String(long.length) } };
  const encoded = await ask(t, answer, "gzip");
  assert.deepEqual([encoded.headers["content-encoding"], encoded.headers["content-length"]], ["gzip", undefined]);
  assert.ok(gunzipSync(encoded.body).equals(long));
  const { headers, body } = await ask(t, answer, "identity");
  assert.deepEqual([headers["content-encoding"], headers["content-length"]], [undefined, String(long.length)]);
  assert.ok(body.equals(long));
});
