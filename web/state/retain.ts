/**
 * `next` with the objects of `before` in place of those that say the same, so that whoever has drawn one sees without looking that
 * there is nothing to draw. Rows are found by their `key`, wherever they have moved to. Both are of JSON.
 */
export function retain<T>(before: unknown, next: T): T;
export function retain(before: unknown, next: unknown): unknown {
  if (Object.is(before, next)) return before;
  if (Array.isArray(before) && Array.isArray(next)) return retainList(before, next);
  if (isRecord(before) && isRecord(next)) return retainRecord(before, next);
  return next;
}

type JsonRecord = Record<string, unknown>;

function retainList(before: readonly unknown[], next: unknown[]): unknown {
  const rows = keyed(before);
  let isSame = before.length === next.length;
  for (const [index, value] of next.entries()) {
    const old = isRecord(value) && typeof value.key === "string" ? rows?.get(value.key) : before[index];
    next[index] = retain(old, value);
    isSame &&= Object.is(next[index], before[index]);
  }
  return isSame ? before : next;
}

function retainRecord(before: JsonRecord, next: JsonRecord): unknown {
  const names = Object.keys(next);
  let isSame = names.length === Object.keys(before).length;
  for (const name of names) {
    next[name] = retain(before[name], next[name]);
    isSame &&= Object.is(next[name], before[name]);
  }
  return isSame ? before : next;
}

function keyed(list: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  if (!isRecord(list[0]) || typeof list[0].key !== "string") return undefined;
  return new Map(list.filter(isRecord).map((row) => [String(row.key), row]));
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
