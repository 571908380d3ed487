import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";

/** What an API can tell of who asked. */
export interface SeenRequest {
  /** Without the query, in which kubectl tells its timeout. */
  readonly path: string | undefined;
  readonly authorization: string | undefined;
  /** Impersonate-* as they came: name, value, name, value. */
  readonly impersonation: readonly string[];
  /** The name asked for in TLS (SNI); false for none, undefined without TLS. */
  readonly serverName: string | false | undefined;
  /** Fingerprint of the client's certificate. */
  readonly client: string | undefined;
}

/** An API on loopback that remembers who asked it and answers with a version. */
export class RecordingApi {
  readonly seen: SeenRequest[] = [];
  /** Whether a request is answered with 200; with 401 otherwise. */
  accepts: (request: SeenRequest) => boolean = () => true;
  readonly #server: http.Server;

  constructor(tls?: { readonly cert: string; readonly key: string }) {
    const options = { ...tls, requestCert: true, rejectUnauthorized: false };
    this.#server = tls === undefined ? http.createServer() : https.createServer(options);
    this.#server.on("request", (request, response) => this.#answer(request, response));
  }

  async start(): Promise<URL> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = this.#server.address() as AddressInfo;
    return new URL(`${this.#server instanceof https.Server ? "https" : "http"}://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  #answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { url, headers, rawHeaders, socket } = request;
    const secured = "encrypted" in socket ? (socket as TLSSocket) : undefined;
    const seen: SeenRequest = {
      path: url?.replace(/\?.*/, ""),
      authorization: headers.authorization,
      impersonation: impersonationIn(rawHeaders),
      serverName: secured?.servername ?? undefined,
      client: secured?.getPeerCertificate().fingerprint256,
    };
    this.seen.push(seen);
    response.writeHead(this.accepts(seen) ? 200 : 401, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ major: "1", minor: "32", gitVersion: "v1.32.0" }));
  }
}

function impersonationIn(raw: readonly string[]): string[] {
  const pairs: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]?.toLowerCase() ?? "";
    // HTTP makes no difference between the cases of a name, nor between orders of names.
    if (name.startsWith("impersonate-")) pairs.push(`${name}: ${raw[index + 1]}`);
  }
  return pairs.toSorted();
}
