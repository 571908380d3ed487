import { isJsonObject, type JsonObject } from "./json.ts";
import { ageCell, type Column, type Table, type TableKind, type TableOptions, tableOf } from "./table.ts";

const columns: Column[] = [
  { name: "Name", format: "name", description: "The namespace's name, unique in the cluster." },
  { name: "Status", description: "The status of the namespace" },
  { name: "Age", description: "How long ago the namespace was created." },
];

type Namespace = JsonObject & { readonly metadata: JsonObject & { readonly name: string } };

const namespaces: TableKind<Namespace> = { columns, cellsOf: cells, wholeOf: (namespace) => namespace };

/** What `kubectl get namespaces` prints. `metadata` is that of the list, or of the one that the table shows. */
export function namespaceTable(shown: readonly Namespace[], metadata: object, options: TableOptions): Table {
  return tableOf(namespaces, shown, metadata, options);
}

function cells({ metadata, status }: Namespace, nowUnixMs: number): string[] {
  const phase = isJsonObject(status) ? String(status.phase) : "";
  return [metadata.name, phase, ageCell(String(metadata.creationTimestamp), nowUnixMs)];
}
