import type { SecureContextOptions } from "node:tls";
import type { ClientAuthType } from "./go-tls-names.ts";

/** A web configuration, checked. */
export interface WebConfig {
  /** Undefined: in the clear. */
  readonly tls: WebTls | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Hashes of passwords by name; empty: nobody needs one. */
  readonly users: ReadonlyMap<string, string>;
  /** Sentences on what will do and might be better. */
  readonly warnings: readonly string[];
  /** The files that it was read from, whose changes change it. */
  readonly files: readonly string[];
}

export interface WebTls {
  readonly context: SecureContextOptions;
  readonly clientAuth: ClientAuthType;
  /** One of these has to be in a client's certificate; empty: any may be. */
  readonly allowedSans: readonly string[];
}
