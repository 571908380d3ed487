import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

export interface ConnectProxyOptions {
  /** With it, the proxy speaks TLS itself. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** How it answers CONNECT; undefined for opening the way, "silence" for nothing at all. */
  readonly answer?: string;
}

export interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
}

/** A proxy on loopback, as far as an HTTP client needs one: it opens ways, forwards, and remembers what it was asked. */
export class ConnectProxy {
  readonly seen: SeenRequest[] = [];
  /** How it answers CONNECT from now on. */
  answer: string | undefined;
  readonly #server: http.Server;
  readonly #sockets = new Set<Duplex>();

  constructor({ tls, answer }: ConnectProxyOptions = {}) {
    this.answer = answer;
    this.#server = tls === undefined ? http.createServer() : https.createServer(tls);
    this.#server.on("connection", (socket) => this.#keep(socket));
    this.#server.on("request", (request, response) => this.#forward(request, response));
    this.#server.on("connect", (request, socket, head) => this.#open(request, socket, head));
  }

  /** Connections there are now. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Starts to listen; gives its URL. */
  async start(credentials = ""): Promise<URL> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = this.#server.address() as AddressInfo;
    const scheme = this.#server instanceof https.Server ? "https" : "http";
    return new URL(`${scheme}://${credentials}127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    if (this.#server.listening) await once(this.#server, "close");
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
  }

  #note({ method, url, headers }: http.IncomingMessage): void {
    this.seen.push({ method, url, authorization: headers["proxy-authorization"] });
  }

  #open(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#note(request);
    socket.on("error", () => {});
    // An HTTP server's sockets stay half open until they are ended.
    socket.on("end", () => socket.end());
    if (this.answer === "silence") return void socket.resume();
    if (this.answer !== undefined) return void socket.end(this.answer);
    const { hostname, port } = new URL(`http://${request.url}`);
    const target: Socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ""), () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    this.#keep(target);
    socket.on("close", () => target.destroy());
    target.on("close", () => socket.destroy());
  }

  #forward(request: http.IncomingMessage, response: http.ServerResponse): void {
    this.#note(request);
    const { method = "GET", url = "", headers } = request;
    const onward = http.request(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  }
}
