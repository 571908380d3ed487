import { may } from "./access.ts";
import {
  type ApiStatus,
  badRequest,
  deleted,
  fail,
  forbidden,
  methodNotAllowed,
  notFound,
  ok,
  pathNotFound,
  type Result,
  unsupportedMediaType,
} from "./api-status.ts";
import { contentType, type Exchange, isWatch, readBody, sendJson, sendStatus } from "./exchange.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { groupVersionOf } from "./kinds.ts";
import { mergePatch } from "./merge-patch.ts";
import { namespaceTable } from "./namespace-table.ts";
import { isNamespace } from "./namespaces.ts";
import type { ObjectPath } from "./object-path.ts";
import type { KeptObject, ObjectStore } from "./object-store.ts";
import { formOf, includeObjectOf } from "./representation.ts";
import { parseLabelSelector } from "./selectors.ts";
import { strategicMergePatch } from "./strategic-merge-patch.ts";

/** Answers what is asked of one kind or one object. No watches, no subresources, no pages: kubectl's apply wants none. */
export async function routeObject(exchange: Exchange, store: ObjectStore, path: ObjectPath): Promise<void> {
  const verb = verbOf(exchange.request.method ?? "", path);
  if (verb === undefined) return sendStatus(exchange, methodNotAllowed());
  const { kind, ...where } = path;
  const attributes = { verb, group: kind.group, resource: kind.resource, ...where };
  if (!may(exchange.user, attributes)) {
    return sendStatus(exchange, forbidden(exchange.user?.name ?? "system:anonymous", attributes));
  }
  if (path.subresource !== undefined) return sendStatus(exchange, pathNotFound());
  if (verb === "list") {
    if (isWatch(exchange)) return sendStatus(exchange, badRequest("the sandbox watches nodes, and nothing else"));
    const list = listOf(store, path, exchange.url.searchParams);
    if (!list.ok) return sendStatus(exchange, list.status);
    const { items, metadata } = list.value;
    const table = tableOf(exchange, store, path, items, metadata);
    return sendJson(exchange, 200, table ?? list.value);
  }
  const answer = await carryOut(exchange, store, path, verb);
  if (!answer.ok) return sendStatus(exchange, answer.status);
  if (verb === "get") {
    const { resourceVersion = "" } = answer.value.metadata;
    const table = tableOf(exchange, store, path, [answer.value], { resourceVersion });
    return sendJson(exchange, 200, table ?? answer.value);
  }
  if (verb !== "delete") return sendJson(exchange, verb === "create" ? 201 : 200, answer.value);
  return sendStatus(exchange, deleted(kind, answer.value.metadata.name, answer.value.metadata.uid));
}

type Verb = "list" | "create" | "get" | "update" | "patch" | "delete";

/** The table that is asked for, of the one kind that has columns of its own here: of others kubectl makes Name and Age. */
function tableOf(
  { request, url }: Exchange,
  store: ObjectStore,
  { kind }: ObjectPath,
  objects: readonly KeptObject[],
  metadata: JsonObject,
): object | undefined {
  if (!isNamespace(kind) || formOf(request.headers.accept) !== "table") return undefined;
  const includeObject = includeObjectOf(url.searchParams.get("includeObject"));
  return namespaceTable(objects, metadata, { includeObject, nowUnixMs: store.nowUnixMs });
}

function verbOf(method: string, { name }: ObjectPath): Verb | undefined {
  const ofAll: Record<string, Verb> = { GET: "list", POST: "create" };
  const ofOne: Record<string, Verb> = { GET: "get", PUT: "update", PATCH: "patch", DELETE: "delete" };
  const verbs = name === undefined ? ofAll : ofOne;
  return Object.hasOwn(verbs, method) ? verbs[method] : undefined;
}

type List = JsonObject & { metadata: JsonObject; items: KeptObject[] };

