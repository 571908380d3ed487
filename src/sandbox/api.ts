import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "../clock.ts";
import { Access } from "./access.ts";
import { internalError, methodNotAllowed, pathNotFound, unauthorized } from "./api-status.ts";
import type { Certificates } from "./certificates.ts";
import { discovery } from "./discovery.ts";
import { type Exchange, send, sendJson, sendStatus } from "./exchange.ts";
import { answerFault, type Fault } from "./faults.ts";
import { routeNodes, type StreamingLists } from "./node-routes.ts";
import { parseObjectPath } from "./object-path.ts";
import { routeObject } from "./object-routes.ts";
import { ObjectStore } from "./object-store.ts";
import { answerOpenApiV2 } from "./openapi-v2.ts";
import { answerReview, isReview } from "./reviews.ts";
import type { NodeStore } from "./store.ts";
import { answerTokenRequest, isTokenRequest } from "./token-requests.ts";

export type ApiOptions = {
  store: NodeStore;
  clock: Clock;
  certificates: Certificates;
  /** The TCP port on 127.0.0.1; 0 takes a free one, which stays the same over stop and start. */
  port?: number;
  /** Milliseconds between the bookmarks of a watch. A real server sends one about every minute. */
  bookmarkMs?: number;
  /** How a list as a stream is answered; "served" where nothing is said. */
  streamingLists?: StreamingLists;
};

const health = new Set(["/healthz", "/livez", "/readyz"]);

/** A Kubernetes API server for nodes, and a shelf for other objects, over HTTPS on loopback. Not listening until `start`. */
export class SandboxApi {
  readonly access = new Access();
  /** Everything but nodes. */
  readonly objects: ObjectStore;
  readonly #options: ApiOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #cuts = new Set<() => void>();
  #port: number;
  #fault: Fault | undefined;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.objects = new ObjectStore(() => options.clock.unixMs());
    this.#port = options.port ?? 0;
    const { certificatePem: cert, keyPem: key } = options.certificates;
    this.#server = createServer({ cert, key }, (request, response) => void this.#handle(request, response));
    // A real server keeps idle connections for minutes; Node's 5 s would break clients that ask every few seconds.
    this.#server.keepAliveTimeout = 180_000;
    // The raw sockets, because one in the middle of its TLS handshake is no HTTP connection yet.
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  /** The base URL, without a slash at the end. Known after the first `start`. */
  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  get listening(): boolean {
    return this.#server.listening;
  }

  /** How many watches are open. */
  get watchCount(): number {
    return this.#cuts.size;
  }

  /** Listens, on the same port as before. Rejects where the port is taken (EADDRINUSE) or not allowed (EACCES). */
  async start(): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Destroys every connection and refuses new ones until `start`. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Puts every request under a fault and cuts the running watches; undefined ends it. */
  setFault(fault: Fault | undefined): void {
    this.#fault = fault;
    if (fault) this.cutWatches();
  }

  /** Breaks the connections of the running watches; new ones may begin at once. */
  cutWatches(): void {
    for (const cut of this.#cuts) cut();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange: Exchange = { request, response, url: requestUrl(request) };
    // A client that goes away in the middle of an answer is its own affair.
    response.on("error", () => {});
    try {
      await this.#answer(exchange);
    } catch (error) {
      if (response.destroyed || request.destroyed) return;
      if (response.headersSent) response.destroy();
      else await sendStatus(exchange, internalError(error instanceof Error ? error.message : String(error)));
    }
  }

  async #answer(exchange: Exchange): Promise<void> {
    if (this.#fault) return answerFault(exchange, this.#fault);
    const { request, url } = exchange;
    const { authorization } = request.headers;
    const isPublic = health.has(url.pathname) || url.pathname === "/version";
    const user = this.access.userOf(authorization);
    // As a real server: a wrong token is refused even where none is needed.
    if (!user && (authorization !== undefined || !isPublic)) return sendStatus(exchange, unauthorized());
    if (user) exchange.user = user;
    if (health.has(url.pathname)) return send(exchange, 200, "text/plain; charset=utf-8", "ok");
    const document = discovery.get(url.pathname.replace(/(.)\/$/, "$1"));
    if (document) {
      return request.method === "GET" ? sendJson(exchange, 200, document) : sendStatus(exchange, methodNotAllowed());
    }
    if (url.pathname === "/openapi/v2" && request.method === "GET") return answerOpenApiV2(exchange);
    if (isReview(url.pathname) && request.method === "POST") return answerReview(exchange);
    const path = parseObjectPath(url.pathname);
    if (path && isTokenRequest(path)) return answerTokenRequest(exchange, { path, ...this.#tokens });
    if (path) return routeObject(exchange, this.objects, path);
    if (!url.pathname.startsWith("/api/v1/")) return sendStatus(exchange, pathNotFound());
    return routeNodes(exchange, { ...this.#routes, onWatch: (cut) => this.#track(cut, exchange.response) });
  }

  get #tokens() {
    return { objects: this.objects, access: this.access, clock: this.#options.clock };
  }

  get #routes() {
    const { store, clock, bookmarkMs = 60_000, streamingLists = "served" } = this.#options;
    return { store, clock, bookmarkMs, streamingLists };
  }

  #track(cut: () => void, response: ServerResponse): void {
    if (response.destroyed) return;
    this.#cuts.add(cut);
    response.once("close", () => this.#cuts.delete(cut));
  }
}

/** Whatever stands in the request line becomes a path: "//x" and absolute forms are no other host's. */
function requestUrl({ url = "/" }: IncomingMessage): URL {
  return new URL(`https://sandbox${url.startsWith("/") ? url : `/${url}`}`);
}
