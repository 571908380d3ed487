import * as http from "node:http";
import * as https from "node:https";
import { isIP } from "node:net";
import { cut } from "./cells.ts";
import type { Endpoint } from "./endpoint.ts";
import { explainError } from "./explain-error.ts";

export interface Access {
  readonly endpoint: Endpoint;
  /** `name:password`. */
  readonly user: string | undefined;
  /** In PEM; undefined for the system's. */
  readonly ca: string | undefined;
  /** Of this client, where the server asks for one. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** What went wrong, in words that fit behind "does not answer". */
export type Answered<Value> = { readonly value: Value } | { readonly problem: string };

const timeoutMs = 5_000;
/** 500 nodes with 200 columns each are under 1 MB. */
const maxBytes = 16 * 1024 * 1024;
/** Ticks come every 2 s; a stream that is silent for longer is dead. */
const silentMs = 10_000;
/** A line of a stream that is longer is none of PinGo's. */
const maxPending = 1024 * 1024;

/** Asks a PinGo's `/api/v1`. */
export class ApiClient {
  readonly #access: Access;
  readonly #agent: http.Agent;

  constructor(access: Access) {
    this.#access = access;
    const { at } = access.endpoint;
    const isTls = "isTls" in at && at.isTls;
    this.#agent = isTls ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true });
  }

  /** GET of an address below `/api/v1/`. */
  async get<Value>(
    path: string,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Answered<Value>> {
    const query = new URLSearchParams(parameters).toString();
    try {
      const response = await this.#request(`${path}${query === "" ? "" : `?${query}`}`, "application/json", signal);
      return await readJson<Value>(response);
    } catch (error) {
      return { problem: explainError(error as Error, this.#access.endpoint) };
    }
  }

  /** Calls `heard` with the name of each event of a stream until it ends, for whatever reason. Never rejects. */
  async listen(path: string, heard: (event: string) => void, signal: AbortSignal): Promise<void> {
    try {
      const response = await this.#request(path, "text/event-stream", signal);
      if (response.statusCode === 200) await readEvents(response, heard);
      response.destroy();
    } catch {
      // Who asks for data tells what is wrong.
    }
  }

  stop(): void {
    this.#agent.destroy();
  }

  #request(path: string, accept: string, signal: AbortSignal): Promise<http.IncomingMessage> {
    const { endpoint, user, ca, cert, key } = this.#access;
    const { at, basePath } = endpoint;
    const headers: Record<string, string> = { accept };
    if (user !== undefined) headers.authorization = `Basic ${Buffer.from(user).toString("base64")}`;
    const common = { agent: this.#agent, path: `${basePath}/api/v1/${path}`, headers, signal };
    const where = "path" in at ? { socketPath: at.path, host: "localhost" } : { host: at.host, port: at.port };
    const tls = { ca, cert, key, ...("host" in at && isIP(at.host) === 0 && { servername: at.host }) };
    const isTls = "isTls" in at && at.isTls;
    return new Promise((resolve, reject) => {
      const request = isTls ? https.request({ ...common, ...where, ...tls }) : http.request({ ...common, ...where });
      const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs / 1_000} s`)), timeoutMs);
      request.once("response", (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      request.once("close", () => clearTimeout(timer));
      request.on("error", reject);
      request.end();
    });
  }
}

async function readJson<Value>(response: http.IncomingMessage): Promise<Answered<Value>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.setTimeout(timeoutMs, () => response.destroy(new Error("the answer does not go on")));
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return { problem: `the answer is larger than ${maxBytes / 1024 / 1024} MB` };
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  if (response.statusCode !== 200) return { problem: explainStatus(response.statusCode ?? 0, text) };
  try {
    return { value: JSON.parse(text) as Value };
  } catch {
    return { problem: "what answers there is no PinGo" };
  }
}

function explainStatus(status: number, text: string): string {
  if (status === 401) return "it wants a password: --user NAME:PASSWORD or PINGO_TOP_USER";
  if (status === 403) return "it wants a client certificate: --cert-file and --key-file";
  const said = saidIn(text);
  if (status === 404 && said === undefined) return "HTTP status 404: an older PinGo, or none";
  return `HTTP status ${status}${said === undefined ? "" : `: ${said}`}`;
}

const saidAtMost = 200;

/** The sentence of an ApiError, which a proxy's own page is none of. */
function saidIn(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown };
    return typeof error === "string" && error !== "" ? cut(error, saidAtMost) : undefined;
  } catch {
    return undefined;
  }
}

/** The names of a stream's events (HTML standard, 9.2.6), of which nothing else is needed here. */
async function readEvents(response: http.IncomingMessage, heard: (event: string) => void): Promise<void> {
  let pending = "";
  response.setTimeout(silentMs, () => response.destroy());
  response.setEncoding("utf8");
  for await (const chunk of response as AsyncIterable<string>) {
    const lines = (pending + chunk).split(/\r\n|\n|\r/);
    pending = lines.pop() ?? "";
    if (pending.length > maxPending) return;
    for (const line of lines) if (line.startsWith("event:")) heard(line.slice("event:".length).trim());
  }
}
