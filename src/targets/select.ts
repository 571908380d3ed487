import { BlockList, isIP } from "node:net";
import type { Target } from "../target.ts";
import type { NodeAddress, NodeFacts } from "./node.ts";

export const addressTypes = ["ExternalIP", "InternalIP"] as const;
export type AddressType = (typeof addressTypes)[number];
export const ipFamilies = ["auto", "4", "6"] as const;
export type IpFamily = (typeof ipFamilies)[number];

export interface Selection {
  /** In order of preference. */
  readonly addressTypes: readonly AddressType[];
  /** `auto` takes a node's first address, whichever family it is of. */
  readonly ipFamily: IpFamily;
}

/** What becomes of a node. The states are the `state` label of `pingo_targets`. */
export type NodeTarget =
  | { readonly state: "probed"; readonly target: Target }
  | { readonly state: "no_address" | "no_port"; readonly why: string };

/** All states, so that each is exported even while it holds nothing. */
export const nodeStates = ["probed", "no_address", "no_port"] as const;

/** The target of a node, or in plain words why it has none. */
export function selectTarget(cluster: string, node: NodeFacts, selection: Selection): NodeTarget {
  const chosen = chooseAddress(node.addresses, selection);
  if (chosen === undefined) return { state: "no_address", why: explainNoAddress(node, selection) };
  if (node.kubeletPort === 0) {
    return { state: "no_port", why: "reports no usable kubelet port (virtual kubelets report 0)" };
  }
  const address = joinHostPort(chosen.address, node.kubeletPort);
  return {
    state: "probed",
    target: {
      key: `${cluster}/${node.uid}/${node.name}/${address}`,
      cluster,
      node: node.name,
      name: node.addresses.find((entry) => entry.type === "Hostname")?.address ?? node.name,
      host: chosen.address,
      port: node.kubeletPort,
      address,
      addressType: chosen.type,
      zone: node.zone,
      region: node.region,
      instanceType: node.instanceType,
      os: node.os,
    },
  };
}

/** `host:port`, an IPv6 address in brackets (RFC 3986, 3.2.2). */
export function joinHostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function chooseAddress(addresses: readonly NodeAddress[], selection: Selection): NodeAddress | undefined {
  for (const type of selection.addressTypes) {
    const found = addresses.find((entry) => entry.type === type && isUsable(entry.address, selection.ipFamily));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What no handshake can be sent to from here, or what is not one host (IANA's special-purpose address registries). */
const unusable = new BlockList();
unusable.addSubnet("0.0.0.0", 8, "ipv4"); // "this network"
unusable.addSubnet("224.0.0.0", 3, "ipv4"); // multicast, reserved, broadcast
unusable.addAddress("::", "ipv6"); // unspecified
unusable.addSubnet("fe80::", 10, "ipv6"); // link-local: nothing without the name of an interface
unusable.addSubnet("ff00::", 8, "ipv6"); // multicast

function isUsable(address: string, family: IpFamily): boolean {
  const version = isIP(address);
  if (version === 0 || (family !== "auto" && String(version) !== family)) return false;
  return !unusable.check(address, version === 4 ? "ipv4" : "ipv6");
}

function explainNoAddress(node: NodeFacts, selection: Selection): string {
  if (node.addresses.length === 0) return "reports no address";
  const wanted = selection.addressTypes.join(" or ");
  const family = selection.ipFamily === "auto" ? "" : ` of IPv${selection.ipFamily}`;
  const has = node.addresses.map((entry) => `${entry.type} ${entry.address}`).join(", ");
  return `has no usable ${wanted}${family}; it reports ${has}`;
}
