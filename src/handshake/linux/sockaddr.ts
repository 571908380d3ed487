import { isIPv4, SocketAddress } from "node:net";
import { AF_INET, AF_INET6 } from "./constants.ts";

/** Bytes of a struct sockaddr_in6, the longer of the two. */
export const sockaddrLength = 28;
const sockaddrInLength = 16;

/** The family of the address at `at`: it is written first, and both have numbers of one byte. */
export function familyOf(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

/** Bytes that the kernel is to read of an address. */
export function lengthOf(family: number): number {
  return family === AF_INET ? sockaddrInLength : sockaddrLength;
}

/**
 * The bytes of a struct sockaddr_in or sockaddr_in6 (ip(7), ipv6(7)): the family as the machine has it, port and
 * address as the network has them. `host` is an IP address without brackets; throws on anything else.
 */
export function sockaddrOf({ host, port }: { readonly host: string; readonly port: number }): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sockaddrLength);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, port);
  if (isIPv4(host)) {
    view.setUint16(0, AF_INET, true);
    bytes.set(host.split(".").map(Number), 4);
    return bytes;
  }
  view.setUint16(0, AF_INET6, true);
  for (const [index, group] of groupsOf(host).entries()) view.setUint16(8 + 2 * index, group);
  return bytes;
}

/** The eight groups of an IPv6 address (RFC 4291, 2.2), an embedded IPv4 address as two of them. */
function groupsOf(host: string): number[] {
  // Checks it, and throws on what is none.
  const { address } = new SocketAddress({ address: host, family: "ipv6" });
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/;
  const hex = address.replace(
    dotted,
    (_all, a, b, c, d) =>
      `${((Number(a) << 8) | Number(b)).toString(16)}:${((Number(c) << 8) | Number(d)).toString(16)}`,
  );
  const [head = "", tail] = hex.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = new Array<string>(8 - left.length - right.length).fill("0");
  return [...left, ...gap, ...right].map((group) => Number.parseInt(group, 16));
}
