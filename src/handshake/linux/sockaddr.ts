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
 * address as the network has them. `host` is an IP address without brackets; throws on anything else. An IPv4-mapped
 * address becomes the IPv4 one.
 */
export function sockaddrOf({ host, port }: { readonly host: string; readonly port: number }): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sockaddrLength);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, port);
  const groups = isIPv4(host) ? undefined : groupsOf(host);
  const ipv4 = groups === undefined ? host.split(".").map(Number) : mappedIpv4(groups);
  if (ipv4 !== undefined) {
    view.setUint16(0, AF_INET, true);
    bytes.set(ipv4, 4);
    return bytes;
  }
  view.setUint16(0, AF_INET6, true);
  for (const [index, group] of (groups ?? []).entries()) view.setUint16(8 + 2 * index, group);
  return bytes;
}

/**
 * The four bytes of an IPv4-mapped address (RFC 4291, 2.5.5.2), which is IPv4 on the wire. An IPv6 socket that once
 * connected to one speaks IPv4 from then on (tcp_v6_connect, net/ipv6/tcp_ipv6.c), even after its disconnect.
 */
function mappedIpv4(groups: readonly number[]): number[] | undefined {
  const isMapped = groups.every((group, index) => index > 5 || group === (index === 5 ? 0xffff : 0));
  return isMapped ? groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]) : undefined;
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
