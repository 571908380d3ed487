import { unknownAuthority } from "../unknown-authority.ts";
import type { Endpoint } from "./endpoint.ts";
import { explainTls } from "./explain-tls.ts";

type Failure = Error & { readonly code?: string; readonly errors?: readonly (Error & { readonly code?: string })[] };

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the resolver gives no answer for its host name",
  ENOENT: "no such socket",
  EACCES: "no permission for it",
  ETIMEDOUT: "connection timed out",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
};

/** Why a request failed below HTTP, in words that fit behind "does not answer". */
export function explainError(failure: Failure, { at }: Pick<Endpoint, "at">): string {
  const { code, message, errors } = failure;
  const [first] = errors ?? [];
  const known = code ?? first?.code ?? "";
  if (unknownAuthority.has(known)) return "its certificate is of an authority that is not known here: --ca-file";
  const tls = explainTls(failure);
  if (tls !== undefined) return tls;
  if (known.startsWith("HPE_")) return "what answers there speaks no HTTP; is the port right?";
  // A server of TLS ends what is none without a word.
  const isPlain = "isTls" in at && !at.isTls;
  if (known === "ECONNRESET" && isPlain && message === "socket hang up") return "connection closed; is it https://?";
  return words[known] ?? (message || first?.message || "it does not answer");
}
