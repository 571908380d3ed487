import type { Clock } from "../clock.ts";
import { may, type Verb } from "./access.ts";
import {
  type ApiStatus,
  forbidden,
  forbiddenOption,
  methodNotAllowed,
  nodeDeleted,
  nodeNotFound,
  notAcceptable,
  pathNotFound,
  type Result,
} from "./api-status.ts";
import { type Exchange, isWatch, sendJson, sendStatus } from "./exchange.ts";
import { listPage, selectionOf, versionOf } from "./node-list.ts";
import type { NodeObject } from "./node-object.ts";
import { createNode, deleteNode, patchNode, replaceNode, type Written } from "./node-write.ts";
import { negotiate, type Representation } from "./representation.ts";
import type { NodeStore } from "./store.ts";
import { serveWatch } from "./watch.ts";

export type NodeRoutesOptions = {
  store: NodeStore;
  clock: Clock;
  /** Milliseconds between the bookmarks of a watch that allows them. */
  bookmarkMs: number;
  streamingLists: StreamingLists;
  /** Called with a function that cuts a watch, for each that begins. */
  onWatch: (cut: () => void, exchange: Exchange) => void;
};

/**
 * How `sendInitialEvents=true` is answered: as a server that can (1.34 and newer), as one whose etcd cannot (an ERROR
 * event of code 500), or as one that has the feature switched off (422).
 */
export type StreamingLists = "served" | "storage cannot" | "switched off";

/** A real server ends a watch after half an hour to an hour when the client names no time. */
const defaultWatchTimeoutMs = 30 * 60 * 1000;

type NodePath = { resource: string; name?: string; subresource?: string };

/** Everything under /api/v1: nodes, and the answers for all that is not there. */
export async function routeNodes(exchange: Exchange, options: NodeRoutesOptions): Promise<void> {
  const path = parsePath(exchange.url.pathname);
  if (!path) return sendStatus(exchange, pathNotFound());
  const verb = verbOf(exchange, path);
  if (!verb) return sendStatus(exchange, methodNotAllowed());
  const refusal = refusalOf(exchange, path, verb);
  if (refusal) return sendStatus(exchange, refusal);
  const { headers } = exchange.request;
  const includeObject = exchange.url.searchParams.get("includeObject");
  const representation = negotiate(headers.accept, includeObject, () => options.clock.unixMs());
  if (!representation) return sendStatus(exchange, notAcceptable());
  return serve(exchange, options, path, verb, representation);
}

