import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { systemAuthorities } from "./system-authorities.ts";
import type { TlsMaterial } from "./tls-material.ts";
import { TunnelAgent } from "./tunnel-agent.ts";

/** How connections to the API are kept. */
export interface ConnectionLimits {
  /** TCP keepalive after this much silence. */
  readonly keepAliveAfterMs: number;
  readonly maxSockets: number;
  readonly maxFreeSockets: number;
  /** For a proxy to open the way. */
  readonly proxyTimeoutMs: number;
}

/** An agent for `http.request` or `https.request`, by the server's scheme, through the proxy where there is one. */
export function createAgent(
  server: URL,
  proxy: URL | undefined,
  tls: TlsMaterial,
  limits: ConnectionLimits,
): http.Agent {
  const { keepAliveAfterMs, maxSockets, maxFreeSockets, proxyTimeoutMs: timeoutMs } = limits;
  const shared = { keepAlive: true, keepAliveMsecs: keepAliveAfterMs, maxSockets, maxFreeSockets };
  if (server.protocol === "http:") {
    return proxy === undefined ? new http.Agent(shared) : new ForwardedAgent(shared, proxy, keepAliveAfterMs);
  }
  const ca = tls.ca ?? systemAuthorities();
  const options = { ...shared, ...tls, ca };
  if (proxy === undefined) return new https.Agent(options);
  // Go holds an https proxy against the cluster's CA. Most have a certificate that the system knows: either will do.
  const proxyCa = proxy.protocol === "https:" ? [ca, systemAuthorities()].flat() : [];
  return new TunnelAgent(options, { proxy, proxyCa, keepAliveAfterMs, timeoutMs });
}

/** For an API on plain HTTP: the proxy is asked for its whole URL (RFC 9112, 3.2.2), which Node does by itself. */
class ForwardedAgent extends http.Agent {
  readonly #keepAliveAfterMs: number;

  constructor(options: http.AgentOptions, proxy: URL, keepAliveAfterMs: number) {
    super({ ...options, proxyEnv: { http_proxy: proxy.href } });
    this.#keepAliveAfterMs = keepAliveAfterMs;
  }

  override createConnection(
    options: http.ClientRequestArgs,
    callback: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    const socket = super.createConnection(options, callback);
    // Node sets it on connections that are its own way to the server only.
    if (socket !== null && socket !== undefined && "setKeepAlive" in socket) {
      (socket as Socket).setKeepAlive(true, this.#keepAliveAfterMs);
    }
    return socket;
  }
}
