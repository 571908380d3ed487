import type { Clock } from "../../../clock.ts";
import type { AccessSpec } from "./access-spec.ts";
import { type Authorization, type Authorizer, createAuthorizer } from "./authorizer.ts";
import { type Environment, proxySecrets } from "./proxy-for.ts";
import { type TlsMaterial, TlsSource } from "./tls-material.ts";

export interface ClusterAccessSources {
  /** Text of a file; throws the system's error. */
  readonly readFile: (path: string) => string;
  readonly clock: Clock;
  /** What an exec plugin inherits. */
  readonly env: Environment;
  /** Told once each time a file becomes useless that was good before. */
  readonly warn?: (message: string) => void;
}

/** What one request needs. */
export interface Credentials {
  /** Authorization and Impersonate-*, for `http.request`. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly tls: TlsMaterial;
  /** Another one wherever `tls` is another: see `AgentSource`. */
  readonly tlsGeneration: number;
}

export type CredentialsResult = Credentials | { readonly problem: string };

/**
 * The way to one Kubernetes API, as a kubeconfig's context, a pod's service account or flags say it. Whatever may
 * change while this process runs (token, CA, client certificate, what a plugin gives) is of the moment it is asked for.
 */
export class ClusterAccess {
  readonly spec: AccessSpec;
  readonly #tls: TlsSource;
  readonly #authorizer: Authorizer;
  /** Which authorization a request was made with. */
  readonly #made = new WeakMap<Credentials, Authorization>();

  constructor(spec: AccessSpec, { readFile, clock, env, warn = () => {} }: ClusterAccessSources) {
    this.spec = spec;
    this.#tls = new TlsSource(spec.tls, readFile, warn);
    const caPem = () => this.#tls.caPem();
    this.#authorizer = createAuthorizer(spec.authorization, { readFile, warn, clock, env, caPem });
  }

  /**
   * What a request that is about to be sent needs. May run a plugin, for 30 s at most. Never rejects; a problem is a
   * sentence that says why there are no credentials now.
   */
  async credentials(): Promise<CredentialsResult> {
    const authorization = await this.#authorizer.current();
    if ("problem" in authorization) return authorization;
    const tls = this.#tls.current(authorization.pair);
    if ("problem" in tls) return tls;
    const { header } = authorization;
    const headers = { ...(header === undefined ? {} : { Authorization: header }), ...this.spec.impersonation };
    const credentials = { headers, tls: tls.tls, tlsGeneration: tls.generation };
    this.#made.set(credentials, authorization);
    return credentials;
  }

  /** To be told of a 401 (Unauthorized). True where a second try, with credentials asked for anew, may do better. */
  refused(used: Credentials): boolean {
    const authorization = this.#made.get(used);
    return authorization !== undefined && this.#authorizer.refused(authorization);
  }

  /** What the log must hide; asked for anew for each line. */
  secrets(): readonly string[] {
    const { proxy } = this.spec;
    return [...this.#authorizer.secrets(), ...(proxy === undefined ? [] : proxySecrets(proxy))];
  }

  /** Ends a plugin that runs. Can be called again. */
  close(): void {
    this.#authorizer.close();
  }
}
