import { joinHostPort } from "../targets/select.ts";

/** An address and port of TCP. */
export interface TcpAddress {
  /** An IP address or name; empty for every address of this machine. */
  readonly host: string;
  readonly port: number;
}

/** A Unix domain socket (unix(7)). */
export interface UnixAddress {
  readonly path: string;
}

/** Where to listen. */
export type ListenAddress = TcpAddress | UnixAddress;

/** As a user writes it. */
export function writeAddress(address: ListenAddress): string {
  return "path" in address ? `unix:${address.path}` : joinHostPort(address.host, address.port);
}

/** What a person types in a shell of this machine to read a path there. */
export function curlOf(address: ListenAddress, scheme: "http" | "https", path: string): string {
  if ("path" in address) return `curl -s --unix-socket ${address.path} http://localhost${path}`;
  return `curl -s ${urlOf(address, scheme)}${path}`;
}

/** Where a person finds it from this machine. */
export function urlOf(address: ListenAddress, scheme: "http" | "https"): string {
  if ("path" in address) return writeAddress(address);
  const { host, port } = address;
  return `${scheme}://${host === "" ? `localhost:${port}` : joinHostPort(host, port)}`;
}