function listOf(store: ObjectStore, { kind, namespace }: ObjectPath, query: URLSearchParams): Result<List> {
  if (query.get("fieldSelector")) return fail(badRequest("the sandbox selects nodes by fields, and nothing else"));
  const selector = parseLabelSelector(query.get("labelSelector") ?? "");
  if (!selector.ok) return fail(badRequest(selector.problem));
  const items = store
    .list(kind, namespace)
    .filter((object) => selector.matches({ metadata: { labels: labelsOf(object) } }));
  const metadata = { resourceVersion: String(store.version) };
  return ok({ kind: `${kind.kind}List`, apiVersion: groupVersionOf(kind), metadata, items });
}

function labelsOf({ metadata: { labels } }: KeptObject): Record<string, string> {
  if (!isJsonObject(labels)) return {};
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]));
}

async function carryOut(
  exchange: Exchange,
  store: ObjectStore,
  { kind, namespace, name = "" }: ObjectPath,
  verb: Exclude<Verb, "list">,
): Promise<Result<KeptObject>> {
  if (verb === "delete") return store.delete(kind, namespace, name);
  if (verb === "get") return found(store.get(kind, namespace, name), notFound(kind, name));
  const body = await readBody(exchange);
  if (!body.ok) return body;
  const current = store.get(kind, namespace, name);
  if (verb === "patch" && !current) return fail(notFound(kind, name));
  const patched = verb === "patch" ? patch(contentType(exchange), current ?? {}, body.value ?? null) : ok(body.value);
  if (!patched.ok) return patched;
  const object = readObject(patched.value, kind.kind);
  if (!object.ok) return object;
  if (verb !== "create" && object.value.metadata.name !== name) {
    return fail(badRequest(`the name of the object does not match the name on the URL (${name})`));
  }
  const isTrial = exchange.url.searchParams.getAll("dryRun").includes("All");
  if (isTrial) return ok({ ...object.value, metadata: { uid: "", ...object.value.metadata } });
  if (verb === "create") return store.create(kind, namespace, object.value);
  return store.replace(kind, namespace, name, object.value);
}

function found(object: KeptObject | undefined, otherwise: ApiStatus): Result<KeptObject> {
  return object ? ok(object) : fail(otherwise);
}

type Named = JsonObject & { metadata: JsonObject & { name: string } };

function readObject(body: Json | undefined, kind: string): Result<Named> {
  if (!isJsonObject(body) || body.kind !== kind) return fail(badRequest(`the body is no ${kind}`));
  const { metadata } = body;
  if (!isJsonObject(metadata) || typeof metadata.name !== "string" || metadata.name === "") {
    return fail(badRequest(`the ${kind} has no metadata.name`));
  }
  return ok(withEncodedSecrets({ ...body, metadata: { ...metadata, name: metadata.name } }));
}

/** What is written in the clear into a Secret is kept as everything in it is: in base64. */
function withEncodedSecrets({ stringData, ...object }: Named): Named {
  if (object.kind !== "Secret" || !isJsonObject(stringData))
    return stringData === undefined ? object : { ...object, stringData };
  const encoded = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(String(text)).toString("base64")]);
  return { ...object, data: { ...(isJsonObject(object.data) ? object.data : {}), ...Object.fromEntries(encoded) } };
}

const merging = ["application/merge-patch+json", "application/strategic-merge-patch+json"];

/** A strategic patch merges lists by their schemas, which there are none of here: with a list in it, it is refused. */
function patch(type: string, current: JsonObject, change: Json): Result<Json> {
  if (!merging.includes(type)) return fail(unsupportedMediaType(type, merging));
  if (type === merging[1] && hasList(change)) {
    return fail(badRequest("the sandbox merges no lists: replace the object, or delete and create it"));
  }
  return ok(type === merging[1] ? strategicMergePatch(current, change, undefined) : mergePatch(current, change));
}

function hasList(value: Json): boolean {
  return Array.isArray(value) || (isJsonObject(value) && Object.values(value).some(hasList));
}
