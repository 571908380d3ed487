import { isJsonObject, type JsonObject } from "./json.ts";
import { ageCell, type Column, definitionOf, type Table, type TableOptions } from "./table.ts";

const columns: Column[] = [
  { name: "Name", format: "name", description: "The namespace's name, unique in the cluster." },
  { name: "Status", description: "The status of the namespace" },
  { name: "Age", description: "How long ago the namespace was created." },
];

type Namespace = JsonObject & { readonly metadata: JsonObject & { readonly name: string } };

/** What `kubectl get namespaces` prints. `metadata` is that of the list, or of the one that the table shows. */
export function namespaceTable(namespaces: readonly Namespace[], metadata: object, options: TableOptions): Table {
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: columns.map(definitionOf),
    rows: namespaces.map((namespace) => ({ cells: cells(namespace, options), object: rowObject(namespace, options) })),
  };
}

function cells({ metadata, status }: Namespace, { nowUnixMs }: TableOptions): string[] {
  const phase = isJsonObject(status) ? String(status.phase) : "";
  return [metadata.name, phase, ageCell(String(metadata.creationTimestamp), nowUnixMs)];
}

function rowObject(namespace: Namespace, { includeObject }: TableOptions): object | null {
  if (includeObject === "None") return null;
  if (includeObject === "Object") return namespace;
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: namespace.metadata };
}
