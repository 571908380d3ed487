import type { SecureContextOptions } from "node:tls";
import type { ClientAuthType } from "./go-tls-names.ts";

/** The files that were read, or tried, whose changes are to be seen: by path, how each looked before. */
export type FileStates = ReadonlyMap<string, string>;

/** A web configuration, checked. */
export interface WebConfig {
  /** Undefined: in the clear. */
  readonly tls: WebTls | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Hashes of passwords by name; empty: nobody needs one. */
  readonly users: ReadonlyMap<string, string>;
  /** Sentences on what will do and might be better. */
  readonly warnings: readonly string[];
  readonly files: FileStates;
}

export interface WebTls {
  readonly context: SecureContextOptions;
  readonly clientAuth: ClientAuthType;
  /** In their canonical form. One of these has to be in a client's certificate; empty: any may be. */
  readonly allowedSans: readonly string[];
}
