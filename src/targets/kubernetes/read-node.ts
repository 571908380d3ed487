import { interned } from "../interned.ts";
import type { NodeAddress, NodeFacts, Readiness, Taint } from "../node.ts";

/** What a JSON value turned out to be: a node, or why it is none. */
export type ReadNode = { readonly node: NodeFacts } | { readonly flaw: NodeFlaw };

export interface NodeFlaw {
  /** Which node it was about; empty where it does not even say that. */
  readonly name: string;
  readonly flaw: string;
}

/**
 * Reads one Node object (core/v1) of a list or a watch. Whoever answered, it may be anything: a field of another
 * type counts as absent, and only an object without `metadata.name` or `status` is refused. Every real node has a
 * status with daemonEndpoints from the moment it registers, so an object without one is a damaged answer, not a node
 * that lost its addresses.
 */
export function readNode(value: unknown): ReadNode {
  const node = asObject(value);
  if (node === undefined) return { flaw: { name: "", flaw: "it is not an object" } };
  const metadata = asObject(node.metadata);
  const name = asString(metadata?.name);
  if (metadata === undefined || name === "") return { flaw: { name: "", flaw: "it has no metadata.name" } };
  const status = asObject(node.status);
  if (status === undefined) return { flaw: { name, flaw: "it has no status" } };
  const labels = asObject(metadata.labels) ?? {};
  return {
    node: {
      name,
      uid: asString(metadata.uid),
      addresses: readAddresses(status.addresses, name),
      kubeletPort: readPort(status),
      zone: label(labels, "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"),
      region: label(labels, "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"),
      instanceType: label(labels, "node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"),
      os: label(labels, "kubernetes.io/os", "beta.kubernetes.io/os"),
      ready: readReady(status.conditions),
      unschedulable: asObject(node.spec)?.unschedulable === true,
      taints: readTaints(asObject(node.spec)?.taints),
    },
  };
}

export type JsonObject = { readonly [name: string]: unknown };

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export function asString(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function label(labels: JsonObject, name: string, olderName: string): string {
  return interned(asString(labels[name]) || asString(labels[olderName]));
}

/** `name` is the node's own, which its Hostname mostly repeats. */
function readAddresses(value: unknown, name: string): NodeAddress[] {
  const addresses: NodeAddress[] = [];
  for (const item of asArray(value)) {
    const entry = asObject(item);
    const address = asString(entry?.address).trim();
    if (address === "") continue;
    addresses.push({ type: interned(asString(entry?.type)), address: address === name ? name : address });
  }
  // Without the room that push() leaves for more: there is an array like this for each node.
  return addresses.slice();
}

/** One for all nodes that have none, which are most. */
const noTaints: readonly Taint[] = [];

function readTaints(value: unknown): readonly Taint[] {
  const items = asArray(value);
  if (items.length === 0) return noTaints;
  return items.flatMap((item) => {
    const { key, value, effect } = asObject(item) ?? {};
    const taint = {
      key: interned(asString(key)),
      value: interned(asString(value)),
      effect: interned(asString(effect)),
    };
    return taint.key === "" ? [] : [taint];
  });
}

function readPort(status: JsonObject): number {
  const port = asObject(asObject(status.daemonEndpoints)?.kubeletEndpoint)?.Port;
  return typeof port === "number" && Number.isInteger(port) && port > 0 && port <= 65_535 ? port : 0;
}

function readReady(value: unknown): Readiness {
  for (const item of asArray(value)) {
    const condition = asObject(item);
    if (condition?.type !== "Ready") continue;
    const status = condition.status === "True" || condition.status === "False" ? condition.status : "Unknown";
    return { status, reason: interned(asString(condition.reason)), since: asString(condition.lastTransitionTime) };
  }
  return { status: "Unknown", reason: "", since: "" };
}
