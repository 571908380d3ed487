import { once } from "node:events";
import http, { type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { ConnectionGuard, type GuardReason } from "./connection-guard.ts";
import { negotiateCoding } from "./content-encoding.ts";
import { cutOff } from "./cut-off.ts";
import type { ListenAddress } from "./listen-address.ts";
import type { RefusalReason } from "./refusal.ts";
import { type SendOptions, sendChunks, sendWhole } from "./send.ts";
import { type LiveBody, sendLive } from "./send-live.ts";
import { openToGroup, removeStaleSocket, withoutOthers } from "./unix-socket.ts";
import type { AuthAnswer, WebSecurity } from "./web-config/web-security.ts";

/** What a route answers. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /**
   * Whole, or in chunks that are made as they are sent: nobody is kept waiting for a long page, nor is it ever whole. A
   * chunk need not be valid for longer than until the next is asked for. Or one that goes on.
   */
  readonly body: string | Chunks | LiveBody;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the body is to be sent as it is: it is encoded already, as the headers say, or is not to be. */
  readonly isEncoded?: boolean;
  /** Cuts the answer off when it is aborted. */
  readonly signal?: AbortSignal;
  /** A body in chunks that is not read to its end in this time is cut off; a minute where nothing is said. */
  readonly limitMs?: number;
  /** Told once nothing more of the body will be asked for, sent or not. */
  readonly sent?: () => void;
}

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** What a route may want to know of who asks. */
export interface RouteRequest {
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
  /** The address of who asks; empty over a Unix socket. */
  readonly peer: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
}

export type Route = (request: RouteRequest) => Answer | Promise<Answer>;

export const plainText = "text/plain; charset=utf-8";

/** Nobody who scrapes needs longer, and what does is no scraper. All but the last in milliseconds. */
const limits = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  /** How often Node looks for those who exceed the two above; its default of 30 s would be the real limit. */
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 75_000,
  maxHeaderSize: 16 * 1024,
};
/** A TLS handshake takes a few round trips. */
const handshakeTimeoutMs = 5_000;
/** A connection on which nothing moves, also one whose client asked for a page and does not read it. */
const idleTimeoutMs = 90_000;
/** Prometheus uses one, a browser six. */
const maxConnections = 128;

export interface HttpServerOptions {
  readonly routes: Readonly<Record<string, Route>>;
  /** Hears of a route that threw: a bug, answered with 500. */
  readonly onError: (path: string, error: Error) => void;
  readonly onRefused?: (reason: RefusalReason) => void;
  /** Undefined: everybody may read, in the clear. */
  readonly security?: WebSecurity | undefined;
}

/** Could not listen there; `cause` is the system's error. */
export class ListenError extends Error {
  readonly address: ListenAddress;
  readonly code: string | undefined;

  constructor(address: ListenAddress, cause: NodeJS.ErrnoException) {
    super(cause.message, { cause });
    this.address = address;
    this.code = cause.code;
  }
}

