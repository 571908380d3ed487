import type { Clock } from "../../clock.ts";
import type { NodeFacts } from "../node.ts";
import type { ApiClient } from "./api-client.ts";
import { LineTooLong, splitLines } from "./lines.ts";
import { type ApiProblem, problemOfError, problemOfErrorEvent } from "./problem.ts";
import { asObject, asString, type JsonObject, type NodeFlaw, readNode } from "./read-node.ts";
import { Slices } from "./slices.ts";

/** One change that a watch tells of. */
export type WatchEvent =
  | { readonly type: "put"; readonly node: NodeFacts; readonly resourceVersion: string }
  | { readonly type: "delete"; readonly name: string; readonly resourceVersion: string }
  /** Nothing changed up to this version; its object is an empty Node that is no node. */
  | { readonly type: "bookmark"; readonly resourceVersion: string; readonly initialEventsEnd: boolean }
  /** An object that is no node: something changed, and it cannot be told what. */
  | { readonly type: "flaw"; readonly flaw: NodeFlaw; readonly resourceVersion: string };

/** How a watch ended. */
export type WatchEnd =
  /** The server closed the stream in good order, as it does after `timeoutSeconds`. */
  | { readonly reason: "closed" }
  /** The connection broke or an ERROR event came or there was no watch at all. */
  | { readonly reason: "problem"; readonly problem: ApiProblem; readonly opened: boolean };

export interface WatchOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly labelSelector: string;
  /** Where it begins; undefined for a list as a stream first (KEP-3157): every node as a change, then a bookmark. */
  readonly resourceVersion: string | undefined;
  /** After how long the server is to end the watch by itself, in seconds. */
  readonly timeoutSeconds: number;
  readonly opened: () => void;
  readonly event: (event: WatchEvent) => void;
  readonly signal: AbortSignal;
}

/** etcd refuses objects over 1.5 MB, and JSON escapes may double them. */
const maxEventBytes = 4 * 2 ** 20;

/** Watches the nodes until the stream ends. Never rejects. */
export async function watchNodes(options: WatchOptions): Promise<WatchEnd> {
  const query: Record<string, string> = {
    watch: "1",
    allowWatchBookmarks: "true",
    timeoutSeconds: String(options.timeoutSeconds),
    ...startOf(options),
  };
  if (options.labelSelector !== "") query.labelSelector = options.labelSelector;
  const answer = await options.client.getNodes({ verb: "watch", query, signal: options.signal });
  if ("problem" in answer) return { reason: "problem", problem: answer.problem, opened: false };
  options.opened();
  const slices = new Slices(options.clock);
  const lines = splitLines(answer.body as AsyncIterable<Buffer>, maxEventBytes);
  try {
    for (;;) {
      const line = await nextLine(lines);
      if (typeof line !== "string") return line;
      if (options.signal.aborted) return { reason: "closed" };
      const read = readEvent(line);
      if ("problem" in read) return { reason: "problem", problem: read.problem, opened: true };
      options.event(read);
      await slices.giveWay();
      if (options.signal.aborted) return { reason: "closed" };
    }
  } finally {
    answer.body.destroy();
  }
}

/** Without a resourceVersion beside it, the stream is as recent as a list that names none. */
const wholeList = { sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" };

function startOf({ resourceVersion }: WatchOptions): Record<string, string> {
  return resourceVersion === undefined ? wholeList : { resourceVersion };
}

/** Only what the stream throws is the API's; what a listener of the events throws is a bug and goes on its way. */
async function nextLine(lines: AsyncGenerator<string>): Promise<string | WatchEnd> {
  try {
    const next = await lines.next();
    return next.done ? { reason: "closed" } : next.value;
  } catch (error) {
    return { reason: "problem", problem: streamProblem(error as Error), opened: true };
  }
}

function streamProblem(error: Error): ApiProblem {
  if (error instanceof LineTooLong)
    return { reason: "bad_answer", detail: `its watch sends nonsense: ${error.message}` };
  const { detail } = problemOfError(error);
  return { reason: "connection", detail: `the watch broke off: ${detail}` };
}

/** Reads one line of a watch (WatchEvent, meta/v1). Exported for tests. */
export function readEvent(line: string): WatchEvent | { readonly problem: ApiProblem } {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return {
      problem: { reason: "bad_answer", detail: `its watch sends a line that is no JSON (${line.length} characters)` },
    };
  }
  const event = asObject(json);
  const type = asString(event?.type);
  if (type === "ERROR") return { problem: problemOfErrorEvent(event?.object) };
  const resourceVersion = asString(asObject(asObject(event?.object)?.metadata)?.resourceVersion);
  if (type === "BOOKMARK") return { type: "bookmark", resourceVersion, initialEventsEnd: endsInitialEvents(event) };
  if (type === "ADDED" || type === "MODIFIED" || type === "DELETED") {
    return readChange(type, event?.object, resourceVersion);
  }
  return { problem: { reason: "bad_answer", detail: "its watch sends an event of an unknown type" } };
}

function endsInitialEvents(event: JsonObject | undefined): boolean {
  const annotations = asObject(asObject(asObject(event?.object)?.metadata)?.annotations);
  return annotations?.["k8s.io/initial-events-end"] === "true";
}

function readChange(type: string, object: unknown, resourceVersion: string): WatchEvent {
  const name = asString(asObject(asObject(object)?.metadata)?.name);
  // A DELETED event need not hold a whole node to say which one is gone.
  if (type === "DELETED" && name !== "") return { type: "delete", name, resourceVersion };
  const read = readNode(object);
  return "node" in read
    ? { type: "put", node: read.node, resourceVersion }
    : { type: "flaw", flaw: read.flaw, resourceVersion };
}
