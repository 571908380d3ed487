import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import { capture, chunked, onTheWire } from "./captures.ts";

/** A request as far as a script looks at it. */
export interface SeenRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
}

/** Answers one request by writing to the socket whatever the test wants on the wire. */
export type Script = (request: SeenRequest, socket: Socket) => void;

/**
 * An HTTP server that says what a test tells it to say, byte for byte, also what no HTTP library would. Answers
 * GET requests without a body, one after the other on each connection.
 */
export class ScriptedApi {
  readonly requests: SeenRequest[] = [];
  /**
   * What a list as a stream is answered with before any script is asked; most tests are about servers that cannot send
   * one. Undefined lets the script answer.
   */
  noStream: string | undefined = onTheWire(capture("watch-initial-events-unsupported.http"));
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #script: Script;

  constructor(script: Script) {
    this.#script = script;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  async start(): Promise<URL> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  set script(script: Script) {
    this.#script = script;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    let pending = "";
    socket.on("data", (chunk) => {
      pending += chunk;
      for (let end = pending.indexOf("\r\n\r\n"); end !== -1; end = pending.indexOf("\r\n\r\n")) {
        this.#answer(pending.slice(0, end), socket);
        pending = pending.slice(end + 4);
      }
    });
  }

  #answer(head: string, socket: Socket): void {
    const url = new URL(head.split(" ", 2)[1] ?? "/", "http://api");
    const authorization = /^authorization: (.*)$/im.exec(head)?.[1];
    const request = { path: url.pathname, query: url.searchParams, authorization };
    if (isStream(request) && this.noStream !== undefined) return void socket.write(this.noStream);
    this.requests.push(request);
    this.#script(request, socket);
  }
}

export const isWatch = (request: SeenRequest): boolean => request.query.get("watch") === "1";

/** A list as a stream. */
export const isStream = (request: SeenRequest): boolean => request.query.get("sendInitialEvents") === "true";

/** A whole answer with a body of known length. */
export function answer(status: string, body: string, headers = ""): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
}

/** The beginning of a watch: headers only, so that events can follow one by one. */
export const watchHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";

/** One event of a watch as a chunk of its own. */
export function watchEvent(type: string, object: unknown): string {
  return chunked(`${JSON.stringify({ type, object })}\n`);
}

/** The end of a watch in good order. */
export const watchEnd = "0\r\n\r\n";

/** A Node object with what PinGo reads of it. */
export function nodeObject(name: string, ip: string, options: { port?: number; uid?: string; version?: string } = {}) {
  return {
    kind: "Node",
    apiVersion: "v1",
    metadata: { name, uid: options.uid ?? `uid-${name}`, resourceVersion: options.version ?? "1" },
    spec: {},
    status: {
      addresses: [
        { type: "InternalIP", address: ip },
        { type: "Hostname", address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: options.port ?? 10_250 } },
      conditions: [{ type: "Ready", status: "True", reason: "KubeletReady" }],
    },
  };
}

/** A whole NodeList. */
export function nodeList(nodes: readonly unknown[], metadata: Record<string, unknown> = {}): string {
  return JSON.stringify({
    kind: "NodeList",
    apiVersion: "v1",
    metadata: { resourceVersion: "100", ...metadata },
    items: nodes,
  });
}
