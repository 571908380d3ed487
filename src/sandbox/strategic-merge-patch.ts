import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { ownField, type Schema } from "./node-schema.ts";

const setOrder = "$setElementOrder/";
const deleteFromList = "$deleteFromPrimitiveList/";

/**
 * The patch that kubectl sends for built-in types: a merge patch that knows which lists are keyed. The
 * directives ($patch, $setElementOrder, $retainKeys, $deleteFromPrimitiveList) are described in
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
export function strategicMergePatch(target: Json | undefined, patch: Json, schema: Schema | undefined): Json {
  if (!isJsonObject(patch)) return patch;
  if (patch.$patch === "replace") return withoutDirectives(patch);
  const before = isJsonObject(target) && patch.$patch !== "delete" ? target : {};
  const result = new Map(Object.entries(retained(before, patch)));
  for (const [key, value] of Object.entries(patch)) {
    if (isDirective(key)) continue;
    if (value === null) result.delete(key);
    else result.set(key, mergeField(result.get(key), value, fieldSchema(schema, key)));
  }
  for (const [key, value] of Object.entries(patch)) applyListDirective(result, key, value, schema);
  return Object.fromEntries(result);
}

function isDirective(key: string): boolean {
  return key === "$patch" || key === "$retainKeys" || key.startsWith(setOrder) || key.startsWith(deleteFromList);
}

function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  return ownField(schema, key) ?? schema?.additionalProperties;
}

/** `$retainKeys` names all the keys that may stay; without it all do. */
function retained(before: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch.$retainKeys;
  if (!Array.isArray(keys)) return before;
  return Object.fromEntries(Object.entries(before).filter(([key]) => keys.includes(key)));
}

function mergeField(before: Json | undefined, value: Json, schema: Schema | undefined): Json {
  if (!Array.isArray(value)) return strategicMergePatch(before, value, schema);
  const mergeKey = schema?.["x-kubernetes-patch-merge-key"];
  if (mergeKey === undefined) return value;
  return mergeList(Array.isArray(before) ? before : [], value, mergeKey, schema?.items);
}

function mergeList(before: Json[], patch: Json[], mergeKey: string, items: Schema | undefined): Json[] {
  if (patch.some((item) => isJsonObject(item) && item.$patch === "replace")) {
    return patch.filter((item) => isJsonObject(item) && item.$patch === undefined);
  }
  let result = [...before];
  for (const item of patch) {
    if (!isJsonObject(item)) continue;
    const same = (other: Json) => isJsonObject(other) && other[mergeKey] === item[mergeKey];
    const index = result.findIndex(same);
    if (item.$patch === "delete") result = result.filter((other) => !same(other));
    else if (index < 0) result.push(strategicMergePatch({}, item, items));
    else result[index] = strategicMergePatch(result[index], item, items);
  }
  return result;
}

function applyListDirective(result: Map<string, Json>, key: string, value: Json, schema: Schema | undefined): void {
  if (!Array.isArray(value)) return;
  if (key.startsWith(deleteFromList)) {
    const field = key.slice(deleteFromList.length);
    const list = result.get(field);
    if (Array.isArray(list))
      result.set(
        field,
        list.filter((item) => !value.includes(item)),
      );
  } else if (key.startsWith(setOrder)) {
    const field = key.slice(setOrder.length);
    const list = result.get(field);
    const mergeKey = fieldSchema(schema, field)?.["x-kubernetes-patch-merge-key"];
    if (Array.isArray(list)) result.set(field, ordered(list, value, mergeKey));
  }
}

/** Items that `order` names come in its order; the ones that only the server knows stay where they are, after them. */
function ordered(list: Json[], order: Json[], mergeKey: string | undefined): Json[] {
  const keyOf = (item: Json) => (mergeKey !== undefined && isJsonObject(item) ? item[mergeKey] : item);
  const wanted = order.map(keyOf);
  const rank = (item: Json) => {
    const index = wanted.indexOf(keyOf(item));
    return index < 0 ? wanted.length : index;
  };
  return list.toSorted((a, b) => rank(a) - rank(b));
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !isDirective(key)));
}
