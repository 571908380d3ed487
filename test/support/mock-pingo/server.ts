import assert from "node:assert/strict";
import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ApiError, Status } from "../../../src/api/v1.ts";
import { loadPage } from "../../../src/http/page/load-page.ts";
import { pageRoutes } from "../../../src/http/page/page-routes.ts";
import type { Answer, Route, RouteRequest } from "../../../src/http/server.ts";
import { events, history, overview, zones } from "./answers.ts";
import type { World } from "./world.ts";

const tickMs = 2_000;

/** A server of the page and of `/api/v1` over a world that is made up; it can go away and come back at the same port. */
export class MockPingo {
  readonly world: World;
  readonly #pages: Promise<Record<string, Route>>;
  readonly #listeners = new Set<ServerResponse>();
  readonly asked: string[] = [];
  #server: http.Server | undefined;
  #port = 0;
  /** Answers all questions of the API so, while it is set. */
  failure: (ApiError & { readonly status: number }) | undefined;
  /** What its status says of the history otherwise than that all is well. */
  history: Partial<Status["history"]> = {};

  constructor(world: World, pages: Promise<Record<string, Route>> = loadPage().then(pageRoutes)) {
    this.world = world;
    this.#pages = pages;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  async start(port = this.#port): Promise<void> {
    const pages = await this.#pages;
    const server = http.createServer((request, response) => void this.#serve(pages, request, response));
    this.#server = server;
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    this.#port = (server.address() as AddressInfo).port;
    const ticks = setInterval(() => this.#tell("tick", {}), tickMs);
    server.once("close", () => clearInterval(ticks));
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }

  /** Tells all who listen that something has changed. */
  change(...keys: readonly string[]): void {
    this.#tell("change", { keys, isMore: false });
  }

  #tell(event: string, data: object): void {
    const said = JSON.stringify({ nowMs: this.world.nowMs(), ...data });
    for (const listener of this.#listeners) listener.write(`event: ${event}\ndata: ${said}\n\n`);
  }

  async #serve(pages: Record<string, Route>, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://mock");
    this.asked.push(`${url.pathname}${url.search}`);
    const route = Object.hasOwn(pages, url.pathname) ? pages[url.pathname] : undefined;
    if (route !== undefined) return send(response, await route(requestOf(url, request)));
    if (url.pathname === "/api/v1/events" && this.failure === undefined) return this.#listen(response);
    const answer = this.failure ? undefined : this.#answer(url);
    if (answer !== undefined) return sendJson(response, 200, answer);
    const { status, ...error } = this.failure ?? { status: 404, error: "there is no such node in this history" };
    sendJson(response, status, error);
  }

  #answer(url: URL): object | undefined {
    return url.pathname === "/api/v1/status" ? statusOf(this.world, this.history) : answerTo(this.world, url);
  }

  #listen(response: ServerResponse): void {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    this.#listeners.add(response);
    response.once("close", () => this.#listeners.delete(response));
    response.write(`event: hello\ndata: ${JSON.stringify({ nowMs: this.world.nowMs(), startedMs: 1 })}\n\n`);
  }
}

function answerTo(world: World, { pathname, searchParams }: URL): object | undefined {
  switch (pathname) {
    case "/api/v1/overview":
      return overview(world, searchParams);
    case "/api/v1/zones":
      return zones(world, searchParams);
    case "/api/v1/history":
      return history(world, searchParams);
    case "/api/v1/history/events":
      return events(world, searchParams);
    default:
      return undefined;
  }
}

function statusOf(world: World, history: Partial<Status["history"]>): Status {
  return {
    version: "0.2.0",
    revision: "",
    nowMs: world.nowMs(),
    startedMs: world.startMs - 41 * 60_000,
    probeMs: 15_000,
    latencyIs: "rtt",
    history: { kind: "file", sinceMs: world.startMs - 9 * 86_400_000, bytes: 214_000_000, ...noTrouble, ...history },
  };
}

export const noTrouble = { problem: "", problemSinceMs: null, damagedFiles: 0, damagedMs: null } as const;

function requestOf({ searchParams: query }: URL, { headers }: IncomingMessage): RouteRequest {
  return { headers, query, peer: "", gone: new AbortController().signal };
}

function send(response: ServerResponse, { status, contentType, body, headers }: Answer): void {
  assert.ok(typeof body === "string" || Symbol.iterator in body);
  response.writeHead(status, { "Content-Type": contentType, "X-Content-Type-Options": "nosniff", ...headers });
  response.end(typeof body === "string" ? body : Buffer.concat([...body]));
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify(value));
}
