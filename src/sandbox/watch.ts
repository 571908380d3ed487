import type { ServerResponse } from "node:http";
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
  /** `sendInitialEvents=true`: a list as a stream (KEP-3157), an ADDED for every node and a bookmark after the last. */
  sendInitialEvents: boolean;
  /** Whether it can do that; one over an old etcd cannot. */
  streamsLists: boolean;
  /** Milliseconds between bookmarks; undefined sends none. */
  bookmarkMs: number | undefined;
  timeoutMs: number;
};

/** A watcher that reads so slowly that this much waits for it is cut off, or else it would fill the memory. */
const backlogLimitBytes = 64 * 1024 * 1024;
/** What is known from the start is written no faster than it is read: of a large cluster it is a gigabyte. */
const aheadBytes = 1024 * 1024;
/** Changes that wait for the end of the beginning. They are references; a watcher with more of them never catches up. */
const waitingLimit = 500_000;

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
    void follow(exchange, store, clock, options, write);
  }
  return () => response.destroy();
}

function refusalOf(store: NodeStore, options: WatchOptions): ApiStatus | undefined {
  const { fromVersion, sendInitialEvents, streamsLists } = options;
  if (sendInitialEvents && !streamsLists) {
    const feature = "the required storage feature RequestWatchProgress is disabled";
    return internalError(`a watch stream was requested by the client but ${feature}`);
  }
  if (sendInitialEvents || fromVersion === undefined || store.eventsAfter(fromVersion)) return undefined;
  return watchExpired(fromVersion, store.oldestVersion);
}

type Write = (type: string, object: object) => void;

async function follow(
  { response }: Exchange,
  store: NodeStore,
  clock: Clock,
  options: WatchOptions,
  write: Write,
): Promise<void> {
  const { representation, matches, sendInitialEvents, bookmarkMs, timeoutMs } = options;
  const show = (event: StoreEvent) => {
    const type = visibleType(event, matches);
    if (type) write(type, representation.one(event.node));
  };
  // Nothing can happen between what is there and what comes: both are taken hold of in one go.
  const beginning = beginningOf(store, options);
  const { version } = store;
  let waiting: StoreEvent[] | undefined = [];
  const unsubscribe = store.subscribe((event) => {
    if (waiting === undefined) show(event);
    else if (waiting.push(event) > waitingLimit) response.destroy();
  });
  const bookmark = () => {
    if (waiting === undefined) write("BOOKMARK", representation.bookmark(store.version));
    bookmarkTimer = bookmarkMs === undefined ? undefined : clock.setTimer(bookmark, bookmarkMs);
  };
  let bookmarkTimer = bookmarkMs === undefined ? undefined : clock.setTimer(bookmark, bookmarkMs);
  const timeoutTimer = clock.setTimer(() => response.end(), timeoutMs);
  response.once("close", () => {
    unsubscribe();
    bookmarkTimer?.cancel();
    timeoutTimer.cancel();
  });
  for (const event of beginning) {
    if (response.destroyed || response.writableEnded) return;
    show(event);
    if (response.writableLength > aheadBytes) await drained(response);
  }
  if (response.destroyed || response.writableEnded) return;
  if (sendInitialEvents && bookmarkMs !== undefined) write("BOOKMARK", representation.bookmark(version, true));
  for (const event of waiting) show(event);
  waiting = undefined;
}

/** What a watch begins with: every node there is, or what has happened since its version. */
function beginningOf(store: NodeStore, { fromVersion, sendInitialEvents }: WatchOptions): Iterable<StoreEvent> {
  if (fromVersion !== undefined && !sendInitialEvents) return store.eventsAfter(fromVersion) ?? [];
  return store.list().map((node) => ({ type: "ADDED", version: store.version, node }));
}

/** Resolves when what was written has gone out, or when there is nobody left to read it. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

/** A node that enters a selection is ADDED to it and one that leaves it is DELETED from it, whatever happened. */
function visibleType({ type, node, previous }: StoreEvent, matches: Matches): StoreEvent["type"] | undefined {
  const isIn = type !== "DELETED" && matches(node);
  const wasIn = previous !== undefined && matches(previous);
  if (isIn) return wasIn ? "MODIFIED" : "ADDED";
  return wasIn ? "DELETED" : undefined;
}
