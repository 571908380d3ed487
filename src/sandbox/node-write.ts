import { badRequest, fail, nodeNotFound, ok, type Result, unsupportedMediaType } from "./api-status.ts";
import { contentType, type Exchange, readBody } from "./exchange.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { jsonPatch } from "./json-patch.ts";
import { mergePatch } from "./merge-patch.ts";
import { decodeNode, type NodeObject } from "./node-object.ts";
import { nodeSchema } from "./node-schema.ts";
import type { NodeStore, WriteOptions } from "./store.ts";
import { strategicMergePatch } from "./strategic-merge-patch.ts";

/** A write that was done, with the warnings that go with it. */
export type Written = { node: NodeObject; warnings: string[] };

const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
];

export async function createNode(exchange: Exchange, store: NodeStore): Promise<Result<Written>> {
  const body = await readNodeBody(exchange);
  if (!body.ok) return body;
  return decodeAnd(exchange, body.value, (node) => store.create(node, writeOptions(exchange)));
}

export async function replaceNode(
  exchange: Exchange,
  store: NodeStore,
  name: string,
  subresource?: "status",
): Promise<Result<Written>> {
  const body = await readNodeBody(exchange);
  if (!body.ok) return body;
  const options = writeOptions(exchange, subresource);
  return decodeAnd(exchange, body.value, (node) => writeAt(name, node, () => store.replace(node, options)));
}

export async function patchNode(
  exchange: Exchange,
  store: NodeStore,
  name: string,
  subresource?: "status",
): Promise<Result<Written>> {
  const body = await readBody(exchange);
  if (!body.ok) return body;
  if (body.value === undefined) return fail(badRequest("a patch needs a body"));
  // Read after the body has come: while it was under way the node may have changed.
  const current = store.get(name);
  if (!current) return fail(nodeNotFound(name));
  const patched = applyPatch(contentType(exchange), { kind: "Node", apiVersion: "v1", ...current }, body.value);
  if (!patched.ok) return patched;
  const options = writeOptions(exchange, subresource);
  return decodeAnd(exchange, patched.value, (node) => writeAt(name, node, () => store.replace(node, options)));
}

/** Only `preconditions` and `dryRun` of the DeleteOptions mean something here: nodes have no dependants. */
export async function deleteNode(exchange: Exchange, store: NodeStore, name: string): Promise<Result<NodeObject>> {
  const body = await readBody(exchange);
  if (!body.ok) return body;
  const options = isJsonObject(body.value) ? body.value : {};
  const preconditions = isJsonObject(options.preconditions) ? options.preconditions : {};
  const { uid, resourceVersion } = preconditions;
  const dryRun = isDryRun(exchange) || (Array.isArray(options.dryRun) && options.dryRun.includes("All"));
  return store.delete(name, {
    ...(typeof uid === "string" && { uid }),
    ...(typeof resourceVersion === "string" && { resourceVersion }),
    dryRun,
  });
}

async function readNodeBody(exchange: Exchange): Promise<Result<Json>> {
  const type = contentType(exchange);
  if (type !== "application/json") return fail(unsupportedMediaType(type, ["application/json"]));
  const body = await readBody(exchange);
  return body.ok ? ok(body.value ?? null) : body;
}

/** An inherited property never shows: patches are JSON, and the results are made of own properties. */
function applyPatch(type: string, node: NodeObject & { kind: string; apiVersion: string }, patch: Json): Result<Json> {
  const target: JsonObject = node;
  switch (type) {
    case "application/merge-patch+json":
      return ok(mergePatch(target, patch));
    case "application/strategic-merge-patch+json":
      return ok(strategicMergePatch(target, patch, nodeSchema));
    case "application/json-patch+json": {
      const result = jsonPatch(target, patch);
      return result.ok ? ok(result.value) : fail(badRequest(`the JSON patch does not apply: ${result.problem}`));
    }
    default:
      return fail(unsupportedMediaType(type, patchTypes));
  }
}

function decodeAnd({ url }: Exchange, body: Json, write: (node: NodeObject) => Result<NodeObject>): Result<Written> {
  const decoded = decodeNode(body);
  if (!decoded.ok) return decoded;
  const { node, unknownFields } = decoded.value;
  const validation = url.searchParams.get("fieldValidation") ?? "Warn";
  const complaints = unknownFields.map((field) => `unknown field "${field}"`);
  if (validation === "Strict" && complaints.length > 0) {
    const errors = complaints.join(", ");
    return fail(badRequest(`Node in version "v1" cannot be handled as a Node: strict decoding error: ${errors}`));
  }
  const written = write(node);
  if (!written.ok) return written;
  return ok({ node: written.value, warnings: validation === "Warn" ? complaints : [] });
}

function writeAt(name: string, node: NodeObject, write: () => Result<NodeObject>): Result<NodeObject> {
  if (node.metadata.name === name) return write();
  return fail(
    badRequest(`the name of the object (${node.metadata.name}) does not match the name on the URL (${name})`),
  );
}

function writeOptions(exchange: Exchange, subresource?: "status"): WriteOptions {
  return { dryRun: isDryRun(exchange), ...(subresource && { subresource }) };
}

function isDryRun({ url }: Exchange): boolean {
  return url.searchParams.getAll("dryRun").includes("All");
}
