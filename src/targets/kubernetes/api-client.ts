import http from "node:http";
import https from "node:https";
import { getCACertificates } from "node:tls";
import type { Clock } from "../../clock.ts";
import { formatMs } from "../../units.ts";
import { type ApiProblem, problemOfError, problemOfStatus } from "./problem.ts";
import { readBody } from "./read-body.ts";

/** Where the API is and what it asks for. */
export interface ApiAccess {
  readonly url: URL;
  /** PEM of the authorities that may have signed its certificate; undefined for the system's. */
  readonly caPem: string | undefined;
  /** The bearer token of this moment, or undefined where none is needed. May throw where its file cannot be read. */
  readonly token: () => string | undefined;
}

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
  readonly access: ApiAccess;
  readonly clock: Clock;
  readonly report: (report: RequestReport) => void;
}

export type ApiAnswer = { readonly body: http.IncomingMessage } | { readonly problem: ApiProblem };

/** Deadline for connection, TLS and the answer's headers. */
const headersTimeoutMs = 10_000;
/**
 * TCP keepalive after this much silence. libuv follows it with 10 probes a second apart, so that a peer whose
 * host vanished is noticed within half a minute even on a watch that has nothing to say.
 */
const keepAliveAfterMs = 15_000;

/** Asks a Kubernetes API for its nodes. Thin on purpose: one resource, two verbs, no cache. */
export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #agent: http.Agent;
  readonly #send: typeof https.request;
  readonly #nodesUrl: string;

  constructor(options: ApiClientOptions) {
    const { url, caPem } = options.access;
    this.#options = options;
    this.#nodesUrl = `${url.href.replace(/\/+$/, "")}/api/v1/nodes`;
    const shared = { keepAlive: true, keepAliveMsecs: keepAliveAfterMs, maxSockets: 4, maxFreeSockets: 2 };
    const secure = url.protocol === "https:";
    this.#agent = secure
      ? new https.Agent({ ...shared, rejectUnauthorized: true, ca: caPem ?? systemAuthorities() })
      : new http.Agent(shared);
    this.#send = secure ? https.request : http.request;
  }

  /** Sends one request and resolves at the answer's headers. Never rejects. */
  async getNodes(request: ApiRequest): Promise<ApiAnswer> {
    let token: string | undefined;
    try {
      token = this.#options.access.token();
    } catch (error) {
      return { problem: { reason: "unauthorized", detail: (error as Error).message } };
    }
    const startMs = this.#options.clock.nowMs();
    let answer = await this.#exchange(request, token);
    // A connection that was kept and that the other side had closed meanwhile says nothing about the API.
    if ("stale" in answer) answer = await this.#exchange(request, token);
    if (!request.signal.aborted) {
      const status = "response" in answer ? (answer.response.statusCode ?? 0) : 0;
      this.#options.report({ verb: request.verb, status, durationMs: this.#options.clock.nowMs() - startMs });
    }
    if ("problem" in answer) return { problem: answer.problem };
    if (answer.response.statusCode === 200) return { body: answer.response };
    return { problem: await refusal(answer.response, this.#options.clock) };
  }

  close(): void {
    this.#agent.destroy();
  }

  #exchange({ query, signal }: ApiRequest, token: string | undefined): Promise<Exchange> {
    const { clock, access } = this.#options;
    const headers = {
      Accept: "application/json",
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    };
    return new Promise((resolve) => {
      const url = `${this.#nodesUrl}?${new URLSearchParams(query)}`;
      const request = this.#send(url, { agent: this.#agent, headers, signal });
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
        const problem = problemOfError(error, access.caPem !== undefined);
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
  const body = await readBody(response, refusalLimits, clock);
  const text = "text" in body ? body.text : "";
  return problemOfStatus(response.statusCode ?? 0, text, response.headers["retry-after"]);
}

/** The system's certificate authorities and NODE_EXTRA_CA_CERTS; Node's own where the system has none. */
function systemAuthorities(): string[] {
  const system = getCACertificates("system");
  return system.length === 0 ? getCACertificates("default") : [...system, ...getCACertificates("extra")];
}
