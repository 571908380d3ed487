import http from "node:http";
import https from "node:https";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Clock } from "../../clock.ts";
import { formatMs } from "../../units.ts";
import { baseUrl } from "./credentials/access-spec.ts";
import { AgentSource } from "./credentials/agent-source.ts";
import type { ClusterAccess, Credentials } from "./credentials/cluster-access.ts";
import { type ApiProblem, problemOfError, problemOfStatus } from "./problem.ts";
import { readBody } from "./read-body.ts";

export type Verb = "list" | "watch";

/** One finished request, for the metrics. */
export interface RequestReport {
  readonly verb: Verb;
  /** HTTP status; 0 where none came. */
  readonly status: number;
  /** Until the answer's headers, in milliseconds. */
  readonly durationMs: number;
}

export interface ApiRequest {
  readonly verb: Verb;
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface ApiClientOptions {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  readonly report: (report: RequestReport) => void;
}

export type ApiAnswer = { readonly body: Readable } | { readonly problem: ApiProblem };

/** Deadline for connection, TLS and the answer's headers. */
const headersTimeoutMs = 10_000;
/**
 * TCP keepalive after this much silence. libuv follows it with 10 probes a second apart, so that a peer whose
 * host vanished is noticed within half a minute even on a watch that has nothing to say.
 */
const keepAliveAfterMs = 15_000;

/** A watch, a list and a question for the count at once, and one to spare. */
const connections = { keepAliveAfterMs, maxSockets: 4, maxFreeSockets: 2, proxyTimeoutMs: headersTimeoutMs };
/** The first with what is at hand, the second with what a 401 made of it. */
const maxTries = 2;

/** Asks a Kubernetes API for its nodes. Thin on purpose: one resource, two verbs, no cache. */
export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #agents: AgentSource;
  readonly #send: typeof https.request;
  readonly #nodesUrl: string;

  constructor(options: ApiClientOptions) {
    const { spec } = options.access;
    this.#options = options;
    this.#nodesUrl = `${baseUrl(spec)}/api/v1/nodes`;
    this.#agents = new AgentSource(spec, connections);
    this.#send = spec.server.protocol === "https:" ? https.request : http.request;
  }

  /** Sends one request and resolves at the answer's headers. Never rejects. */
  async getNodes(request: ApiRequest): Promise<ApiAnswer> {
    const { access } = this.#options;
    for (let tries = 1; ; tries++) {
      const credentials = await access.credentials();
      if (request.signal.aborted) return { problem: { reason: "connection", detail: "PinGo is ending" } };
      if ("problem" in credentials) return { problem: { reason: "unauthorized", detail: credentials.problem } };
      const answer = await this.#ask(request, credentials);
      if ("problem" in answer) return { problem: answer.problem };
      const { response } = answer;
      if (response.statusCode === 200) return { body: decoded(response) };
      const problem = await refusal(response, this.#options.clock);
      // A token that was swapped a moment ago, or one that its plugin thinks still good.
      const again = response.statusCode === 401 && access.refused(credentials) && tries < maxTries;
      if (!again) return { problem };
    }
  }

  /** Ends what runs: requests, and a plugin that is asked for credentials. Can be called again. */
  close(): void {
    this.#options.access.close();
    this.#agents.close();
  }

  async #ask(request: ApiRequest, credentials: Credentials): Promise<Exchange> {
    const { clock } = this.#options;
    const startMs = clock.nowMs();
    let answer = await this.#exchange(request, credentials);
    // A connection that was kept and that the other side had closed meanwhile says nothing about the API.
    if ("stale" in answer) answer = await this.#exchange(request, credentials);
    if (!request.signal.aborted) {
      const status = "response" in answer ? (answer.response.statusCode ?? 0) : 0;
      this.#options.report({ verb: request.verb, status, durationMs: clock.nowMs() - startMs });
    }
    return answer;
  }

  #exchange({ query, signal, verb }: ApiRequest, credentials: Credentials): Promise<Exchange> {
    const { clock, access } = this.#options;
    const headers: http.OutgoingHttpHeaders = {
      Accept: "application/json",
      // A page shrinks to a tenth; events are for now and not for when a compressor has enough of them.
      ...(verb === "list" && { "Accept-Encoding": "gzip" }),
      ...(credentials.headers as http.OutgoingHttpHeaders),
    };
    const agent = this.#agents.agentFor(credentials);
    return new Promise((resolve) => {
      const url = `${this.#nodesUrl}?${new URLSearchParams(query)}`;
      const naming = { caGiven: access.spec.tls.ca !== undefined, origin: access.spec.origin };
      let request: http.ClientRequest;
      try {
        request = this.#send(url, { agent, headers, signal });
      } catch (error) {
        // What TLS does not like of its material it says at once, and not as an event.
        resolve({ problem: problemOfError(error as Error, naming) });
        return;
      }
      const deadline = clock.setTimer(() => {
        resolve({ problem: { reason: "timeout", detail: `it gives no answer within ${formatMs(headersTimeoutMs)}` } });
        request.destroy();
      }, headersTimeoutMs);
      request.on("response", (response) => {
        deadline.cancel();
        resolve({ response });
      });
      // Stays for the life of the socket: an error after the headers reaches the body too, and without a listener
      // here it would end the process.
      request.on("error", (error: NodeJS.ErrnoException) => {
        deadline.cancel();
        const problem = problemOfError(error, naming);
        const stale = request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
        resolve(stale ? { problem, stale } : { problem });
      });
      request.end();
    });
  }
}

type Exchange = { readonly response: http.IncomingMessage } | { readonly problem: ApiProblem; readonly stale?: true };

/** Of a refusal's body only the beginning counts, and it is not waited for long: the status says the most. */
const refusalLimits = { maxBytes: 16 * 1024, idleTimeoutMs: 2_000, totalTimeoutMs: 5_000 };

/** Why an answer is not 200, from its status and its body. */
async function refusal(response: http.IncomingMessage, clock: Clock): Promise<ApiProblem> {
  const body = await readBody(decoded(response), refusalLimits, clock);
  const text = "text" in body ? body.text : "";
  const { "retry-after": retryAfter, date } = response.headers;
  // By the server's own clock, where it tells it: its date means that one.
  const nowUnixMs = Date.parse(date ?? "") || clock.unixMs();
  return problemOfStatus(response.statusCode ?? 0, text, retryAfter, nowUnixMs);
}

/** The body as it was before it was compressed; what breaks one breaks the other. */
function decoded(response: http.IncomingMessage): Readable {
  if (response.headers["content-encoding"] !== "gzip") return response;
  return pipeline(response, createGunzip(), () => {});
}
