import { negotiateCoding } from "../content-encoding.ts";
import { isKnown } from "../etag.ts";
import type { Answer, Route, RouteRequest } from "../server.ts";
import type { Page, PageFile } from "./page-file.ts";

/** Nothing but what this PinGo itself serves, and nobody may put the page into a frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const forever = "public, max-age=31536000, immutable";

/** The page's files as routes. */
export function pageRoutes(page: Page): Record<string, Route> {
  const etag = `"${page.version}"`;
  return Object.fromEntries(page.files.map((file) => [file.path, (request) => answerWith(file, etag, request)]));
}

function answerWith(file: PageFile, etag: string, request: RouteRequest): Answer {
  const headers = {
    "Cache-Control": file.isForever ? forever : "no-cache",
    ETag: etag,
    "Content-Security-Policy": contentSecurityPolicy,
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    Vary: "Accept-Encoding",
  };
  const { contentType } = file;
  if (isKnown(request, etag)) return { status: 304, contentType, body: "", headers };
  const body = takesGzip(request) ? file.gzip : file.bytes;
  const coding = body === file.gzip ? { "Content-Encoding": "gzip" } : undefined;
  return {
    status: 200,
    contentType,
    body: [body],
    isEncoded: true,
    headers: { ...headers, ...coding, "Content-Length": String(body.length) },
  };
}

/** Of all codings there is only this one: encoding a file for each who asks takes longer than sending it. */
function takesGzip({ headers }: RouteRequest): boolean {
  const accepted = headers["accept-encoding"]?.toString() ?? "";
  return negotiateCoding(accepted.replace(/zstd/gi, "")) === "gzip";
}
