import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type Json } from "./json.ts";

export type JsonPatchResult = { ok: true; value: Json } | { ok: false; problem: string };

type Step = { parent: Json; key: string };

const isProblem = (value: { problem: string } | object | Json): value is { problem: string } =>
  typeof value === "object" && value !== null && "problem" in value && typeof value.problem === "string";

/** JSON patch, RFC 6902: add, remove, replace, move, copy and test, in order, all or nothing. */
export function jsonPatch(target: Json, patch: Json): JsonPatchResult {
  if (!Array.isArray(patch)) return { ok: false, problem: "a JSON patch is an array of operations" };
  const document = { root: structuredClone(target) };
  for (const [index, operation] of patch.entries()) {
    const problem = apply(document, operation);
    if (problem !== undefined) return { ok: false, problem: `operation ${index}: ${problem}` };
  }
  return { ok: true, value: document.root };
}

function apply(document: { root: Json }, operation: Json): string | undefined {
  if (!isJsonObject(operation)) return "is no object";
  const { op, path, from, value } = operation;
  if (typeof path !== "string") return "has no path";
  switch (op) {
    case "add":
    case "replace":
      return value === undefined ? "has no value" : put(document, path, structuredClone(value), op);
    case "remove":
      return take(document, path).problem;
    case "test": {
      const found = find(document, path);
      if (found.problem !== undefined) return found.problem;
      return isDeepStrictEqual(found.value, value) ? undefined : `testing path ${path} failed`;
    }
    case "move":
    case "copy": {
      if (typeof from !== "string") return "has no from";
      const source = op === "move" ? take(document, from) : find(document, from);
      if (source.problem !== undefined) return source.problem;
      return put(document, path, structuredClone(source.value), "add");
    }
    default:
      return `has an unknown op ${JSON.stringify(op)}`;
  }
}

type Found = { value: Json; problem?: undefined } | { problem: string };

function find(document: { root: Json }, path: string): Found {
  if (path === "") return { value: document.root };
  const step = locate(document, path);
  if (isProblem(step)) return step;
  const value = child(step.parent, step.key);
  return value === undefined ? { problem: missing(path) } : { value };
}

function take(document: { root: Json }, path: string): Found {
  const found = find(document, path);
  if (found.problem !== undefined) return found;
  const step = path === "" ? { problem: "the whole document cannot be removed" } : locate(document, path);
  if (isProblem(step)) return step;
  if (Array.isArray(step.parent)) step.parent.splice(Number(step.key), 1);
  else if (isJsonObject(step.parent)) delete step.parent[step.key];
  return found;
}

function put(document: { root: Json }, path: string, value: Json, op: "add" | "replace"): string | undefined {
  if (path === "") {
    document.root = value;
    return undefined;
  }
  const step = locate(document, path);
  if (isProblem(step)) return step.problem;
  const { parent, key } = step;
  if (op === "replace" && child(parent, key) === undefined) return missing(path);
  if (Array.isArray(parent)) {
    const index = key === "-" ? parent.length : arrayIndex(key);
    if (index === undefined || index > parent.length) return missing(path);
    parent.splice(index, op === "replace" ? 1 : 0, value);
  } else if (isJsonObject(parent)) {
    // Not by assignment: a key "__proto__" must become a field and nothing else.
    Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return undefined;
}

/** The container that the last step of a JSON pointer (RFC 6901) is taken in. */
function locate(document: { root: Json }, path: string): Step | { problem: string } {
  if (!path.startsWith("/")) return { problem: `the path ${path} does not begin with "/"` };
  const keys = path
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const key = keys.pop() ?? "";
  let parent: Json | undefined = document.root;
  for (const step of keys) parent = parent === undefined ? undefined : child(parent, step);
  return typeof parent === "object" && parent !== null ? { parent, key } : { problem: missing(path) };
}

function child(parent: Json, key: string): Json | undefined {
  if (Array.isArray(parent)) {
    const index = arrayIndex(key);
    return index === undefined ? undefined : parent[index];
  }
  return isJsonObject(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
}

function arrayIndex(key: string): number | undefined {
  return /^(0|[1-9]\d*)$/.test(key) ? Number(key) : undefined;
}

function missing(path: string): string {
  return `the path ${path} does not exist`;
}
