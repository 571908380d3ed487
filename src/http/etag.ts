import { createHash } from "node:crypto";
import type { Answer, RouteRequest } from "./server.ts";

/** What stands for a body. Weak, as it is the same for every coding (RFC 9110, 8.8.1). */
export function etagOf(body: string | Uint8Array): string {
  return `W/"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
}

/** An answer that changes with the program alone: whoever has it asks whether it is the same still, and is told so in a few bytes. */
export function unlessKnown({ headers }: RouteRequest, etag: string, answer: () => Answer): Answer {
  const lasting = { ETag: etag, "Cache-Control": "no-cache" };
  const known = (headers["if-none-match"] ?? "").split(",").map((tag) => tag.trim());
  const given = known.includes(etag) || known.includes("*") ? { ...answer(), status: 304, body: "" } : answer();
  return { ...given, headers: { ...given.headers, ...lasting } };
}