/** Serves a fixed table of paths to GET and HEAD; read-only. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #refused: (reason: RefusalReason) => void;
  readonly #guard: ConnectionGuard;
  readonly #servers: Server[] = [];

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#refused = options.onRefused ?? (() => {});
    const refused = (reason: GuardReason) => this.#refused(reason);
    this.#guard = new ConnectionGuard(maxConnections, () => performance.now(), refused);
  }

  /** Resolves with the addresses, now with their ports, once it listens on all; rejects with a ListenError. */
  async listen(addresses: readonly ListenAddress[]): Promise<ListenAddress[]> {
    const bound: ListenAddress[] = [];
    for (const address of addresses) bound.push(await this.#listen(address));
    return bound;
  }

  /** Ends every connection, also one in the middle of an answer. Can be called again. */
  async stop(): Promise<void> {
    this.#options.security?.stop();
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const server of this.#servers) server.closeAllConnections();
    this.#guard.closeAll();
    await Promise.all(closed);
  }

  async #listen(address: ListenAddress): Promise<ListenAddress> {
    const isUnix = "path" in address;
    if (isUnix) await removeStaleSocket(address.path);
    const server = this.#createServer(isUnix);
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      const failed = (error: Error) => reject(new ListenError(address, error));
      server.once("error", failed);
      const listening = () => {
        server.off("error", failed);
        resolve();
      };
      const bind = () => server.listen(listenOptions(address), listening);
      if (isUnix) withoutOthers(bind);
      else bind();
    });
    if (isUnix) await openToGroup(address.path);
    const found = server.address();
    return isUnix || found === null || typeof found === "string" ? address : { host: address.host, port: found.port };
  }

  #createServer(isUnix: boolean): Server {
    const serve = (request: IncomingMessage, response: ServerResponse) => {
      // Whatever a bug throws on the way costs its own answer, and not the program.
      this.#serve(request, response).catch((error: Error) => {
        this.#options.onError(request.url ?? "/", error);
        response.destroy();
      });
    };
    // Whoever can open the file may read: it needs no certificate, for which it has no name either.
    const tls = isUnix ? undefined : this.#options.security?.tls;
    const server =
      tls === undefined
        ? http.createServer(limits, serve)
        : https.createServer({ ...limits, ...tls.options, handshakeTimeout: handshakeTimeoutMs }, serve);
    server.setTimeout(idleTimeoutMs);
    // Else Node answers them by itself, as many as there are.
    server.on("checkExpectation", serve);
    server.on("connection", (socket: Socket) => this.#guard.opened(socket));
    server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => this.#refuseRequest(error, socket));
    if (tls === undefined) return server;
    server.on("tlsClientError", () => this.#refused("tls"));
    server.on("secureConnection", (socket: TLSSocket) => {
      this.#guard.secured(socket);
      if (tls.admits(socket)) return;
      this.#refused("certificate");
      socket.destroy();
    });
    tls.onChange((options) => (server as https.Server).setSecureContext(options));
    return server;
  }

  /** As Node itself answers, but counted: 431 to headers that are too long, 408 to those that do not come, else 400. */
  #refuseRequest({ code }: NodeJS.ErrnoException, socket: Socket): void {
    if (code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    this.#refused("request");
    const status =
      code === "HPE_HEADER_OVERFLOW"
        ? "431 Request Header Fields Too Large"
        : code === "ERR_HTTP_REQUEST_TIMEOUT"
          ? "408 Request Timeout"
          : "400 Bad Request";
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
  }

  /** False where its connection had to go. */
  #admit({ socket }: IncomingMessage, response: ServerResponse): boolean {
    if (socket.destroyed) return false;
    if (this.#guard.answering(socket)) {
      response.once("close", () => this.#guard.answered(socket));
      return true;
    }
    this.#refused("request");
    cutOff(socket);
    return false;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#admit(request, response)) return;
    // One after another: what waits for its turn holds nothing that would have to be given back if it never came.
    if (response.socket === null) await once(response, "socket");
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const answer = await this.#answer(request, gone.signal);
    const { body, status, isEncoded = false } = answer;
    const coding = isEncoded ? undefined : negotiateCoding(request.headers["accept-encoding"]?.toString());
    response.statusCode = status;
    for (const [name, value] of Object.entries(this.#headersOf(answer))) response.setHeader(name, value);
    if (request.method === "HEAD") response.end();
    else if (typeof body === "string") sendWhole(response, Buffer.from(body), coding);
    else if ("begin" in body) await sendLive(response, body, answer.signal);
    else await this.#send(request, response, body, { coding, signal: answer.signal, limitMs: answer.limitMs });
    answer.sent?.();
  }

  async #send(request: IncomingMessage, response: ServerResponse, body: Chunks, how: SendOptions) {
    try {
      await sendChunks(response, body, how);
    } catch (error) {
      this.#options.onError(request.url ?? "/", error as Error);
    }
  }

  #headersOf({ status, contentType, body, headers }: Answer): Record<string, string> {
    return {
      "Content-Type": contentType,
      // Of 304, it would be that of the answer which is not sent (RFC 9110, 8.6).
      ...(typeof body === "string" && status !== 304 && { "Content-Length": String(Buffer.byteLength(body)) }),
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-store",
      Vary: "Accept, Accept-Encoding",
      ...(status === 405 && { Allow: "GET, HEAD" }),
      ...this.#options.security?.headers(),
      ...headers,
    };
  }

  async #answer(request: IncomingMessage, gone: AbortSignal): Promise<Answer> {
    const { method = "GET", headers, url = "/" } = request;
    const denied = await this.#denied(request);
    if (denied !== undefined) return denied;
    if (method !== "GET" && method !== "HEAD") return text(405, "only GET and HEAD are answered here\n");
    const { path, query } = splitTarget(url);
    const route = Object.hasOwn(this.#options.routes, path) ? this.#options.routes[path] : undefined;
    if (route === undefined) return text(404, "there is nothing here; / says what there is\n");
    try {
      return await route({ headers, query, peer: request.socket.remoteAddress ?? "", gone });
    } catch (error) {
      this.#options.onError(path, error as Error);
      return text(500, "an error in PinGo; its log says more\n");
    }
  }

  async #denied({ headers, socket }: IncomingMessage): Promise<Answer | undefined> {
    const asking = this.#options.security?.authenticate(headers.authorization, socket.remoteAddress ?? "");
    const answer: AuthAnswer = (await asking) ?? "ok";
    if (answer === "ok") return undefined;
    this.#refused("password");
    if (answer === "busy") return busy("too many passwords are being checked; try again\n", 429);
    return { ...text(401, "Unauthorized\n"), headers: { "WWW-Authenticate": 'Basic realm="pingo"' } };
  }
}

function listenOptions(address: ListenAddress) {
  if ("path" in address) return address;
  const { host, port } = address;
  return { port, ...(host !== "" && { host }) };
}

/** The path and the query of a request target, which may also be a whole URL (RFC 9112, 3.2.2). */
function splitTarget(target: string) {
  const isUrl = /^https?:\/\//i.test(target) && URL.canParse(target);
  const { pathname, search } = isUrl ? new URL(target) : { pathname: target, search: "" };
  const [path = "/", ...query] = `${pathname}${search}`.split("?");
  return { path, query: new URLSearchParams(query.join("?")) };
}

/** To those who ask for more at once than there is room for. */
export function busy(body: string, status = 503): Answer {
  return { ...text(status, body), headers: { "Retry-After": "1" } };
}

/** An answer of plain text. */
export function text(status: number, body: string): Answer {
  return { status, contentType: plainText, body };
}
