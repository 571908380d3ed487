import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { connect, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { type Clock, systemClock } from "../../src/clock.ts";
import { Api } from "../../src/http/api/api.ts";
import type { ApiSource } from "../../src/http/api/source.ts";
import type { TcpAddress } from "../../src/http/listen-address.ts";
import { HttpServer, text } from "../../src/http/server.ts";
import { FakeApiSource } from "./fake-api-source.ts";
import { FakeHistoryView, minuteMs } from "./fake-history-view.ts";
import { makeNode } from "./make-node.ts";

/** Two nodes in two zones, of which one had trouble; as of now, for the routes have the clock of the wall. */
export function smallView(nowMs = Date.now()): FakeHistoryView {
  const view = new FakeHistoryView();
  view.nowMs = nowMs;
  const a = view.add({ node: "a1", zone: "a", key: "A1", cluster: "test" });
  const b = view.add({ node: "b1", zone: "b", key: "B1", cluster: "test" }, { live: { up: false, result: "timeout" } });
  view.has("test", makeNode({ name: "a1" }));
  view.apiStates.push({ cluster: "test", isUp: true, sinceMs: nowMs - 60 * minuteMs });
  view.tell(a.id, 2 * minuteMs);
  view.tell(b.id, 2 * minuteMs, { results: [0, 4, 0, 0, 0, 0], heat: 33, latenciesUs: [], synRetransmits: 8 });
  view.happened.push({
    atMs: nowMs - 2 * minuteMs,
    kind: "down",
    cluster: "test",
    node: "b1",
    target: "192.0.2.1:10250",
    key: "B1",
    zone: "b",
    result: "timeout",
    text: "b1 unreachable: timeout",
    synSent: 4,
    connectUs: null,
  });
  return view;
}

export interface Got {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** An API of a view behind a real server, which ends with the test. */
export async function serveApi(t: TestContext, view = smallView(), clock: Clock = systemClock, onError = failed) {
  const source = new FakeApiSource(view);
  return { source, ...(await serveSource(t, source, clock, onError)) };
}

export async function serveSource(t: TestContext, source: ApiSource, clock: Clock = systemClock, onError = failed) {
  const api = new Api(source, clock);
  const refused: string[] = [];
  const server = new HttpServer({
    routes: { ...api.routes, "/metrics": () => text(200, "up 1\n") },
    onError,
    onRefused: (reason) => void refused.push(reason),
  });
  t.after(async () => {
    api.stop();
    await server.stop();
  });
  const [address] = await server.listen([{ host: "127.0.0.1", port: 0 }]);
  const { port } = address as TcpAddress;
  const get = (path: string, options: http.RequestOptions = {}) => ask(port, path, options);
  return { api, server, port, get, refused };
}

async function ask(port: number, path: string, options: http.RequestOptions): Promise<Got> {
  const request = http.request({ host: "127.0.0.1", port, path, agent: false, ...options });
  request.end();
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) body += chunk;
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

/** Somebody who listens, and what was heard. `from`: the address that it comes from. */
export async function listener(t: TestContext, port: number, from = "127.0.0.1") {
  const socket: Socket = connect({ port, host: "127.0.0.1", localAddress: from });
  t.after(() => socket.destroy());
  const heard = { text: "", isEnded: false, isClosed: false };
  socket.setEncoding("utf8");
  socket.on("data", (data) => {
    heard.text += data;
  });
  socket.on("end", () => {
    heard.isEnded = true;
  });
  socket.on("close", () => {
    heard.isClosed = true;
  });
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
  return { socket, heard, events: () => eventsOf(heard.text) };
}

/** Name and data of each event. */
function eventsOf(text: string): [string, Record<string, unknown>][] {
  return [...text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map(([, name = "", data = ""]) => [
    name,
    JSON.parse(data),
  ]);
}

function failed(path: string, error: Error): void {
  assert.fail(`${path}: ${error.stack}`);
}
