import type { TokenConfig } from "../token.ts";
import type { ExecSpec } from "./exec-spec.ts";

/** Text in PEM (RFC 7468): given, or in a file that is read again as it changes. */
export type PemSource =
  | { readonly from: "data"; readonly pem: string }
  | { readonly from: "file"; readonly path: string };

export interface TlsSpec {
  /** Authorities that may have signed the server's certificate; undefined for the system's. */
  readonly ca: PemSource | undefined;
  /** The client's own certificate and key: both or neither. */
  readonly cert: PemSource | undefined;
  readonly key: PemSource | undefined;
  /** The name that the server's certificate has to be for; empty for the URL's host. */
  readonly serverName: string;
  /** The server's certificate is not checked at all: whoever is on the way there can read the token. */
  readonly insecure: boolean;
}

export type AuthorizationSpec =
  | TokenConfig
  /** A file, and the token that serves where the file cannot be read. */
  | { readonly from: "file"; readonly path: string; readonly fallback: string }
  | { readonly from: "basic"; readonly username: string; readonly password: string }
  | { readonly from: "exec"; readonly plugin: ExecSpec };

/** How to reach one Kubernetes API and who to be there: checked, plain data. `ClusterAccess` brings it to life. */
export interface AccessSpec {
  /** What the user calls it; empty where it is from no kubeconfig. */
  readonly contextName: string;
  /** The name of the kubeconfig's cluster entry; of a pod's own cluster, the API's host. */
  readonly clusterName: string;
  /** Where this comes from, for people: `context "prod" of /home/me/.kube/config`. */
  readonly origin: string;
  /** http or https, perhaps with a path to put before the API's. */
  readonly server: URL;
  /** http or https, perhaps with user and password. */
  readonly proxy: URL | undefined;
  readonly tls: TlsSpec;
  readonly authorization: AuthorizationSpec;
  /** Impersonate-User and its like. */
  readonly impersonation: Readonly<Record<string, string | readonly string[]>>;
}

/** The server's URL as text, without a slash at its end: what the API's paths go behind. */
export function baseUrl({ server }: AccessSpec): string {
  return server.href.replace(/\/+$/, "");
}
