import { conditionOf, type NodeObject } from "./node-object.ts";
import { ageCell, type Column, type Table, type TableKind, type TableOptions, tableOf } from "./table.ts";

const columns: Column[] = [
  { name: "Name", format: "name", description: "The node's name, unique in the cluster." },
  { name: "Status", description: "The status of the node" },
  { name: "Roles", description: "The roles of the node" },
  { name: "Age", description: "How long ago the node was created." },
  { name: "Version", description: "Kubelet Version reported by the node." },
  { name: "Internal-IP", description: "The node's first address of type InternalIP.", wide: true },
  { name: "External-IP", description: "The node's first address of type ExternalIP.", wide: true },
  { name: "OS-Image", description: "OS Image reported by the node.", wide: true },
  { name: "Kernel-Version", description: "Kernel Version and architecture reported by the node.", wide: true },
  { name: "Container-Runtime", description: "ContainerRuntime Version reported by the node.", wide: true },
];

const nodes: TableKind<NodeObject> = {
  columns,
  cellsOf: cells,
  wholeOf: (node) => ({ kind: "Node", apiVersion: "v1", ...node }),
};

/** `metadata` is that of the list, or of the one node that the table shows. */
export function nodeTable(shown: readonly NodeObject[], metadata: object, options: TableOptions): Table {
  return tableOf(nodes, shown, metadata, options);
}

function cells(node: NodeObject, nowUnixMs: number): string[] {
  const { metadata, status } = node;
  const { nodeInfo } = status;
  const { kernelVersion, architecture } = nodeInfo;
  return [
    metadata.name,
    statusCell(node),
    rolesCell(node),
    ageCell(metadata.creationTimestamp, nowUnixMs),
    nodeInfo.kubeletVersion,
    addressCell(node, "InternalIP"),
    addressCell(node, "ExternalIP"),
    nodeInfo.osImage || "<unknown>",
    kernelVersion ? `${kernelVersion}${architecture && ` (${architecture})`}` : "<unknown>",
    nodeInfo.containerRuntimeVersion || "<unknown>",
  ];
}

/** "NotReady" for False and Unknown alike; "Unknown" is a node that has never said anything. */
function statusCell(node: NodeObject): string {
  const ready = conditionOf(node, "Ready");
  const word = ready ? (ready.status === "True" ? "Ready" : "NotReady") : "Unknown";
  return node.spec.unschedulable ? `${word},SchedulingDisabled` : word;
}

function rolesCell({ metadata: { labels = {} } }: NodeObject): string {
  const prefix = "node-role.kubernetes.io/";
  const roles = Object.keys(labels)
    .filter((key) => key.startsWith(prefix) && key.length > prefix.length)
    .map((key) => key.slice(prefix.length));
  const old = labels["kubernetes.io/role"];
  return [...new Set(old ? [...roles, old] : roles)].sort().join(",") || "<none>";
}

function addressCell({ status }: NodeObject, wanted: string): string {
  // An address that is there and empty stays empty, as GKE's private clusters show.
  return status.addresses?.find(({ type }) => type === wanted)?.address ?? "<none>";
}
