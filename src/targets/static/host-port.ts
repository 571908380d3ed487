import { isIP, SocketAddress } from "node:net";
import { domainToASCII } from "node:url";
import { type Parsed, quote } from "../../config/values.ts";
import { explainUnusable } from "../usable-address.ts";

/** A text taken apart at its port, which is undefined where it has none. Nothing is checked. */
export interface HostPort {
  readonly host: string;
  readonly port: string | undefined;
}

/** `host:port`, `[v6]:port`, or a host alone; an IPv6 address without brackets is a host alone. */
export function splitHostPort(text: string): HostPort {
  // The colon of a URL would be taken for a port's.
  if (text.includes("/")) return { host: text, port: undefined };
  const [, bracketed, plain, port] = /^(?:(\[[^\]]*\])|([^:[\]]*))(?::([^:]*))?$/.exec(text) ?? [];
  return { host: bracketed ?? plain ?? text, port };
}

const wouldHost = "write an IP address or a DNS name";

/** A host as a StaticEntry has it: two ways to write one address become one. */
export function readHost(text: string): Parsed<string> {
  if (text.includes("/")) {
    return { problem: `host ${quote(text)} is a URL or a path; ${wouldHost}, and the port beside it` };
  }
  const bare = /^\[.*\]$/.test(text) ? text.slice(1, -1) : text;
  const version = isIP(bare);
  if (version === 0)
    return bare === text ? readName(text) : { problem: `${quote(bare)} in brackets is no IPv6 address` };
  const host =
    version === 6 && !bare.includes("%") ? new SocketAddress({ address: bare, family: "ipv6" }).address : bare;
  const why = explainUnusable(host);
  return why === undefined ? { value: host } : { problem: `host ${quote(text)} ${why}; ${wouldHost} of one host` };
}

/** Underscores are no part of a host name (RFC 1123), but of names that resolve all the same. */
const namePattern = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/;
/** getaddrinfo takes these for addresses in notations of old: 10.1 is 10.0.0.1 to it. */
const endsInNumber = /(^|\.)(\d+|0x[0-9a-f]*)\.?$/;

function readName(text: string): Parsed<string> {
  const isAscii = /^[\x21-\x7e]*$/.test(text);
  const name = isAscii ? text.toLowerCase() : domainToASCII(text);
  if (!namePattern.test(name)) return { problem: `host ${quote(text)} is no name of a host; ${wouldHost}` };
  if (endsInNumber.test(name)) {
    return { problem: `host ${quote(text)} is no IP address in full, and no DNS name ends in a number; ${wouldHost}` };
  }
  return { value: name };
}

export function readPort(text: string): Parsed<number> {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return { value: port };
  return { problem: `port ${quote(text)} will not do; write a whole number from 1 to 65535` };
}
