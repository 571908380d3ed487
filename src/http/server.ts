import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { inTurns } from "./in-turns.ts";
import type { ListenAddress } from "./listen-address.ts";

/** What a route answers. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /**
   * Whole, or in chunks that are made as they are sent: nobody is kept waiting for a long page, nor is it ever whole. A
   * chunk need not be valid for longer than until the next is asked for.
   */
  readonly body: string | Iterable<Uint8Array>;
  readonly retryAfterSeconds?: number;
  /** Told once nothing more of the body will be asked for, sent or not. */
  readonly sent?: () => void;
}

/** What a route may want to know of who asks. */
export interface RouteRequest {
  readonly headers: IncomingHttpHeaders;
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
/** A connection on which nothing moves, also one whose client asked for a page and does not read it. */
const idleTimeoutMs = 90_000;
/** Prometheus uses one. */
const maxConnections = 64;
/** An answer that is not read to its end in this time is cut off: it holds memory for as long. */
const answerTimeoutMs = 60_000;

/** Serves a fixed table of paths to GET and HEAD; read-only. */
export class HttpServer {
  readonly #routes: Readonly<Record<string, Route>>;
  readonly #onError: (path: string, error: Error) => void;
  readonly #server: Server;

  /** `onError` hears of a route that threw: a bug, answered with 500. */
  constructor(routes: Readonly<Record<string, Route>>, onError: (path: string, error: Error) => void) {
    this.#routes = routes;
    this.#onError = onError;
    this.#server = createServer(limits, (request, response) => void this.#serve(request, response));
    this.#server.setTimeout(idleTimeoutMs);
    this.#server.maxConnections = maxConnections;
  }

  /** Resolves with the port once it listens; rejects with the system's error where it cannot. */
  listen({ host, port }: ListenAddress): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ port, ...(host === "" ? {} : { host }) }, () => {
        this.#server.off("error", reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Ends every connection, also one in the middle of an answer. Can be called again. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request.url ?? "/");
    const answer = await this.#answer(request, path);
    const { body } = answer;
    response.writeHead(answer.status, {
      "Content-Type": answer.contentType,
      ...(typeof body === "string" && { "Content-Length": Buffer.byteLength(body) }),
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-store",
      ...(answer.status === 405 && { Allow: "GET, HEAD" }),
      ...(answer.retryAfterSeconds !== undefined && { "Retry-After": answer.retryAfterSeconds }),
    });
    if (request.method === "HEAD") response.end();
    else if (typeof body === "string") response.end(body);
    else await this.#send(response, body, request.url ?? "/");
    answer.sent?.();
  }

  /** Sends chunk by chunk, no faster than they are read: the next is made once the kernel has the one before. */
  async #send(response: ServerResponse, chunks: Iterable<Uint8Array>, path: string): Promise<void> {
    const limit = setTimeout(() => response.destroy(), answerTimeoutMs);
    const gone = new Promise<void>((resolve) => response.once("close", resolve));
    try {
      for await (const chunk of inTurns(chunks)) {
        // Of a socket that breaks meanwhile, the callback need not come.
        await Promise.race([new Promise<void>((resolve) => response.write(chunk, () => resolve())), gone]);
        if (response.destroyed) return;
      }
      response.end();
    } catch (error) {
      // Cut off, so that nobody takes for whole what is not.
      response.destroy();
      this.#onError(path, error as Error);
    } finally {
      clearTimeout(limit);
    }
  }

  async #answer({ method = "GET", headers }: IncomingMessage, path: string): Promise<Answer> {
    if (method !== "GET" && method !== "HEAD") return text(405, "only GET and HEAD are answered here\n");
    const route = Object.hasOwn(this.#routes, path) ? this.#routes[path] : undefined;
    if (route === undefined) return text(404, "there is nothing here; / says what there is\n");
    try {
      return await route({ headers });
    } catch (error) {
      this.#onError(path, error as Error);
      return text(500, "an error in PinGo; its log says more\n");
    }
  }
}

/** The path of a request target, which may also be a whole URL (RFC 9112, 3.2.2). */
function pathOf(target: string): string {
  const path = /^https?:\/\//i.test(target) && URL.canParse(target) ? new URL(target).pathname : target;
  return path.split("?", 1)[0] ?? "/";
}

/** To those who ask for more at once than there is memory for. */
export function busy(body: string): Answer {
  return { ...text(503, body), retryAfterSeconds: 1 };
}

/** An answer of plain text. */
export function text(status: number, body: string): Answer {
  return { status, contentType: plainText, body };
}
