import type { Failure } from "../outcome.ts";

/**
 * Errors that an answer from the network, or its absence, gives to a connection attempt under way: those of TCP
 * itself and what the kernel makes of ICMP (icmp_err_convert in net/ipv4/icmp.c, icmpv6_err_convert in
 * net/ipv6/icmp.c; a firewall's "administratively prohibited" is EHOSTUNREACH over IPv4 and EACCES over IPv6).
 * The same codes from connect(2) itself, before a packet was sent, are this machine's own; so are all others.
 */
const networkErrors: Record<string, Failure["result"]> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
  ETIMEDOUT: "timeout",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  EACCES: "unreachable",
  ENONET: "unreachable",
  ENOPROTOOPT: "unreachable",
  EOPNOTSUPP: "unreachable",
  ENOTSUP: "unreachable",
  EPROTO: "unreachable",
};

/** Stands for an errno where the deadline ended the wait. */
export const deadlineCode = "DEADLINE";

/** The result of a handshake that was under way and ended with this errno. */
export function resultOfErrno(code: string): Failure["result"] {
  return networkErrors[code] ?? "local";
}
