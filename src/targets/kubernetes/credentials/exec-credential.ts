import { token as parseToken } from "../../../config/values.ts";
import { asObject } from "../read-node.ts";
import { flawOfPair } from "./client-certificate.ts";
import type { ExecApiVersion, ExecSpec } from "./exec-spec.ts";
import type { ClientPair } from "./tls-material.ts";

/** What a plugin gave. */
export interface ExecCredential {
  readonly token: string | undefined;
  readonly pair: ClientPair | undefined;
  /** Milliseconds since 1970; undefined where it does not expire. */
  readonly expiresAtUnixMs: number | undefined;
}

/** `problem` is the end of a sentence that begins with the plugin's name, and shows nothing of what the plugin wrote. */
export type ReadCredential = { readonly credential: ExecCredential } | { readonly problem: string };

/** Reads what a plugin wrote: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
export function readExecCredential(text: string, apiVersion: ExecApiVersion): ReadCredential {
  const object = parseObject(text);
  if (object === undefined) {
    return {
      problem: `wrote no ExecCredential in JSON (${text.length} characters); run it by hand to see what it says`,
    };
  }
  if (object.kind !== "ExecCredential") return { problem: "wrote JSON whose kind is not ExecCredential" };
  if (object.apiVersion !== apiVersion) {
    return { problem: `does not answer in ${apiVersion}, which the kubeconfig says; change the apiVersion there` };
  }
  const status = asObject(object.status);
  if (status === undefined) return { problem: "wrote an ExecCredential without a status" };
  return readStatus(status);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function readStatus(status: Record<string, unknown>): ReadCredential {
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = status;
  const texts = [token, cert, key, expirationTimestamp].map((value) => value ?? "");
  if (!texts.every((value) => typeof value === "string"))
    return { problem: "wrote a status with a field of a wrong type" };
  const [tokenText = "", certText = "", keyText = "", expiration = ""] = texts;
  if (tokenText === "" && certText === "" && keyText === "") {
    return { problem: "wrote a status with neither a token nor a client certificate" };
  }
  if ((certText === "") !== (keyText === "")) return { problem: "wrote only one of client certificate and key" };
  const parsed = parseToken(tokenText);
  if (tokenText !== "" && "problem" in parsed) return { problem: `wrote a token that ${parsed.problem}` };
  const flaw = certText === "" ? undefined : flawOfPair(certText, keyText);
  if (flaw !== undefined) return { problem: `wrote a client certificate that cannot be used: ${flaw}` };
  const expiresAtUnixMs = expiration === "" ? undefined : parseTime(expiration);
  if (Number.isNaN(expiresAtUnixMs)) return { problem: "wrote an expirationTimestamp that is no time of RFC 3339" };
  const pair = certText === "" ? undefined : { cert: certText, key: keyText };
  return { credential: { token: tokenText || undefined, pair, expiresAtUnixMs } };
}

/** RFC 3339 alone; `Date.parse` would take many more. */
function parseTime(text: string): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN;
}

/** What a plugin is told in KUBERNETES_EXEC_INFO. `caPem` is the cluster's CA where it has one of its own. */
export function execInfo({ apiVersion, provideClusterInfo, cluster }: ExecSpec, caPem: string | undefined): string {
  const ca = caPem === undefined ? {} : { "certificate-authority-data": Buffer.from(caPem).toString("base64") };
  const info = provideClusterInfo ? { cluster: { ...cluster, ...ca } } : {};
  return JSON.stringify({ kind: "ExecCredential", apiVersion, spec: { ...info, interactive: false } });
}
