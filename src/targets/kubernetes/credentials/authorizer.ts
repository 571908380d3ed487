import type { Clock } from "../../../clock.ts";
import { TokenSource } from "../token.ts";
import type { AuthorizationSpec } from "./access-spec.ts";
import type { ExecCredential } from "./exec-credential.ts";
import { ExecPlugin } from "./exec-plugin.ts";
import type { Environment } from "./proxy-for.ts";
import type { ClientPair } from "./tls-material.ts";

/** Who to be in one request. */
export interface Authorization {
  /** The value of the header; undefined where there is none. */
  readonly header: string | undefined;
  readonly pair: ClientPair | undefined;
  /** By which a plugin knows again what it gave. */
  readonly given?: ExecCredential;
}

export type AuthorizationResult = Authorization | { readonly problem: string };

/** One way to say who we are. */
export interface Authorizer {
  /** Never rejects. */
  current(): Promise<AuthorizationResult>;
  /** To be told of a 401; true where asking again gives something else than `used`. */
  refused(used: Authorization): boolean;
  /** What must not be shown. */
  secrets(): readonly string[];
  close(): void;
}

export interface AuthorizerSources {
  readonly readFile: (path: string) => string;
  readonly warn: (message: string) => void;
  readonly clock: Clock;
  readonly env: Environment;
  readonly caPem: () => string | undefined;
}

export function createAuthorizer(spec: AuthorizationSpec, sources: AuthorizerSources): Authorizer {
  switch (spec.from) {
    case "exec":
      return execAuthorizer(new ExecPlugin({ spec: spec.plugin, ...sources }));
    case "basic":
      return basicAuthorizer(spec.username, spec.password);
    default:
      return tokenAuthorizer(
        new TokenSource(spec, sources.readFile, sources.warn),
        "fallback" in spec ? spec.fallback : undefined,
      );
  }
}

function execAuthorizer(plugin: ExecPlugin): Authorizer {
  return {
    async current() {
      const result = await plugin.credential();
      if ("problem" in result) return result;
      const { token, pair } = result.credential;
      return { header: bearer(token), pair, given: result.credential };
    },
    refused: ({ given }) => plugin.refused(given),
    secrets: () => plugin.secrets(),
    close: () => plugin.close(),
  };
}

/** RFC 7617. */
function basicAuthorizer(username: string, password: string): Authorizer {
  const credentials = Buffer.from(`${username}:${password}`).toString("base64");
  return {
    current: async () => ({ header: `Basic ${credentials}`, pair: undefined }),
    refused: () => false,
    secrets: () => [password, credentials].filter((secret) => secret !== ""),
    close: () => {},
  };
}

function tokenAuthorizer(source: TokenSource, fallback: string | undefined): Authorizer {
  const current = (): AuthorizationResult => {
    try {
      return { header: bearer(source.current()), pair: undefined };
    } catch (error) {
      return fallback === undefined
        ? { problem: (error as Error).message }
        : { header: bearer(fallback), pair: undefined };
    }
  };
  return {
    current: async () => current(),
    // A file that was swapped while the request was on its way.
    refused(used) {
      const now = current();
      return "header" in now && now.header !== used.header;
    },
    secrets: () => [...source.secrets(), ...(fallback === undefined ? [] : [fallback])],
    close: () => {},
  };
}

function bearer(token: string | undefined): string | undefined {
  return token === undefined ? undefined : `Bearer ${token}`;
}
