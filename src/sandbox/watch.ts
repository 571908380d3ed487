import type { Clock } from "../clock.ts";
import { type ApiStatus, internalError, watchExpired } from "./api-status.ts";
import { commonHeaders, type Exchange } from "./exchange.ts";
import type { Representation } from "./representation.ts";
import type { Matches } from "./selectors.ts";
import type { NodeStore, StoreEvent } from "./store.ts";

export type WatchOptions = {
  representation: Representation;
  matches: Matches;
  /** From after this version on; undefined begins with an ADDED for every node there is. */
  fromVersion: number | undefined;
  /** `sendInitialEvents=true`, which this server, like one over an old etcd, cannot. */
  sendInitialEvents: boolean;
  /** Milliseconds between bookmarks; undefined sends none. */
  bookmarkMs: number | undefined;
  timeoutMs: number;
};

/** A watcher that reads so slowly that this much waits for it is cut off, or else it would fill the memory. */
const backlogLimitBytes = 64 * 1024 * 1024;

/**
 * Answers with a stream of events, one JSON object a line, until the timeout, the client's leaving or a `cut`:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 * Returns a function that cuts the connection, as a failing server does.
 */
export function serveWatch(exchange: Exchange, store: NodeStore, clock: Clock, options: WatchOptions): () => void {
  const { response } = exchange;
  response.writeHead(200, commonHeaders(exchange, 200, "application/json"));
  response.flushHeaders();
  const write = (type: string, object: object) => {
    response.write(`${JSON.stringify({ type, object })}\n`);
    if (response.writableLength > backlogLimitBytes) response.destroy();
  };
  const refusal = refusalOf(store, options);
  if (refusal) {
    write("ERROR", refusal);
    response.end();
  } else {
    follow(exchange, store, clock, options, write);
  }
  return () => response.destroy();
}

function refusalOf(store: NodeStore, { fromVersion, sendInitialEvents }: WatchOptions): ApiStatus | undefined {
  if (sendInitialEvents) {
    const feature = "the required storage feature RequestWatchProgress is disabled";
    return internalError(`a watch stream was requested by the client but ${feature}`);
  }
  if (fromVersion === undefined || store.eventsAfter(fromVersion)) return undefined;
  return watchExpired(fromVersion, store.oldestVersion);
}

type Write = (type: string, object: object) => void;

function follow({ response }: Exchange, store: NodeStore, clock: Clock, options: WatchOptions, write: Write): void {
  const { representation, matches, fromVersion, bookmarkMs, timeoutMs } = options;
  const show = (event: StoreEvent) => {
    const type = visibleType(event, matches);
    if (type) write(type, representation.one(event.node));
  };
  // Nothing can happen between what is there and what comes: this runs in one go.
  if (fromVersion === undefined) {
    for (const node of store.list()) if (matches(node)) write("ADDED", representation.one(node));
  } else {
    for (const event of store.eventsAfter(fromVersion) ?? []) show(event);
  }
  const unsubscribe = store.subscribe(show);
  const bookmark = () => {
    write("BOOKMARK", representation.bookmark(store.version));
    bookmarkTimer = bookmarkMs === undefined ? undefined : clock.setTimer(bookmark, bookmarkMs);
  };
  let bookmarkTimer = bookmarkMs === undefined ? undefined : clock.setTimer(bookmark, bookmarkMs);
  const timeoutTimer = clock.setTimer(() => response.end(), timeoutMs);
  response.once("close", () => {
    unsubscribe();
    bookmarkTimer?.cancel();
    timeoutTimer.cancel();
  });
}

/** A node that enters a selection is ADDED to it and one that leaves it is DELETED from it, whatever happened. */
function visibleType({ type, node, previous }: StoreEvent, matches: Matches): StoreEvent["type"] | undefined {
  const isIn = type !== "DELETED" && matches(node);
  const wasIn = previous !== undefined && matches(previous);
  if (isIn) return wasIn ? "MODIFIED" : "ADDED";
  return wasIn ? "DELETED" : undefined;
}
