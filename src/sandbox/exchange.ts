import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { User } from "./access.ts";
import { type ApiStatus, badRequest, bodyTooLarge, fail, ok, type Result, unsupportedMediaType } from "./api-status.ts";
import type { Json } from "./json.ts";
import { decodeProtobuf } from "./protobuf.ts";

/** One request and its answer. `user` is absent where none is needed. */
export type Exchange = { request: IncomingMessage; response: ServerResponse; url: URL; user?: User };

/** Whether changes are asked for instead of a list. */
export function isWatch({ url }: Exchange): boolean {
  return ["true", "1"].includes(url.searchParams.get("watch") ?? "");
}

/** As a real server's: below, an answer comes uncompressed even to those who accept gzip. */
const gzipFromBytes = 128 * 1024;

/** The real server's limit of a request body: 3 MiB. */
const bodyLimitBytes = 3 * 1024 * 1024;

// Which flow and level of Priority and Fairness served the request; one of each is enough here.
const flowSchemaUid = randomUUID();
const priorityLevelUid = randomUUID();

const compress = promisify(gzip);

/** The headers of every answer, in the real server's order. */
export function commonHeaders({ user }: { user?: User }, code: number, contentType: string): Record<string, string> {
  return {
    "Audit-Id": randomUUID(),
    "Cache-Control": "no-cache, private",
    "Content-Type": contentType,
    ...(code === 403 && { "X-Content-Type-Options": "nosniff" }),
    ...(user && {
      "X-Kubernetes-Pf-Flowschema-Uid": flowSchemaUid,
      "X-Kubernetes-Pf-Prioritylevel-Uid": priorityLevelUid,
    }),
  };
}

/** Sends an object; indented for curl and browsers, as a real server does it for people who look. */
export async function sendJson(exchange: Exchange, code: number, body: object): Promise<void> {
  const { request, url } = exchange;
  const agent = request.headers["user-agent"] ?? "";
  const pretty = url.searchParams.get("pretty") ?? String(/^(curl|Wget|Mozilla\/5\.0)/.test(agent));
  const indented = pretty === "true" || pretty === "1";
  await send(exchange, code, "application/json", JSON.stringify(body, undefined, indented ? 2 : undefined));
}

export function sendStatus(exchange: Exchange, status: ApiStatus): Promise<void> {
  return sendJson(exchange, status.code ?? 200, status);
}

/** Sends a body as it is, compressed where it is long and the client can. Resolves when it is handed to the socket. */
export async function send(
  exchange: Exchange,
  code: number,
  contentType: string,
  content: string | Buffer,
): Promise<void> {
  const { request, response } = exchange;
  const headers = commonHeaders(exchange, code, contentType);
  let body = typeof content === "string" ? Buffer.from(content) : content;
  if (body.length >= gzipFromBytes && /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""))) {
    body = await compress(body, { level: 1 });
    Object.assign(headers, { "Content-Encoding": "gzip", Vary: "Accept-Encoding" });
  }
  // The client may have left while the body was compressed; a destroyed response takes no headers.
  if (response.destroyed) return;
  // Lists come chunked, as the captures have them; short bodies of known length do not.
  if (body.length < 4096) headers["Content-Length"] = String(body.length);
  response.writeHead(code, headers);
  response.end(body);
}

/** The request's body as JSON; undefined where there is none. A body over 3 MiB is refused before it is read whole. */
export async function readBody(exchange: Exchange): Promise<Result<Json | undefined>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of exchange.request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyLimitBytes) return fail(bodyTooLarge(bodyLimitBytes));
    chunks.push(chunk);
  }
  if (length === 0) return ok(undefined);
  const type = contentType(exchange);
  if (type === "application/vnd.kubernetes.protobuf") {
    const decoded = decodeProtobuf(Buffer.concat(chunks));
    return decoded ? ok(decoded) : fail(unsupportedMediaType(type, ["application/json"]));
  }
  try {
    return ok(JSON.parse(Buffer.concat(chunks).toString()) as Json);
  } catch (error) {
    return fail(badRequest(`the request body is no JSON: ${error instanceof Error ? error.message : error}`));
  }
}

/** The media type alone, without parameters. */
export function contentType({ request }: Exchange): string {
  return (request.headers["content-type"] ?? "application/json").split(";")[0]?.trim().toLowerCase() ?? "";
}
