import { conditionOf, type NodeObject } from "./node-object.ts";

export type IncludeObject = "None" | "Metadata" | "Object";

export type TableRow = { cells: string[]; object: object | null };

/** What kubectl prints: https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
export type Table = {
  kind: "Table";
  apiVersion: "meta.k8s.io/v1";
  metadata: object;
  columnDefinitions: readonly object[] | null;
  rows: TableRow[];
};

export type Column = { name: string; description: string; wide?: true; format?: string };

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

const columnDefinitions = columns.map(definitionOf);

export function definitionOf({ name, format = "", description, wide }: Column): object {
  // kubectl shows columns of a priority above 0 with `-o wide` only.
  return { name, type: "string", format, description, priority: wide ? 1 : 0 };
}

export type TableOptions = {
  includeObject: IncludeObject;
  /** Milliseconds since 1970, for the column Age. */
  nowUnixMs: number;
  /** In a watch only the first event carries the columns. */
  withColumns?: boolean;
};

/** `metadata` is that of the list, or of the one node that the table shows. */
export function nodeTable(nodes: readonly NodeObject[], metadata: object, options: TableOptions): Table {
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: (options.withColumns ?? true) ? columnDefinitions : null,
    rows: nodes.map((node) => ({ cells: cells(node, options.nowUnixMs), object: rowObject(node, options) })),
  };
}

function rowObject(node: NodeObject, { includeObject }: TableOptions): object | null {
  if (includeObject === "None") return null;
  if (includeObject === "Object") return { kind: "Node", apiVersion: "v1", ...node };
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: node.metadata };
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

export function ageCell(creationTimestamp: string | undefined, nowUnixMs: number): string {
  if (creationTimestamp === undefined) return "<unknown>";
  return shortDuration(Math.max(0, Math.floor((nowUnixMs - Date.parse(creationTimestamp)) / 1000)));
}

/** Two units at most and fewer the longer it is, in the steps that kubectl's users know. */
export function shortDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const years = Math.floor(days / 365);
  if (seconds < 2 * 60) return `${seconds}s`;
  if (minutes < 10) return twoUnits(minutes, "m", seconds % 60, "s");
  if (hours < 3) return `${minutes}m`;
  if (hours < 8) return twoUnits(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  if (days < 8) return twoUnits(days, "d", hours % 24, "h");
  if (years < 2) return `${days}d`;
  if (years < 8) return twoUnits(years, "y", days % 365, "d");
  return `${years}y`;
}

function twoUnits(whole: number, unit: string, rest: number, smallerUnit: string): string {
  return rest === 0 ? `${whole}${unit}` : `${whole}${unit}${rest}${smallerUnit}`;
}
