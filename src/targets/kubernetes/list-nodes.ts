import type { Clock } from "../../clock.ts";
import type { NodeFacts } from "../node.ts";
import type { ApiClient } from "./api-client.ts";
import type { ApiProblem } from "./problem.ts";
import { readBody } from "./read-body.ts";
import { asObject, asString, type NodeFlaw, readNode } from "./read-node.ts";

/** Every node the API has at one resourceVersion. */
export interface NodeList extends ListedNodes {
  /** Where a watch goes on from. */
  readonly resourceVersion: string;
  /** Items in the list, readable or not: what the API counts. */
  readonly count: number;
}

export interface ListOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Label selector, sent to the API as it is; empty for all nodes. */
  readonly labelSelector: string;
  readonly signal: AbortSignal;
}

/** Nodes asked for on the first page: few, so that the first targets are there at once. */
const firstPageNodes = 50;
/**
 * A page is to be about this long, whatever the nodes' size (5 to 20 KB each, more with many images): JSON.parse works
 * without a pause, 5 ms for a megabyte, and in memory a page is several times as large as on the wire.
 */
const pageBytes = 750_000;
const pageNodes = { min: 10, max: 500 };
/** A page of nodes, each as large as etcd lets an object be (1.5 MB), does not fit; what clusters have does. */
const limits = { maxBytes: 64 * 2 ** 20, idleTimeoutMs: 10_000, totalTimeoutMs: 120_000 };
/** Far above the 65,000 nodes that Kubernetes has been driven to, at the smallest of pages. */
const maxPages = 20_000;

function brokenPromise(promised: number): ApiProblem {
  return { reason: "bad_answer", detail: `it says that ${promised} nodes of its list are left, and sends none` };
}

/** Some of the nodes of a list. */
export interface ListedNodes {
  readonly nodes: readonly NodeFacts[];
  /** The items that are no nodes: each is perhaps a node that is there. */
  readonly flaws: readonly NodeFlaw[];
}

/**
 * A list on its way, page by page (limit and continue: Kubernetes API concepts, "retrieving large results sets in
 * chunks"). What has been read of a page is let go before the next is asked for.
 *
 * It asks for the most recent state. `resourceVersion=0`, any state that the server has in its cache, would spare etcd
 * the work, but most servers ignore `limit` with it and answer the whole cluster in one piece; and it can be older than
 * what is known. Who wants to spare the server takes the streaming list, which is served from the cache and recent.
 */
export class NodeListing {
  readonly #options: Omit<ListOptions, "signal">;
  #limit = firstPageNodes;
  #token = "";
  #pages = 0;
  #resourceVersion = "";
  /** Nodes that the page before said are left. */
  #promised = 0;
  #answeredMs = 0;

  constructor(options: Omit<ListOptions, "signal">) {
    this.#options = options;
  }

  /** Where a watch goes on from, once the list is whole. */
  get resourceVersion(): string {
    return this.#resourceVersion;
  }

  /** How long the API took over the pages that came, without those that did not and the waits between. */
  get answeredMs(): number {
    return this.#answeredMs;
  }

  /** The next page, or why not; then the same page can be asked for again. */
  async next(
    signal: AbortSignal,
  ): Promise<(ListedNodes & { readonly isLast: boolean }) | { readonly problem: ApiProblem }> {
    if (this.#pages === maxPages) return { problem: { reason: "bad_answer", detail: endless } };
    const { clock } = this.#options;
    const startMs = clock.nowMs();
    const page = await requestPage({ ...this.#options, signal }, this.#limit, this.#token);
    if ("problem" in page) return page;
    // Its pages are of one moment: an end that comes before what is left of it would take the rest for gone.
    if (page.items.length === 0 && this.#promised > 0) return { problem: brokenPromise(this.#promised) };
    this.#promised = page.remaining ?? 0;
    this.#answeredMs += clock.nowMs() - startMs;
    this.#pages++;
    this.#token = page.continueToken;
    this.#resourceVersion = page.resourceVersion;
    this.#limit = nodesForPage(page);
    return { ...readItems(page.items), isLast: page.continueToken === "" };
  }
}

const endless = `its list of nodes does not end after ${maxPages} pages`;

function nodesForPage({ items, length }: Page): number {
  const wanted = Math.floor((pageBytes * items.length) / length);
  return Math.min(pageNodes.max, Math.max(pageNodes.min, wanted));
}

function readItems(items: readonly unknown[]): ListedNodes {
  const nodes: NodeFacts[] = [];
  const flaws: NodeFlaw[] = [];
  for (const item of items) {
    const read = readNode(item);
    if ("node" in read) nodes.push(read.node);
    else flaws.push(read.flaw);
  }
  return { nodes, flaws };
}

/** Lists all nodes at once, for those who look only once. */
export async function listNodes(options: ListOptions): Promise<NodeList | { readonly problem: ApiProblem }> {
  const nodes: NodeFacts[] = [];
  const flaws: NodeFlaw[] = [];
  const listing = new NodeListing(options);
  for (;;) {
    const page = await listing.next(options.signal);
    if ("problem" in page) return page;
    nodes.push(...page.nodes);
    flaws.push(...page.flaws);
    if (!page.isLast) continue;
    return { nodes, flaws, count: nodes.length + flaws.length, resourceVersion: listing.resourceVersion };
  }
}

/**
 * How many nodes the API has, at the price of one: `limit=1` and `remainingItemCount`. Undefined where it does not
 * say, as with a label selector. This is the regular question that measures the API while a watch runs.
 */
export async function countNodes(options: ListOptions): Promise<NodeCount | { readonly problem: ApiProblem }> {
  const answer = await requestPage(options, 1, "");
  if ("problem" in answer) return answer;
  const { items, remaining, continueToken, resourceVersion } = answer;
  if (continueToken === "") return { count: items.length, resourceVersion };
  return { count: remaining === undefined ? undefined : items.length + remaining, resourceVersion };
}

export interface NodeCount {
  readonly count: number | undefined;
  /** How far the API's store has come. */
  readonly resourceVersion: string;
}

interface Page {
  /** Of its text, in characters. */
  readonly length: number;
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
    length: text.length,
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
