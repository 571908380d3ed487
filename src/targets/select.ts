import { isIP } from "node:net";
import type { Target } from "../target.ts";
import type { NodeAddress, NodeFacts } from "./node.ts";
import { ownsShard, type Shard } from "./shard.ts";
import { explainUnusable } from "./usable-address.ts";

export const addressTypes = ["ExternalIP", "InternalIP"] as const;
export type AddressType = (typeof addressTypes)[number];
export const ipFamilies = ["auto", "4", "6", "both"] as const;
export type IpFamily = (typeof ipFamilies)[number];

/** A port that is probed on every node. */
export interface NamedPort {
  readonly name: string;
  readonly port: number;
}

/** The name of the port that each node reports by itself. */
export const kubeletPortName = "kubelet";

export interface Selection {
  /** In order of preference. */
  readonly addressTypes: readonly AddressType[];
  /** `auto` takes a node's first address, whichever family it is of; `both` the first of each. */
  readonly ipFamily: IpFamily;
  /** Beside the kubelet's; one of the kubelet's name stands for what the nodes report. */
  readonly ports: readonly NamedPort[];
  /** Of the nodes, those of this instance; undefined for all. */
  readonly shard: Shard | undefined;
}

/** What becomes of a node. The states are the `state` label of `pingo_targets`. */
export type NodeOutcome =
  /** One target for each address and port, at least one. */
  | { readonly state: "probed"; readonly targets: readonly Target[] }
  | { readonly state: "no_address" | "no_port" | "filtered"; readonly why: string };

/** All states, so that each is exported even while it holds nothing. */
export const nodeStates = ["probed", "no_address", "no_port", "filtered"] as const;

/** Empty where there are none, and of a node that is not there. */
export function targetsOf(outcome: NodeOutcome | undefined): readonly Target[] {
  return outcome?.state === "probed" ? outcome.targets : [];
}

/** The targets of a node, or in plain words why it has none. */
export function selectTargets(cluster: string, node: NodeFacts, selection: Selection): NodeOutcome {
  const { shard } = selection;
  if (shard !== undefined && !ownsShard(node.uid || node.name, shard)) {
    return { state: "filtered", why: `belongs to another shard than ${shard.index}/${shard.count}` };
  }
  const addresses = chooseAddresses(node.addresses, selection);
  if (addresses.length === 0) return { state: "no_address", why: explainNoAddress(node, selection) };
  const ports = portsOf(node, selection.ports);
  if (ports.length === 0) {
    return { state: "no_port", why: "reports no usable kubelet port (virtual kubelets report 0)" };
  }
  const targets = addresses.flatMap((address) => ports.map((port) => makeTarget(cluster, node, address, port)));
  return { state: "probed", targets };
}

function makeTarget(cluster: string, node: NodeFacts, chosen: NodeAddress, { name, port }: NamedPort): Target {
  const address = joinHostPort(chosen.address, port);
  return {
    key: `${cluster}/${node.uid}/${node.name}/${address}`,
    cluster,
    node: node.name,
    name: node.addresses.find((entry) => entry.type === "Hostname")?.address ?? node.name,
    host: chosen.address,
    port,
    portName: name,
    address,
    addressType: chosen.type,
    zone: node.zone,
    region: node.region,
    instanceType: node.instanceType,
    os: node.os,
  };
}

/** `host:port`, an IPv6 address in brackets (RFC 3986, 3.2.2). */
export function joinHostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Each number once, under the first of its names. */
function portsOf({ kubeletPort }: NodeFacts, named: readonly NamedPort[]): NamedPort[] {
  const chosen = named.some(({ name }) => name === kubeletPortName);
  const own = chosen || kubeletPort === 0 ? [] : [{ name: kubeletPortName, port: kubeletPort }];
  const ports = [...own, ...named];
  return ports.filter(({ port }, index) => ports.findIndex((other) => other.port === port) === index);
}

function chooseAddresses(addresses: readonly NodeAddress[], { addressTypes, ipFamily }: Selection): NodeAddress[] {
  const families = ipFamily === "both" ? [4, 6] : [ipFamily === "auto" ? undefined : Number(ipFamily)];
  return families.flatMap((family) => chooseAddress(addresses, addressTypes, family) ?? []);
}

function chooseAddress(
  addresses: readonly NodeAddress[],
  types: readonly AddressType[],
  family: number | undefined,
): NodeAddress | undefined {
  for (const wanted of types) {
    const found = addresses.find(
      ({ type, address }) =>
        type === wanted && (family === undefined || isIP(address) === family) && explainUnusable(address) === undefined,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function explainNoAddress(node: NodeFacts, selection: Selection): string {
  if (node.addresses.length === 0) return "reports no address";
  const wanted = selection.addressTypes.join(" or ");
  const family = /^[46]$/.test(selection.ipFamily) ? ` of IPv${selection.ipFamily}` : "";
  const has = node.addresses.map((entry) => `${entry.type} ${entry.address}`).join(", ");
  return `has no usable ${wanted}${family}; it reports ${has}`;
}
