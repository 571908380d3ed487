import type { Clock } from "../../clock.ts";
import type { NodeFacts } from "../node.ts";
import type { ApiClient } from "./api-client.ts";
import type { ApiProblem } from "./problem.ts";
import { readBody } from "./read-body.ts";
import { asObject, asString, type NodeFlaw, readNode } from "./read-node.ts";

/** Every node the API has at one resourceVersion. */
export interface NodeList {
  readonly nodes: readonly NodeFacts[];
  /** Where a watch goes on from. */
  readonly resourceVersion: string;
  /** Items in the list, readable or not: what the API counts. */
  readonly count: number;
  /** The items that are no nodes: each is perhaps a node that is there. */
  readonly flaws: readonly NodeFlaw[];
}

export interface ListOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Label selector, sent to the API as it is; empty for all nodes. */
  readonly labelSelector: string;
  readonly signal: AbortSignal;
}

/** Nodes per request: real ones are 5 to 20 KB, so that a page is a few megabytes. */
const pageSize = 250;
/** A whole page of nodes, each as large as etcd lets an object be (1.5 MB), does not fit; what clusters have does. */
const limits = { maxBytes: 128 * 2 ** 20, idleTimeoutMs: 30_000, totalTimeoutMs: 120_000 };
/** 250 nodes a page: far above the 5,000 nodes Kubernetes supports and the 65,000 it has been driven to. */
const maxPages = 2_000;

/** Lists all nodes, page by page (limit and continue, Kubernetes API concepts, "retrieving large results sets in chunks"). */
export async function listNodes(options: ListOptions): Promise<NodeList | { readonly problem: ApiProblem }> {
  const nodes: NodeFacts[] = [];
  const flaws: NodeFlaw[] = [];
  let token = "";
  for (let page = 0; page < maxPages; page++) {
    const answer = await requestPage(options, pageSize, token);
    if ("problem" in answer) return answer;
    for (const item of answer.items) {
      const read = readNode(item);
      if ("node" in read) nodes.push(read.node);
      else flaws.push(read.flaw);
    }
    if (answer.continueToken === "") {
      return { nodes, count: nodes.length + flaws.length, resourceVersion: answer.resourceVersion, flaws };
    }
    token = answer.continueToken;
  }
  return { problem: { reason: "bad_answer", detail: `its list of nodes does not end after ${maxPages} pages` } };
}

/**
 * How many nodes the API has, at the price of one: `limit=1` and `remainingItemCount`. Undefined where it does not
 * say, as with a label selector. This is the regular question that measures the API while a watch runs.
 */
export async function countNodes(
  options: ListOptions,
): Promise<{ readonly count: number | undefined } | { readonly problem: ApiProblem }> {
  const answer = await requestPage(options, 1, "");
  if ("problem" in answer) return answer;
  if (answer.continueToken === "") return { count: answer.items.length };
  return { count: answer.remaining === undefined ? undefined : answer.items.length + answer.remaining };
}

interface Page {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  readonly continueToken: string;
  readonly remaining: number | undefined;
}

async function requestPage(
  { client, clock, labelSelector, signal }: ListOptions,
  limit: number,
  continueToken: string,
): Promise<Page | { readonly problem: ApiProblem }> {
  const query: Record<string, string> = { limit: String(limit) };
  if (labelSelector !== "") query.labelSelector = labelSelector;
  if (continueToken !== "") query.continue = continueToken;
  const answer = await client.getNodes({ verb: "list", query, signal });
  if ("problem" in answer) return answer;
  const read = await readBody(answer.body, limits, clock);
  return "problem" in read ? read : readPage(read.text);
}

/** Reads the text of a NodeList. Exported for tests. */
export function readPage(text: string): Page | { readonly problem: ApiProblem } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: { reason: "bad_answer", detail: describeNoJson(text) } };
  }
  const list = asObject(json);
  const kind = asString(list?.kind);
  if (kind !== "NodeList") {
    const got = kind === "" ? "JSON that is no Kubernetes object" : `a ${kind}`;
    return { problem: { reason: "bad_answer", detail: `it answers ${got} where a NodeList was asked for` } };
  }
  const metadata = asObject(list?.metadata);
  if (!Array.isArray(list?.items)) {
    return { problem: { reason: "bad_answer", detail: "its NodeList has no items" } };
  }
  const remaining = metadata?.remainingItemCount;
  if (list.items.length === 0 && typeof remaining === "number" && remaining > 0) {
    return {
      problem: { reason: "bad_answer", detail: `its NodeList is empty and yet says that ${remaining} are left` },
    };
  }
  return {
    items: list.items,
    resourceVersion: asString(metadata?.resourceVersion),
    continueToken: asString(metadata?.continue),
    remaining: typeof remaining === "number" ? remaining : undefined,
  };
}

function describeNoJson(text: string): string {
  if (text.trim() === "") return "its answer is empty";
  if (/^\s*</.test(text)) {
    return "it answers HTML, not JSON: is this the URL of the API server, or of a console or a login page before it?";
  }
  if (/^\s*[{[]/.test(text)) return `its answer is truncated or damaged JSON (${text.length} characters)`;
  // Not shown: a gateway may say back what it was sent, the token with it.
  return `its answer is not JSON (${text.length} characters of something else)`;
}
