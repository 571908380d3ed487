import { msPerSecond } from "../../units.ts";
import { asObject, asString } from "./read-node.ts";

/** Why a request to the API gave nothing usable; the `reason` label of `pingo_api_errors_total`. */
export const problemReasons = [
  "unauthorized",
  "forbidden",
  "expired",
  "http_status",
  "tls",
  "connection",
  "timeout",
  "bad_answer",
  "bad_node",
] as const;
export type ProblemReason = (typeof problemReasons)[number];

export interface ApiProblem {
  readonly reason: ProblemReason;
  /** One sentence for a tired person: what happened, what was seen, what to do. */
  readonly detail: string;
  /** HTTP status where one came. */
  readonly status?: number;
  /** Not to be asked again before, in milliseconds: where the server says so (`Retry-After`, RFC 9110, 10.2.3). */
  readonly retryAfterMs?: number;
}

const tlsCodes = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "CERT_REJECTED",
  "INVALID_CA",
]);

const connectionWords: Record<string, string> = {
  ECONNREFUSED: "nothing listens there (connection refused)",
  ECONNRESET: "it closed the connection",
  EPIPE: "it closed the connection",
  EHOSTUNREACH: "the host cannot be reached (no answer, or an ICMP answer that says so)",
  ENETUNREACH: "there is no route to it from here",
  ETIMEDOUT: "no answer to the connection attempt",
  ENOTFOUND: "its host name is not known to the resolver",
  EAI_AGAIN: "the resolver gives no answer for its host name",
  EMFILE: "this process is out of file descriptors",
};

/** What the user said of the API, for the advice in a problem. */
export interface Naming {
  /** A CA is named. */
  readonly caGiven: boolean;
  /** Where: flags, or a kubeconfig's context. */
  readonly origin: string;
}

/** Problem for an exception of node:https: what failed below HTTP. */
export function problemOfError(error: Error & { code?: string }, naming?: Naming): ApiProblem {
  const code = error.code ?? "";
  if (tlsCodes.has(code)) {
    return {
      reason: "tls",
      detail: naming?.caGiven
        ? `its certificate is not signed by the given CA (${code}): check that of ${naming.origin}`
        : `its certificate is signed by nobody this system trusts (${code}): give its CA (PINGO_CA, --ca-file, or in the kubeconfig)`,
    };
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return {
      reason: "tls",
      detail: `its certificate ${code === "CERT_HAS_EXPIRED" ? "has expired" : "is not valid yet"}; is the clock right on both sides?`,
    };
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return { reason: "tls", detail: `its certificate is for another name: ${error.message}` };
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL_")) {
    return { reason: "tls", detail: `it does not speak TLS as expected (${code}); is the URL's scheme or port wrong?` };
  }
  if (code.startsWith("HPE_")) {
    return { reason: "bad_answer", detail: `it does not speak HTTP (${code}); is the URL's scheme or port wrong?` };
  }
  return { reason: "connection", detail: connectionWords[code] ?? `the connection failed: ${error.message}` };
}

/**
 * Problem for an answer whose status is not 200; `body` is its beginning. `nowUnixMs` is what a date in Retry-After is
 * measured against: best the answer's own Date, as two clocks differ.
 */
export function problemOfStatus(
  status: number,
  body: string,
  retryAfter: string | undefined,
  nowUnixMs = Date.now(),
): ApiProblem {
  const said = statusMessage(body);
  const because = said === "" ? "" : `: ${said}`;
  const base = { status, ...parseRetryAfter(retryAfter, nowUnixMs) };
  if (status === 401) {
    return {
      ...base,
      reason: "unauthorized",
      detail: `it does not accept the credentials (401 Unauthorized${because})`,
    };
  }
  if (status === 403) {
    return { ...base, reason: "forbidden", detail: `this user may not do that (403 Forbidden${because})` };
  }
  if (status === 410)
    return { ...base, reason: "expired", detail: `it no longer has that version (410 Gone${because})` };
  return { ...base, reason: "http_status", detail: `it answers HTTP ${status}${because}` };
}

/** Problem for an ERROR event of a watch, whose object is a Status (meta/v1). */
export function problemOfErrorEvent(object: unknown): ApiProblem {
  const status = asObject(object);
  const code = typeof status?.code === "number" ? status.code : 0;
  const seconds = asObject(status?.details)?.retryAfterSeconds;
  const retryAfter = typeof seconds === "number" ? String(seconds) : undefined;
  return problemOfStatus(code, JSON.stringify(status ?? {}), retryAfter);
}

/** The `message` of a Status body, or nothing: a page of HTML tells a tired person less than its status does. */
function statusMessage(body: string): string {
  try {
    return asString(asObject(JSON.parse(body))?.message);
  } catch {
    return "";
  }
}

/** Seconds or a date (RFC 9110, 10.2.3). Without a weekday it is no date of HTTP, whatever Date.parse makes of it. */
function parseRetryAfter(value: string | undefined, nowUnixMs: number): { retryAfterMs?: number } {
  if (value === undefined) return {};
  if (/^\d{1,9}$/.test(value)) return { retryAfterMs: Number(value) * msPerSecond };
  const unixMs = /^[A-Z][a-z]{2,8},? /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(unixMs) ? {} : { retryAfterMs: Math.max(0, unixMs - nowUnixMs) };
}