function parsePath(pathname: string): NodePath | undefined {
  const [resource, name, subresource, ...rest] = pathname
    .replace(/^\/api\/v1\//, "")
    .split("/")
    .filter(Boolean);
  if (resource === undefined || rest.length > 0) return undefined;
  return { resource, ...(name && { name: safelyDecoded(name) }), ...(subresource && { subresource }) };
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function verbOf(exchange: Exchange, { name, subresource }: NodePath): Verb | undefined {
  const method = exchange.request.method ?? "";
  if (name === undefined) {
    if (method === "POST") return "create";
    if (method !== "GET") return undefined;
    return isWatch(exchange) ? "watch" : "list";
  }
  if (method === "DELETE" && subresource === undefined) return "delete";
  const verbs: { [method: string]: Verb } = { GET: "get", PUT: "update", PATCH: "patch" };
  return Object.hasOwn(verbs, method) ? verbs[method] : undefined;
}

/** Who may not ask is told so before anything is said about what is there. */
function refusalOf({ user }: Exchange, path: NodePath, verb: Verb): ApiStatus | undefined {
  const { resource, subresource } = path;
  const attributes = { verb, group: "", ...path };
  if (!may(user, attributes)) return forbidden(user?.name ?? "system:anonymous", attributes);
  const known = resource === "nodes" && (subresource === undefined || subresource === "status");
  return known ? undefined : pathNotFound();
}

async function serve(
  exchange: Exchange,
  options: NodeRoutesOptions,
  { name = "", subresource }: NodePath,
  verb: Verb,
  representation: Representation,
): Promise<void> {
  const { store } = options;
  const status = subresource === "status" ? "status" : undefined;
  switch (verb) {
    case "list":
      return list(exchange, store, representation);
    case "watch":
      return watch(exchange, options, representation);
    case "get": {
      const node = store.get(name);
      return node ? sendJson(exchange, 200, representation.one(node)) : sendStatus(exchange, nodeNotFound(name));
    }
    case "create":
      return sendWritten(exchange, 201, await createNode(exchange, store), representation);
    case "update":
      return sendWritten(exchange, 200, await replaceNode(exchange, store, name, status), representation);
    case "patch":
      return sendWritten(exchange, 200, await patchNode(exchange, store, name, status), representation);
    case "delete":
      return sendDeleted(exchange, await deleteNode(exchange, store, name));
  }
}

async function list(exchange: Exchange, store: NodeStore, representation: Representation): Promise<void> {
  const page = listPage(store, exchange.url.searchParams);
  if (!page.ok) return sendStatus(exchange, page.status);
  return sendJson(exchange, 200, representation.list(page.value.nodes, page.value.metadata));
}

async function watch(exchange: Exchange, options: NodeRoutesOptions, representation: Representation): Promise<void> {
  const { store, clock, bookmarkMs, onWatch } = options;
  const query = exchange.url.searchParams;
  const selection = selectionOf(query);
  if (!selection.ok) return sendStatus(exchange, selection.status);
  const version = versionOf(query, store);
  if (!version.ok) return sendStatus(exchange, version.status);
  const refused = streamRefusal(query, options.streamingLists);
  if (refused) return sendStatus(exchange, refused);
  const timeoutSeconds = Number(query.get("timeoutSeconds") ?? 0);
  const cut = serveWatch(exchange, store, clock, {
    representation,
    matches: selection.value,
    fromVersion: version.value,
    sendInitialEvents: query.get("sendInitialEvents") === "true",
    streamsLists: options.streamingLists === "served",
    bookmarkMs: query.get("allowWatchBookmarks") === "true" ? bookmarkMs : undefined,
    timeoutMs: timeoutSeconds > 0 ? Math.min(timeoutSeconds * 1000, 2 ** 31 - 1) : defaultWatchTimeoutMs,
  });
  onWatch(cut, exchange);
}

/** What the real server's validation of a watch's options says (apimachinery, ValidateListOptions). */
function streamRefusal(query: URLSearchParams, streamingLists: StreamingLists): ApiStatus | undefined {
  const match = query.get("resourceVersionMatch") ?? "";
  if (query.get("sendInitialEvents") === null) {
    if (match === "") return undefined;
    return forbiddenOption(
      "resourceVersionMatch",
      "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
    );
  }
  if (streamingLists === "switched off") {
    return forbiddenOption(
      "sendInitialEvents",
      "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled",
    );
  }
  if (streamingLists === "storage cannot" || match === "NotOlderThan") return undefined;
  return forbiddenOption(
    "resourceVersionMatch",
    "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
  );
}

function sendWritten(
  exchange: Exchange,
  code: number,
  written: Result<Written>,
  representation: Representation,
): Promise<void> {
  if (!written.ok) return sendStatus(exchange, written.status);
  const { node, warnings } = written.value;
  // RFC 9111 5.5, as kubectl prints them; the quotes inside are escaped.
  if (warnings.length > 0) {
    exchange.response.setHeader(
      "Warning",
      warnings.map((text) => `299 - ${JSON.stringify(text)}`),
    );
  }
  return sendJson(exchange, code, representation.one(node));
}

function sendDeleted(exchange: Exchange, deleted: Result<NodeObject>): Promise<void> {
  if (!deleted.ok) return sendStatus(exchange, deleted.status);
  const { name, uid = "" } = deleted.value.metadata;
  return sendStatus(exchange, nodeDeleted(name, uid));
}
