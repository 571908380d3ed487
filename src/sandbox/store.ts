import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  badRequest,
  fail,
  invalidNode,
  nodeAlreadyExists,
  nodeConflict,
  nodeNotFound,
  ok,
  type Result,
} from "./api-status.ts";
import { type NodeMetadata, type NodeObject, timestamp } from "./node-object.ts";

export type StoreEvent = {
  type: "ADDED" | "MODIFIED" | "DELETED";
  version: number;
  node: NodeObject;
  /** The node before a change, so that a watch with a selector knows what has left its selection. */
  previous?: NodeObject;
};

export type StoreOptions = {
  /** Milliseconds since 1970, for creationTimestamp. */
  unixMs: () => number;
  /** How many past events are kept for watches that start in the past. */
  eventLimit?: number;
};

/** `status` writes touch the status and the metadata, others the spec and the metadata, as in a real server. */
export type WriteOptions = { subresource?: "status"; dryRun?: boolean };

export type DeletePreconditions = { uid?: string; resourceVersion?: string; dryRun?: boolean };

/** How many listings are remembered for clients that are between two pages. */
const snapshotLimit = 16;

/**
 * The nodes of one cluster, with one resourceVersion that grows with every change:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
export class NodeStore {
  readonly #unixMs: () => number;
  readonly #eventLimit: number;
  readonly #nodes = new Map<string, NodeObject>();
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  readonly #snapshots = new Map<number, readonly NodeObject[]>();
  #events: StoreEvent[] = [];
  #version = 1000;
  /** Events up to and including this version are forgotten. */
  #forgottenVersion = 1000;
  #sorted: readonly NodeObject[] | undefined;

  constructor({ unixMs, eventLimit = 1000 }: StoreOptions) {
    this.#unixMs = unixMs;
    this.#eventLimit = eventLimit;
  }

  get version(): number {
    return this.#version;
  }

  /** A watch may start from here or later. */
  get oldestVersion(): number {
    return this.#forgottenVersion;
  }

  get(name: string): NodeObject | undefined {
    return this.#nodes.get(name);
  }

  /** All nodes by name in byte order, which is how etcd keeps them. */
  list(): readonly NodeObject[] {
    this.#sorted ??= [...this.#nodes.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    return this.#sorted;
  }

  /** Remembers the present listing until it is forgotten, for pages to come. The oldest makes room. */
  snapshot(): readonly NodeObject[] {
    const nodes = this.list();
    this.#snapshots.set(this.#version, nodes);
    const oldest = this.#snapshots.keys().next();
    if (this.#snapshots.size > snapshotLimit && !oldest.done) this.#snapshots.delete(oldest.value);
    return nodes;
  }

  /** The listing as it was at `version`, or undefined when it is forgotten. */
  snapshotAt(version: number): readonly NodeObject[] | undefined {
    return this.#snapshots.get(version);
  }

  create(node: NodeObject, { dryRun = false }: WriteOptions = {}): Result<NodeObject> {
    const { name, resourceVersion } = node.metadata;
    if (resourceVersion) return fail(badRequest("resourceVersion should not be set on objects to be created"));
    if (this.#nodes.has(name)) return fail(nodeAlreadyExists(name));
    const identity = { uid: randomUUID(), creationTimestamp: timestamp(this.#unixMs()) };
    const created = stamped(node, { ...node.metadata, ...identity }, this.#version + 1);
    if (!dryRun) this.#commit({ type: "ADDED", version: this.#version + 1, node: created });
    return ok(created);
  }

  /** Optimistic concurrency: 409 when `node` names a resourceVersion or uid that is not the present one. */
  replace(node: NodeObject, { subresource, dryRun = false }: WriteOptions = {}): Result<NodeObject> {
    const { name, resourceVersion, uid } = node.metadata;
    const previous = this.#nodes.get(name);
    if (!previous) return fail(nodeNotFound(name));
    if (resourceVersion && resourceVersion !== previous.metadata.resourceVersion) {
      return fail(nodeConflict(name, "the object has been modified; apply your changes to the latest version"));
    }
    if (uid && uid !== previous.metadata.uid) return fail(nodeConflict(name, uidMismatch(uid, previous)));
    const writable = subresource === "status" ? { spec: previous.spec } : { status: previous.status };
    const candidate = stamped({ ...node, ...writable }, identityOf(node, previous), this.#version + 1);
    // A write that changes nothing is no event, or else clients that write what is there would wake everybody.
    if (sameContent(candidate, previous)) return ok(previous);
    if (!dryRun) this.#commit({ type: "MODIFIED", version: this.#version + 1, node: candidate, previous });
    return ok(candidate);
  }

  /** Replaces the node by what `change` makes of it; for the sandbox's own verbs, which touch spec and status. */
  update(name: string, change: (node: NodeObject) => NodeObject): Result<NodeObject> {
    const previous = this.#nodes.get(name);
    if (!previous) return fail(nodeNotFound(name));
    const changed = change(previous);
    if (changed.metadata.name !== name) return fail(invalidNode(name, "metadata.name", "field is immutable"));
    const node = stamped(changed, identityOf(changed, previous), this.#version + 1);
    if (sameContent(node, previous)) return ok(previous);
    this.#commit({ type: "MODIFIED", version: this.#version + 1, node, previous });
    return ok(node);
  }

  delete(name: string, preconditions: DeletePreconditions = {}): Result<NodeObject> {
    const previous = this.#nodes.get(name);
    if (!previous) return fail(nodeNotFound(name));
    const { uid, resourceVersion, dryRun = false } = preconditions;
    if (uid && uid !== previous.metadata.uid) return fail(nodeConflict(name, uidMismatch(uid, previous)));
    if (resourceVersion && resourceVersion !== previous.metadata.resourceVersion) {
      return fail(nodeConflict(name, `the resourceVersion is ${previous.metadata.resourceVersion}`));
    }
    // The last event carries the version of the deletion, so that a watch can go on from it.
    const node = stamped(previous, previous.metadata, this.#version + 1);
    if (!dryRun) this.#commit({ type: "DELETED", version: this.#version + 1, node, previous });
    return ok(previous);
  }

  /** What happened after `version`, in order; undefined when that is not known any more. */
  eventsAfter(version: number): readonly StoreEvent[] | undefined {
    if (version < this.#forgottenVersion) return undefined;
    return this.#events.filter((event) => event.version > version);
  }

  /** As etcd's compaction: watches and pages that begin in the past get 410 from now on. */
  forgetEvents(): void {
    // One step on, so that even a client that has seen everything finds its version too old.
    this.#version += 1;
    this.#forgottenVersion = this.#version;
    this.#events = [];
    this.#snapshots.clear();
  }

  /**
   * As a restore of etcd from a backup: the nodes are there, at a version that has nothing to do with the one before.
   * Events and pages of before are gone. Watches would not notice: stop the API meanwhile, as a restore does.
   */
  beginAnew(version: number): void {
    this.#version = version;
    this.#forgottenVersion = version;
    this.#events = [];
    this.#snapshots.clear();
    for (const [name, node] of this.#nodes) this.#nodes.set(name, stamped(node, node.metadata, version));
    this.#sorted = undefined;
  }

  /** Calls `listener` at each change, before the write returns. The answer unsubscribes. */
  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #commit(event: StoreEvent): void {
    this.#version = event.version;
    const { name } = event.node.metadata;
    if (event.type === "DELETED") this.#nodes.delete(name);
    else this.#nodes.set(name, event.node);
    this.#sorted = undefined;
    this.#events.push(event);
    // Half at a time, so that a full log does not move its whole length at every event.
    if (this.#events.length > this.#eventLimit) {
      const dropped = this.#events.splice(0, Math.ceil(this.#eventLimit / 2));
      this.#forgottenVersion = dropped.at(-1)?.version ?? this.#forgottenVersion;
    }
    for (const listener of [...this.#listeners]) listener(event);
  }
}

function uidMismatch(uid: string, { metadata }: NodeObject): string {
  return `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`;
}

function identityOf({ metadata }: NodeObject, { metadata: previous }: NodeObject): NodeMetadata {
  const { uid, creationTimestamp } = previous;
  return { ...metadata, ...(uid && { uid }), ...(creationTimestamp && { creationTimestamp }) };
}

/** Writes the version, and the metadata's keys in the order of the real server. */
function stamped(node: NodeObject, metadata: NodeMetadata, version: number): NodeObject {
  const { name, uid, creationTimestamp, ...others } = metadata;
  const resourceVersion = String(version);
  return {
    ...node,
    metadata: {
      name,
      ...(uid && { uid }),
      resourceVersion,
      ...(creationTimestamp && { creationTimestamp }),
      ...without(others, "resourceVersion"),
    },
  };
}

function without<T extends object, K extends keyof T>(object: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = object;
  return rest;
}

function sameContent(a: NodeObject, b: NodeObject): boolean {
  return (
    isDeepStrictEqual(without(a.metadata, "resourceVersion"), without(b.metadata, "resourceVersion")) &&
    isDeepStrictEqual(a.spec, b.spec) &&
    isDeepStrictEqual(a.status, b.status)
  );
}
