import { createHash } from "node:crypto";
import type { Answer, RouteRequest } from "./server.ts";

/** What stands for a body. Weak, as it is the same for every coding (RFC 9110, 8.8.1). */
export function etagOf(body: string | Uint8Array): string {
  return `W/"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
}

/** Whether who asks has that already; weakly compared (RFC 9110, 13.1.2), as a proxy that encodes makes a tag weak. */
export function isKnown({ headers }: RouteRequest, etag: string): boolean {
  const strong = (tag: string) => tag.trim().replace(/^W\//, "");
  return (headers["if-none-match"] ?? "").split(",").some((tag) => strong(tag) === strong(etag) || tag.trim() === "*");
}

/** An answer that changes with the program alone: whoever has it asks whether it is the same still, and is told so in a few bytes. */
export function unlessKnown(request: RouteRequest, etag: string, answer: () => Answer): Answer {
  const lasting = { ETag: etag, "Cache-Control": "no-cache" };
  const given = isKnown(request, etag) ? { ...answer(), status: 304, body: "" } : answer();
  return { ...given, headers: { ...given.headers, ...lasting } };
}
