import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import type { Socket } from "node:net";

export interface PrometheusAccess {
  /** Its base, as Grafana takes it: `http://prometheus:9090`, `https://mimir/prometheus`. */
  readonly url: string;
  /** `name:password`; undefined where nobody asks. */
  readonly user: string | undefined;
  /** A file with a bearer token instead, read for each query: Kubernetes renews the tokens of its pods. */
  readonly tokenFile: string | undefined;
  /** What each request carries besides. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** A native histogram's bucket: rule of its bounds, lower bound, upper bound, count. */
export type NativeBucket = readonly [number, string, string, string | number];

/** A series of an answer: of an instant it has one sample. */
export interface SeriesAnswer {
  readonly metric: Readonly<Record<string, string>>;
  readonly values?: readonly (readonly [number, string])[];
  readonly histograms?: readonly (readonly [number, { readonly buckets?: readonly NativeBucket[] }])[];
}

/** Says what is wrong in a sentence that goes on from "Prometheus"; the only error that a reader of one throws. */
export class PrometheusError extends Error {}

/** For all queries of a question. Prometheus is told to give up a little earlier, and says so. */
const timeoutMs = 20_000;
const earlierMs = 1_000;
/** An answer of 5,000 series of 200 samples is 25 MB, and five times that once it is read; a question has three of those. */
const maxAnswerBytes = 32 * 1024 * 1024;
const maxQuestionBytes = 3 * maxAnswerBytes;
/** Each may hold an answer of that size. */
const maxSockets = 3;

/** `request.reusedSocket` says nothing of requests that waited for their socket. */
const usedSockets = new WeakSet<Socket>();

/** Asks Prometheus' HTTP API v1, as Thanos and Mimir have it too: of each question by a client of its own. */
export class QueryClient {
  readonly #access: PrometheusAccess;
  readonly #agent: http.Agent;
  readonly #maxBytes: number;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #endsMs: number;
  #bytes = 0;

