import { once } from "node:events";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import https from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Certificates } from "../../src/sandbox/certificates.ts";
import type { Fault } from "./faults.ts";
import type { Random } from "./random.ts";
import { retryWhileTaken } from "./retry-while-taken.ts";
import { sleep } from "./sleep.ts";

export interface ChaosProxyOptions {
  /** What it shows to clients. */
  readonly certificates: Certificates;
  readonly upstreamUrl: () => string;
  readonly upstreamCaPem: string;
  readonly random: Random;
}

/** A fault while it lasts. */
class Spell {
  readonly fault: Fault;
  readonly #ended = Promise.withResolvers<void>();

  constructor(fault: Fault) {
    this.fault = fault;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  end(): void {
    this.#ended.resolve();
  }
}

/** `stream` is a list that comes as a watch (sendInitialEvents) and goes on as one. */
type Ask = "list" | "watch" | "stream";

/** A server may send less than it is asked for: so that a few nodes are several pages, and faults come between them. */
const maxPage = 8;

/** Not passed on: they are about one connection, or about a length that a fault changes. */
const ownHeaders = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "host"]);

/**
 * A reverse proxy before an API that does to its clients what networks, load balancers and overloaded servers do. It
 * ends TLS itself, or else it could only cut and stall.
 */
export class ChaosProxy {
  readonly #options: ChaosProxyOptions;
  /** Below TLS, so that it can be silent before the TLS handshake; the HTTP server never listens itself. */
  readonly #front: Server;
  readonly #http: https.Server;
  // A connection for each request: one that was kept and is dead by now would be a fault that nobody ordered.
  readonly #upstream = new https.Agent({ keepAlive: false });
  readonly #sockets = new Set<Socket>();
  readonly #silenced = new Set<Socket>();
  #port = 0;
  #spell: Spell | undefined;
  #cutting: NodeJS.Timeout | undefined;
  /** Requests, pieces of answers and connections that a fault was done to. */
  hits = 0;
  /** Whether lists as streams are passed on, or answered as by a server over an etcd that is too old for them. */
  allowsStreams = true;

  private constructor(options: ChaosProxyOptions) {
    this.#options = options;
    const { certificatePem: cert, keyPem: key } = options.certificates;
    this.#http = https.createServer({ cert, key }, (request, response) => void this.#serve(request, response));
    this.#http.keepAliveTimeout = 180_000;
    // A client that gives up in the middle of its TLS handshake is no concern of this side.
    this.#http.on("tlsClientError", () => {});
    this.#front = createServer((socket) => this.#accept(socket));
  }

