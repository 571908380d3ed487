import { BlockList, isIP } from "node:net";

/** What no handshake can be sent to, or what is not one host (IANA's special-purpose address registries). */
const notOneHost = new BlockList();
notOneHost.addSubnet("0.0.0.0", 8, "ipv4"); // "this network"
notOneHost.addSubnet("224.0.0.0", 3, "ipv4"); // multicast, reserved, broadcast
notOneHost.addAddress("::", "ipv6"); // unspecified
notOneHost.addSubnet("ff00::", 8, "ipv6"); // multicast
const linkLocal = new BlockList();
linkLocal.addSubnet("fe80::", 10, "ipv6");

/** Why no handshake can be made to an IP address, as the end of a sentence; undefined where one can. */
export function explainUnusable(address: string): string | undefined {
  if (isIP(address) === 0) return "is no IP address";
  if (address.includes("%")) return "names an interface, which cannot be had here";
  const family = isIP(address) === 4 ? "ipv4" : "ipv6";
  if (notOneHost.check(address, family)) return "is not the address of one host";
  if (linkLocal.check(address, family)) return "is link-local: nothing without the name of an interface";
  return undefined;
}
