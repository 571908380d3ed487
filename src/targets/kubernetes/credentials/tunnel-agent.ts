import http from "node:http";
import https from "node:https";
import { isIPv6, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { formatMs } from "../../../units.ts";
import { proxyAuthorization, showProxy } from "./proxy-for.ts";

export interface TunnelOptions {
  /** http or https, perhaps with user and password. */
  readonly proxy: URL;
  /** PEM of the authorities that an https proxy's certificate may be signed by. */
  readonly proxyCa: readonly string[];
  /** TCP keepalive after this much silence on the connection to the proxy. */
  readonly keepAliveAfterMs: number;
  /** From the first SYN to the proxy's answer. */
  readonly timeoutMs: number;
}

/**
 * Reaches https servers through a proxy's CONNECT (RFC 9110, 9.3.6), with TLS inside, so that the proxy sees no token.
 * Node's own (`proxyEnv` of `https.Agent`, 26.10) will not do for a watch: it sets no TCP keepalive on the way to the
 * proxy, so that a dead one is never noticed, waits without end for an answer to CONNECT, and knows an https proxy's
 * certificate by Node's built-in authorities only.
 */
export class TunnelAgent extends https.Agent {
  readonly #options: TunnelOptions;
  readonly #pending = new Set<http.ClientRequest>();

  constructor(agentOptions: https.AgentOptions, options: TunnelOptions) {
    super(agentOptions);
    this.#options = options;
  }

  override createConnection(
    options: https.RequestOptions,
    callback: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const done = (result: Tunnel) => {
      // The agent reads no socket where there is an error.
      if ("error" in result) callback(result.error, undefined as unknown as Duplex);
      else this.#secure(options, result.socket, callback);
    };
    this.#connect(authority(options), done);
  }

  override destroy(): void {
    for (const request of this.#pending) request.destroy();
    super.destroy();
  }

  #secure(
    options: https.RequestOptions,
    socket: Socket,
    callback: (error: Error | null, socket: Duplex) => void,
  ): void {
    try {
      // Node's own, which remembers TLS sessions, takes a socket that is connected already.
      const secured = super.createConnection({ ...options, socket } as https.RequestOptions);
      callback(null, secured as Duplex);
    } catch (error) {
      // Key or certificate that OpenSSL does not take. Thrown from here, it would end the process.
      socket.destroy();
      callback(error as Error, undefined as unknown as Duplex);
    }
  }

  /** Calls `done` once, with a connection that goes through to `target`, or the error. */
  #connect(target: string, done: (tunnel: Tunnel) => void): void {
    const { proxy, keepAliveAfterMs, timeoutMs } = this.#options;
    const request = this.#request(target);
    const name = `the proxy ${showProxy(proxy)}`;
    this.#pending.add(request);
    const timer = setTimeout(
      () => request.destroy(problem(`${name} opens no way to ${target} within ${formatMs(timeoutMs)}`)),
      timeoutMs,
    );
    const finish = (tunnel: Tunnel) => {
      clearTimeout(timer);
      this.#pending.delete(request);
      done(tunnel);
    };
    request.on("socket", (socket) => socket.setKeepAlive(true, keepAliveAfterMs).setNoDelay(true));
    request.on("error", (error) => {
      finish({ error: isProblem(error) ? error : problem(`${name} cannot be reached: ${error.message}`, error) });
    });
    request.on("connect", (response, socket: Socket, head) => {
      if (response.statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        return finish({ socket });
      }
      socket.destroy();
      finish({ error: problem(`${name} opens no way to ${target}: ${said(response)}`) });
    });
    request.end();
  }

  #request(target: string): http.ClientRequest {
    const { proxy, proxyCa } = this.#options;
    const authorization = proxyAuthorization(proxy);
    const options = {
      method: "CONNECT",
      host: proxy.hostname.replace(/^\[|\]$/g, ""),
      port: proxy.port || (proxy.protocol === "https:" ? 443 : 80),
      path: target,
      headers: {
        Host: target,
        // Without it Node would ask for the connection to be closed.
        Connection: "keep-alive",
        ...(authorization === undefined ? {} : { "Proxy-Authorization": authorization }),
      },
      agent: false,
    };
    return proxy.protocol === "https:" ? https.request({ ...options, ca: [...proxyCa] }) : http.request(options);
  }
}

type Tunnel = { readonly socket: Socket } | { readonly error: Error };

function authority({ host, port }: https.RequestOptions): string {
  const name = host ?? "localhost";
  return `${isIPv6(name) ? `[${name}]` : name}:${port ?? 443}`;
}

const code = "EPROXY";

function problem(message: string, cause?: Error): Error {
  return Object.assign(new Error(message, { cause }), { code });
}

function isProblem(error: NodeJS.ErrnoException): boolean {
  return error.code === code;
}

function said({ statusCode = 0, statusMessage = "" }: http.IncomingMessage): string {
  const hint = statusCode === 407 ? "; are user and password in the proxy's URL, and right?" : "";
  return `HTTP ${statusCode} ${statusMessage}`.trim() + hint;
}
