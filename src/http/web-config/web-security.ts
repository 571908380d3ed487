import type { SecureContextOptions, TLSSocket, TlsOptions } from "node:tls";

/** What became of who asked: `denied` had no right, of `busy` it was not found out. */
export type AuthAnswer = "ok" | "denied" | "busy";

/** How connections are encrypted, and whose certificates are taken. */
export interface TlsSecurity {
  readonly options: TlsOptions;
  /** Whether the client of a new connection may stay. */
  admits(socket: TLSSocket): boolean;
  /** Hears of other certificates, which are for the connections to come. */
  onChange(changed: (options: SecureContextOptions) => void): void;
}

/** Who may read, and how. */
export interface WebSecurity {
  /** Undefined: in the clear. */
  readonly tls: TlsSecurity | undefined;
  /** What each answer carries. */
  headers(): Readonly<Record<string, string>>;
  /** Whether an Authorization header will do that comes from the address `peer`. */
  authenticate(authorization: string | undefined, peer: string): Promise<AuthAnswer>;
  stop(): void;
}
