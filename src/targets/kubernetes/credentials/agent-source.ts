import type http from "node:http";
import type { AccessSpec } from "./access-spec.ts";
import type { Credentials } from "./cluster-access.ts";
import { type ConnectionLimits, createAgent } from "./create-agent.ts";

/**
 * Gives the agent for a request's credentials: the same as long as the TLS material is the same. Requests that are
 * under way when it changes, a watch above all, end on their old connection; no new one begins there.
 */
export class AgentSource {
  readonly #spec: Pick<AccessSpec, "server" | "proxy">;
  readonly #limits: ConnectionLimits;
  #current: { readonly agent: http.Agent; readonly generation: number } | undefined;
  /** Those with requests under way. */
  readonly #retired = new Set<http.Agent>();

  constructor(spec: Pick<AccessSpec, "server" | "proxy">, limits: ConnectionLimits) {
    this.#spec = spec;
    this.#limits = limits;
  }

  agentFor({ tls, tlsGeneration }: Credentials): http.Agent {
    if (this.#current?.generation !== tlsGeneration) {
      if (this.#current !== undefined) this.#retire(this.#current.agent);
      const agent = createAgent(this.#spec.server, this.#spec.proxy, tls, this.#limits);
      this.#current = { agent, generation: tlsGeneration };
    }
    return this.#current.agent;
  }

  /** Closes every connection. Can be called again. */
  close(): void {
    this.#current?.agent.destroy();
    for (const agent of this.#retired) agent.destroy();
    this.#retired.clear();
  }

  #retire(agent: http.Agent): void {
    agent.maxFreeSockets = 0;
    for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
    for (const old of this.#retired) if (isIdle(old)) this.#retired.delete(old);
    this.#retired.add(agent);
  }
}

function isIdle(agent: http.Agent): boolean {
  return Object.keys(agent.sockets).length === 0 && Object.keys(agent.requests).length === 0;
}
