import { isIPv6 } from "node:net";
import type { AccessSpec } from "./access-spec.ts";
import { flawOfCa } from "./pem-source.ts";
import type { Environment } from "./proxy-for.ts";
import { proxyFor } from "./proxy-for.ts";

export interface ServiceAccountSources {
  readonly env: Environment;
  /** Text of a file; throws the system's error. */
  readonly readFile: (path: string) => string;
  /** Where the kubelet mounts it. */
  readonly folder?: string;
}

export type ServiceAccountAccess =
  | { readonly access: AccessSpec }
  | { readonly problems: readonly string[] }
  /** This is no pod. */
  | { readonly outside: true };

/**
 * What the service account of the pod says that this process runs in
 * (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api). The
 * kubelet swaps token and CA under their paths, so both are read again as they change.
 */
export function readServiceAccount(sources: ServiceAccountSources): ServiceAccountAccess {
  const { env, readFile, folder = "/var/run/secrets/kubernetes.io/serviceaccount" } = sources;
  const { KUBERNETES_SERVICE_HOST: host = "", KUBERNETES_SERVICE_PORT: port = "" } = env;
  if (host === "" || port === "") return { outside: true };
  const text = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const server = URL.parse(text);
  const problems: string[] = [];
  if (server === null) problems.push("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT make no URL together");
  const token = readOrNote(`${folder}/token`, "token", readFile, problems);
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token.trim())) problems.push(`${folder}/token holds no token`);
  const ca = readOrNote(`${folder}/ca.crt`, "CA", readFile, problems);
  const flaw = ca === undefined ? undefined : flawOfCa(ca);
  if (flaw !== undefined) problems.push(`${folder}/ca.crt ${flaw}`);
  const choice = server === null ? { proxy: undefined } : proxyFor(server, env);
  if ("problem" in choice) problems.push(choice.problem);
  if (problems.length > 0 || server === null || "problem" in choice) return { problems };
  return { access: specOf(server, choice.proxy, folder) };
}

function readOrNote(path: string, what: string, readFile: (path: string) => string, problems: string[]) {
  try {
    return readFile(path);
  } catch (error) {
    const [why] = (error as Error).message.split(", ");
    const would = "is automountServiceAccountToken false?";
    problems.push(`this is a pod, but the ${what} of its service account cannot be read at ${path} (${why}); ${would}`);
    return undefined;
  }
}

function specOf(server: URL, proxy: URL | undefined, folder: string): AccessSpec {
  return {
    contextName: "",
    clusterName: server.host,
    origin: "the pod's service account",
    server,
    proxy,
    tls: {
      ca: { from: "file", path: `${folder}/ca.crt` },
      cert: undefined,
      key: undefined,
      serverName: "",
      insecure: false,
    },
    authorization: { from: "file", path: `${folder}/token` },
    impersonation: {},
  };
}
