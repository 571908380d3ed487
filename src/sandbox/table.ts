/** What kubectl prints: https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
export type Table = {
  kind: "Table";
  apiVersion: "meta.k8s.io/v1";
  metadata: object;
  columnDefinitions: readonly object[] | null;
  rows: TableRow[];
};

export type IncludeObject = "None" | "Metadata" | "Object";

export type TableRow = { cells: string[]; object: object | null };

export type Column = { name: string; description: string; wide?: true; format?: string };

export type TableOptions = {
  includeObject: IncludeObject;
  /** Milliseconds since 1970, for the column Age. */
  nowUnixMs: number;
  /** In a watch only the first event carries the columns. */
  withColumns?: boolean;
};

/** What a kind of objects shows of itself; `wholeOf`: the object as it is asked for by itself. */
export interface TableKind<T> {
  readonly columns: readonly Column[];
  readonly cellsOf: (object: T, nowUnixMs: number) => string[];
  readonly wholeOf: (object: T) => object;
}

/** `metadata` is that of the list, or of the one object that the table shows. */
export function tableOf<T extends { readonly metadata: object }>(
  { columns, cellsOf, wholeOf }: TableKind<T>,
  objects: readonly T[],
  metadata: object,
  { includeObject, nowUnixMs, withColumns = true }: TableOptions,
): Table {
  const rowObject = (object: T) => {
    if (includeObject === "None") return null;
    if (includeObject === "Object") return wholeOf(object);
    return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
  };
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: withColumns ? columns.map(definitionOf) : null,
    rows: objects.map((object) => ({ cells: cellsOf(object, nowUnixMs), object: rowObject(object) })),
  };
}

function definitionOf({ name, format = "", description, wide }: Column): object {
  // kubectl shows columns of a priority above 0 with `-o wide` only.
  return { name, type: "string", format, description, priority: wide ? 1 : 0 };
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