  static async start(options: ChaosProxyOptions): Promise<ChaosProxy> {
    const proxy = new ChaosProxy(options);
    await proxy.#listen();
    return proxy;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  /** From now on new connections see a certificate of another authority. */
  rotate({ certificatePem: cert, keyPem: key }: Certificates): void {
    this.#http.setSecureContext({ cert, key });
  }

  /** Breaks every connection. */
  cut(reset = false): void {
    this.hits += this.#sockets.size;
    for (const socket of this.#sockets) {
      if (reset) socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  async begin(fault: Fault): Promise<void> {
    await this.end();
    this.#spell = new Spell(fault);
    if (fault.kind === "refuse") await this.#stopListening();
    if (fault.cutsFirst || fault.kind === "refuse") this.cut();
    if (fault.kind === "cut") this.#cutting = setInterval(() => this.cut(fault.reset), fault.everyMs);
  }

  /** Once this resolves, nothing is held back any more and all connections work, or are broken for good. */
  async end(): Promise<void> {
    const spell = this.#spell;
    if (spell === undefined) return;
    this.#spell = undefined;
    clearInterval(this.#cutting);
    if (spell.fault.after === "cut") this.cut();
    if (spell.fault.kind === "refuse") await this.#listen();
    for (const socket of this.#silenced) if (!socket.destroyed) this.#http.emit("connection", socket);
    this.#silenced.clear();
    spell.end();
  }

  async stop(): Promise<void> {
    await this.end();
    this.cut();
    await this.#stopListening();
    this.#http.close();
    this.#upstream.destroy();
  }

  async #listen(): Promise<void> {
    await retryWhileTaken(async () => {
      this.#front.listen(this.#port, "127.0.0.1");
      await once(this.#front, "listening");
    });
    this.#port = (this.#front.address() as AddressInfo).port;
  }

  async #stopListening(): Promise<void> {
    if (!this.#front.listening) return;
    const closed = once(this.#front, "close");
    this.#front.close();
    this.cut();
    await closed;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#silenced.delete(socket);
    });
    if (this.#spell?.fault.kind !== "silence") {
      this.#http.emit("connection", socket);
      return;
    }
    this.hits++;
    this.#silenced.add(socket);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => {});
    const url = new URL(request.url ?? "/", "https://api");
    const ask = askOf(url.searchParams);
    const spell = this.#strikes(ask === "watch", ask !== "watch");
    if (spell !== undefined && answerInstead(spell.fault, request, response, ask)) {
      this.hits++;
      return;
    }
    if (ask === "stream" && !this.allowsStreams) return sendJson(response, 200, noStreams);
    await this.#holdRequest(spell);
    if (response.destroyed) return;
    const answer = await this.#ask(`${url.pathname}?${inPages(url.searchParams)}`, request, response);
    if (answer === undefined) {
      response.destroy();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
    response.flushHeaders();
    await this.#pump(answer, response, ask);
  }

  /** The fault, if any, that this request or this piece of an answer meets. */
  #strikes(isWatch: boolean, isList: boolean): Spell | undefined {
    if (this.#spell === undefined) return undefined;
    const { victims, odds } = this.#spell.fault;
    if ((victims === "watches" && !isWatch) || (victims === "lists" && !isList)) return undefined;
    return this.#options.random.chance(odds) ? this.#spell : undefined;
  }

  async #holdRequest(spell: Spell | undefined): Promise<void> {
    if (spell === undefined) return;
    const { fault, ended } = spell;
    if (fault.kind === "stall" || fault.kind === "freeze") {
      this.hits++;
      await ended;
    } else if (fault.kind === "delay") {
      await Promise.race([sleep(fault.delayMs), ended]);
    }
  }

  #ask(path: string, request: IncomingMessage, response: ServerResponse): Promise<IncomingMessage | undefined> {
    const { upstreamUrl, upstreamCaPem: ca } = this.#options;
    return new Promise((resolve) => {
      const asked = https.request(`${upstreamUrl()}${path}`, {
        ca,
        agent: this.#upstream,
        headers: passedOn(request.headers),
      });
      asked.on("response", resolve);
      asked.on("error", () => resolve(undefined));
      response.once("close", () => asked.destroy());
      asked.end();
    });
  }

  async #pump(answer: IncomingMessage, response: ServerResponse, ask: Ask): Promise<void> {
    try {
      for await (const piece of answer as AsyncIterable<Buffer>) {
        if ((await this.#pass(piece, response, ask)) === "ended") return;
      }
      response.end();
    } catch {
      // The API broke off: so does this.
      response.destroy();
    }
  }

  async #pass(piece: Buffer, response: ServerResponse, ask: Ask): Promise<"goes on" | "ended"> {
    const spell = this.#strikes(ask !== "list", ask !== "watch");
    if (spell === undefined) return write(response, piece);
    const { fault, ended } = spell;
    const { random } = this.#options;
    const middle = random.integer(0, piece.length - 1);
    switch (fault.kind) {
      case "freeze":
        this.hits++;
        await ended;
        return write(response, piece);
      case "delay":
        this.hits++;
        await Promise.race([sleep(fault.delayMs), ended]);
        return write(response, piece);
      case "stop":
        this.hits++;
        write(response, piece.subarray(0, middle));
        await ended;
        return write(response, piece.subarray(middle));
      case "corrupt":
        this.hits++;
        return write(response, corrupted(piece, middle, random));
      case "truncate":
        this.hits++;
        if (fault.inGoodOrder) response.end(piece.subarray(0, middle));
        else response.write(piece.subarray(0, middle), () => response.destroy());
        return "ended";
      default:
        return write(response, piece);
    }
  }
}

function write(response: ServerResponse, piece: Buffer): "goes on" | "ended" {
  if (response.destroyed) return "ended";
  // An empty piece would end the chunked coding.
  if (piece.length > 0) response.write(piece);
  return "goes on";
}

/**
 * With a control character where JSON allows none, in a string or outside: a digit that became another digit would be
 * a lie that nobody can see through, and no client could be blamed for believing it.
 */
function corrupted(piece: Buffer, at: number, random: Random): Buffer {
  const copy = Buffer.from(piece);
  copy[at] = random.integer(1, 8);
  return copy;
}

function passedOn(headers: IncomingMessage["headers"]): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.has(name)));
}

function askOf(query: URLSearchParams): Ask {
  if (query.get("sendInitialEvents") === "true") return "stream";
  return ["1", "true"].includes(query.get("watch") ?? "") ? "watch" : "list";
}

function inPages(query: URLSearchParams): URLSearchParams {
  const limited = new URLSearchParams(query);
  if (Number(query.get("limit") ?? 0) > maxPage) limited.set("limit", String(maxPage));
  return limited;
}

/** Answers in the API's place where the fault is one that does. */
function answerInstead(fault: Fault, request: IncomingMessage, response: ServerResponse, ask: Ask): boolean {
  // Gateways say back what they were sent, and a log must not.
  const echo = request.headers.authorization ?? "";
  switch (fault.kind) {
    case "status":
      if (fault.retryAfterSeconds !== undefined) response.setHeader("Retry-After", String(fault.retryAfterSeconds));
      sendJson(response, fault.status, status(fault.status, `chaos was asked with ${echo}`));
      return true;
    case "expired event":
      if (ask === "list") return false;
      sendJson(response, 200, { type: "ERROR", object: status(410, "too old resource version: 1 (2)") });
      return true;
    case "html":
      response
        .writeHead(200, { "Content-Type": "text/html" })
        .end(`<html><body>Please log in. ${echo}</body></html>\n`);
      return true;
    case "empty body":
      response.writeHead(200, { "Content-Type": "application/json" }).end();
      return true;
    case "empty list":
      if (ask === "watch") return false;
      sendJson(response, 200, ask === "stream" ? emptyStream : emptyList);
      return true;
    case "no http":
      response.socket?.end(`SSH-2.0-chaos ${echo}\r\n`);
      return true;
    default:
      return false;
  }
}

const emptyList = { kind: "NodeList", apiVersion: "v1", metadata: { resourceVersion: "1" }, items: [] };

const emptyStream = {
  type: "BOOKMARK",
  object: {
    kind: "Node",
    apiVersion: "v1",
    metadata: { resourceVersion: "1", annotations: { "k8s.io/initial-events-end": "true" } },
  },
};

const noStreams = {
  type: "ERROR",
  object: status(500, "a watch stream was requested by the client but the required storage feature is disabled"),
};

function sendJson(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { "Content-Type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}

function status(code: number, message: string): object {
  const reason = code === 410 ? "Expired" : "Chaos";
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code };
}
