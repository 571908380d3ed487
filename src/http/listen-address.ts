/** Where to listen. */
export interface ListenAddress {
  /** An IP address or name; empty for every address of this machine. */
  readonly host: string;
  readonly port: number;
}
