import { badRequest, continueExpired, fail, ok, type Result, versionTooLarge } from "./api-status.ts";
import { isJsonObject } from "./json.ts";
import type { NodeObject } from "./node-object.ts";
import { type Matches, parseFieldSelector, parseLabelSelector } from "./selectors.ts";
import type { NodeStore } from "./store.ts";

export type NodePage = {
  nodes: readonly NodeObject[];
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
};

/** The selection that a list's or a watch's query names; everything, where it names none. */
export function selectionOf(query: URLSearchParams): Result<Matches> {
  const byLabel = parseLabelSelector(query.get("labelSelector") ?? "");
  const byField = parseFieldSelector(query.get("fieldSelector") ?? "");
  if (!byLabel.ok) return fail(badRequest(byLabel.problem));
  if (!byField.ok) return fail(badRequest(byField.problem));
  return ok((node) => byLabel.matches(node) && byField.matches(node));
}

/** A resourceVersion from a query. Clients send "" and "0" for "any", which is undefined here. */
export function versionOf(query: URLSearchParams, store: NodeStore): Result<number | undefined> {
  const text = query.get("resourceVersion") ?? "";
  if (text === "" || text === "0") return ok(undefined);
  const version = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(version)) {
    return fail(badRequest(`resourceVersion: Invalid value: ${JSON.stringify(text)}: must be an unsigned integer`));
  }
  return version > store.version ? fail(versionTooLarge(version, store.version)) : ok(version);
}

/**
 * One page, `limit` nodes long, of the listing as it was when its first page was asked for:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 */
export function listPage(store: NodeStore, query: URLSearchParams): Result<NodePage> {
  const selection = selectionOf(query);
  if (!selection.ok) return selection;
  const limit = limitOf(query);
  if (!limit.ok) return limit;
  const beginning = beginningOf(store, query);
  if (!beginning.ok) return beginning;
  const { version, start, all } = beginning.value;
  const rest = all.slice(indexOf(all, start)).filter(selection.value);
  // "Any version" comes out of the server's cache, which does not do pages: the limit is not looked at.
  const pageLength = query.get("resourceVersion") === "0" ? Number.POSITIVE_INFINITY : limit.value;
  const nodes = rest.slice(0, pageLength);
  const remaining = rest.length - nodes.length;
  const metadata: NodePage["metadata"] = { resourceVersion: String(version) };
  if (remaining > 0) {
    if (version === store.version) store.snapshot();
    metadata.continue = token(version, nodes.at(-1)?.metadata.name ?? "");
    // Only for lists without a selector: a real server does not count what it has not looked at.
    if (!query.get("labelSelector") && !query.get("fieldSelector")) metadata.remainingItemCount = remaining;
  }
  return ok({ nodes, metadata });
}

function limitOf(query: URLSearchParams): Result<number> {
  const text = query.get("limit") ?? "0";
  const limit = Number(text);
  if (!/^\d+$/.test(text)) return fail(badRequest(`limit: Invalid value: ${JSON.stringify(text)}`));
  return ok(limit === 0 ? Number.POSITIVE_INFINITY : limit);
}

/** Where the first node stands that is not before `name`; by halving, as lists of 65,000 come in a thousand pages. */
function indexOf(nodes: readonly NodeObject[], name: string): number {
  let [low, high] = [0, nodes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((nodes[middle]?.metadata.name ?? "") < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Beginning = { version: number; start: string; all: readonly NodeObject[] };

function beginningOf(store: NodeStore, query: URLSearchParams): Result<Beginning> {
  const text = query.get("continue");
  if (!text) {
    const version = versionOf(query, store);
    return version.ok ? ok({ version: store.version, start: "", all: store.list() }) : version;
  }
  const place = parseToken(text);
  if (!place) return fail(badRequest("continue key is not valid: it is not one that this server has given out"));
  const all = store.snapshotAt(place.version);
  return all ? ok({ ...place, all }) : fail(continueExpired());
}

/** Opaque to clients; the same content as a real server's. The zero byte makes the next name the first after it. */
function token(version: number, lastName: string): string {
  const content = { v: "meta.k8s.io/v1", rv: version, start: `${lastName}\0` };
  return Buffer.from(JSON.stringify(content)).toString("base64url");
}

function parseToken(text: string): { version: number; start: string } | undefined {
  try {
    const content: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    if (!isJsonObject(content)) return undefined;
    const { rv, start } = content;
    return typeof rv === "number" && typeof start === "string" ? { version: rv, start } : undefined;
  } catch {
    return undefined;
  }
}