  constructor(
    access: PrometheusAccess,
    bounds: { readonly maxBytes?: number; readonly timeoutMs?: number } = {},
    question?: { readonly agent: http.Agent; readonly gone: AbortSignal },
  ) {
    this.#access = access;
    this.#maxBytes = bounds.maxBytes ?? maxAnswerBytes;
    this.#timeoutMs = bounds.timeoutMs ?? timeoutMs;
    const options = { keepAlive: true, maxSockets };
    const create = () => (access.url.startsWith("https:") ? new https.Agent(options) : new http.Agent(options));
    this.#agent = question?.agent ?? create();
    this.#endsMs = performance.now() + this.#timeoutMs;
    this.#signal = question && AbortSignal.any([question.gone, AbortSignal.timeout(this.#timeoutMs)]);
    // Each query listens to it.
    if (this.#signal !== undefined) setMaxListeners(0, this.#signal);
  }

  /** For one question, from now on; `gone`: nobody waits for its answer any more. */
  forQuestion(gone: AbortSignal): QueryClient {
    const bounds = { maxBytes: this.#maxBytes, timeoutMs: this.#timeoutMs };
    return new QueryClient(this.#access, bounds, { agent: this.#agent, gone });
  }

  /** At `firstMs` and every `stepMs` after it, to `lastMs`. */
  range(query: string, firstMs: number, lastMs: number, stepMs: number): Promise<SeriesAnswer[]> {
    const [start, end, step] = [firstMs, lastMs, stepMs].map((ms) => String(ms / 1_000)) as [string, string, string];
    return this.#query("query_range", { query, start, end, step });
  }

  async instant(query: string, atMs: number): Promise<SeriesAnswer[]> {
    return this.#query("query", { query, time: String(atMs / 1_000) });
  }

  stop(): void {
    this.#agent.destroy();
  }

  async #query(path: string, parameters: Record<string, string>): Promise<SeriesAnswer[]> {
    // In the body: some expressions are longer than a proxy lets an address be.
    const leftMs = Math.max(1, Math.floor(this.#endsMs - performance.now()) - earlierMs);
    const body = new URLSearchParams({ ...parameters, timeout: `${leftMs}ms` }).toString();
    const { status, text } = await this.#post(path, body);
    const answer = parse(text);
    if (status !== 200 || answer?.status !== "success") throw new PrometheusError(explain(status, answer?.error));
    return answer.data.result.map(({ value, histogram, ...series }) => ({
      ...series,
      ...(value !== undefined && { values: [value] }),
      ...(histogram !== undefined && { histograms: [histogram] }),
    }));
  }

  #late(): string {
    return `does not answer within ${this.#timeoutMs / 1_000} s`;
  }

  async #post(
    path: string,
    body: string,
    isAgain = false,
  ): Promise<{ readonly status: number; readonly text: string }> {
    if (this.#signal?.aborted) throw new PrometheusError(this.#late());
    const { url } = this.#access;
    const authorization = authorizationOf(this.#access);
    const request = (url.startsWith("https:") ? https : http).request(`${url.replace(/\/+$/, "")}/api/v1/${path}`, {
      // Other connections that were kept may be as dead as that one was.
      agent: isAgain ? false : this.#agent,
      method: "POST",
      headers: {
        ...Object.fromEntries(this.#access.headers.map(({ name, value }) => [name, value])),
        "content-type": "application/x-www-form-urlencoded",
        "content-length": Buffer.byteLength(body),
        accept: "application/json",
        ...(authorization !== undefined && { authorization }),
      },
    });
    return new Promise((resolve, reject) => {
      let mayRetry = !isAgain;
      const fail = (why: string) => {
        // Its end, too, looks like a connection that was closed.
        mayRetry = false;
        reject(new PrometheusError(why));
        request.destroy();
      };
      const signal = this.#signal;
      const end = () => fail(this.#late());
      signal?.addEventListener("abort", end);
      let isReused = false;
      request.once("socket", (socket) => {
        isReused = usedSockets.has(socket);
        usedSockets.add(socket);
      });
      request.once("close", () => signal?.removeEventListener("abort", end));
      request.on("error", ({ code, message }: NodeJS.ErrnoException) => {
        // It closed a connection that was kept while this was on its way there.
        if (code === "ECONNRESET" && isReused && mayRetry) resolve(this.#post(path, body, true));
        else fail(`cannot be reached: ${code ?? message}`);
      });
      request.once("response", (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          this.#bytes += chunk.length;
          if (bytes > this.#maxBytes) fail(tooMuch(this.#maxBytes));
          else if (this.#bytes > maxQuestionBytes) fail(tooMuch(maxQuestionBytes));
          else chunks.push(chunk);
        });
        response.once("error", () => fail("breaks its answer off"));
        response.once("end", () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        );
      });
      request.end(body);
    });
  }
}

function tooMuch(bytes: number): string {
  return `gives more than ${bytes / 1024 / 1024} MB; ask for less at once`;
}

function authorizationOf({ user, tokenFile }: PrometheusAccess): string | undefined {
  if (tokenFile === undefined) return user === undefined ? undefined : `Basic ${Buffer.from(user).toString("base64")}`;
  let token = "";
  try {
    token = readFileSync(tokenFile, "utf8").trim();
  } catch (error) {
    throw new PrometheusError(`is not asked: its token file cannot be read: ${(error as Error).message}`);
  }
  if (/^[\x21-\x7e]+$/.test(token)) return `Bearer ${token}`;
  throw new PrometheusError(`is not asked: there is no token in ${tokenFile}`);
}

interface Body {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly (SeriesAnswer & {
      readonly value?: readonly [number, string];
      readonly histogram?: readonly [number, { readonly buckets?: readonly NativeBucket[] }];
    })[];
  };
}

function parse(text: string): Body | undefined {
  try {
    const body = JSON.parse(text) as Body;
    return body?.status === "error" || Array.isArray(body?.data?.result) ? body : undefined;
  } catch {
    return undefined;
  }
}

function explain(status: number, said: string | undefined): string {
  if (status === 401 || status === 403)
    return `refuses (HTTP status ${status}); check the user, token or header given for it`;
  if (said !== undefined) return `cannot answer: ${said.slice(0, 300)}`;
  return `gives no answer of Prometheus' API (HTTP status ${status}); is it its base URL?`;
}
