import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml";

/** One value of the chart that can be set by itself. */
export interface ChartValue {
  /** With dots: `image.tag`. */
  readonly path: string;
  /** As YAML would have it in a line. */
  readonly fallback: string;
  /** What stands above it in values.yaml; empty where nothing does. */
  readonly meaning: string;
}

/** The values of a values.yaml, in its order. A map that is not empty counts by what is in it, but for those of `whole`. */
export function readValues(text: string, whole: ReadonlySet<string> = new Set()): ChartValue[] {
  const { contents } = parseDocument(text);
  return isMap(contents) ? valuesIn(contents, "", whole) : [];
}

function valuesIn(map: YAMLMap, prefix: string, whole: ReadonlySet<string>): ChartValue[] {
  return map.items.flatMap((pair, index) => {
    const path = `${prefix}${keyOf(pair)}`;
    const { value } = pair;
    if (isMap(value) && value.items.length > 0 && !whole.has(path)) return valuesIn(value, `${path}.`, whole);
    return [{ path, fallback: fallbackOf(value), meaning: meaningOf(map, pair, index) }];
  });
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : "";
}

/** The parser hangs the comment of a map's first key on the map. */
function meaningOf(map: YAMLMap, { key }: Pair, index: number): string {
  const own = isScalar(key) ? key.commentBefore : undefined;
  const comment = own ?? (index === 0 ? map.commentBefore : undefined) ?? "";
  return comment.trim().split(/\n\s*/).join(" ");
}

function fallbackOf(value: unknown): string {
  if (isMap(value) || isScalar(value)) return JSON.stringify(value.toJSON());
  return JSON.stringify((value as { toJSON?: () => unknown } | null)?.toJSON?.() ?? null);
}

/** The table of the chart's README. A value that says nothing of itself is refused. */
export function valuesTable(values: readonly ChartValue[]): string {
  const rows = values.map(({ path, fallback, meaning }) => {
    if (meaning === "") throw new Error(`${path} has no comment in values.yaml`);
    return `| \`${path}\` | \`${fallback}\` | ${meaning.replaceAll("|", "\\|")} |\n`;
  });
  return `| value | default | meaning |\n| --- | --- | --- |\n${rows.join("")}`;
}
