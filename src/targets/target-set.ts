import { sameLabels, type Target } from "../target.ts";
import type { NodeFacts } from "./node.ts";
import { type NodeTarget, nodeStates, type Selection, selectTarget } from "./select.ts";

/** A node and what became of it. */
export interface NodeEntry {
  readonly node: NodeFacts;
  readonly outcome: NodeTarget;
}

/** Hears of each change before the call that caused it returns. */
export interface TargetListener {
  /** `instead` is the target of the same node that was removed for it. */
  added(target: Target, instead: Target | undefined): void;
  /** `next` is what became of its node: another target that is added next, none and why, or undefined: it is gone. */
  removed(target: Target, next: NodeTarget | undefined): void;
  /** A node that was not known before has no target. */
  unprobed(node: NodeFacts, why: string): void;
  /** Same key, other labels: the counters stay. */
  relabelled(target: Target, before: Target): void;
  /** Ready became something else. */
  readinessChanged(node: NodeFacts, before: NodeFacts): void;
}

/** The nodes of one cluster and the targets they make. Knows nothing of where nodes come from. */
export class TargetSet {
  readonly #cluster: string;
  readonly #selection: Selection;
  readonly #listener: TargetListener;
  readonly #entries = new Map<string, NodeEntry>();

  constructor(cluster: string, selection: Selection, listener: TargetListener) {
    this.#cluster = cluster;
    this.#selection = selection;
    this.#listener = listener;
  }

  get size(): number {
    return this.#entries.size;
  }

  entries(): NodeEntry[] {
    return [...this.#entries.values()];
  }

  /** How many nodes are in each state. */
  countByState(): Record<NodeTarget["state"], number> {
    const counts = Object.fromEntries(nodeStates.map((state) => [state, 0])) as Record<NodeTarget["state"], number>;
    for (const entry of this.#entries.values()) counts[entry.outcome.state]++;
    return counts;
  }

  /**
   * Makes the set what a list says. Nodes that are not in it leave first, so that an address can change hands;
   * but those that `keeps` names stay as they are. Of two nodes under one name, which no sound API sends, the last
   * counts: taken one after the other they would throw each other out with every list.
   */
  replace(nodes: readonly NodeFacts[], keeps: (nodeName: string) => boolean = () => false): void {
    const listed = new Map(nodes.map((node) => [node.name, node]));
    for (const name of [...this.#entries.keys()]) if (!listed.has(name) && !keeps(name)) this.remove(name);
    for (const node of listed.values()) this.upsert(node);
  }

  /** Removes the nodes that are not to stay. */
  keepOnly(keeps: (nodeName: string) => boolean): void {
    for (const name of [...this.#entries.keys()]) if (!keeps(name)) this.remove(name);
  }

  upsert(node: NodeFacts): void {
    const nodeBefore = this.#entries.get(node.name)?.node;
    const before = this.#targetOf(node.name);
    const outcome = selectTarget(this.#cluster, node, this.#selection);
    this.#entries.set(node.name, { node, outcome });
    this.#tell(before, outcome);
    if (nodeBefore === undefined && outcome.state !== "probed") this.#listener.unprobed(node, outcome.why);
    if (nodeBefore !== undefined && nodeBefore.ready.status !== node.ready.status) {
      this.#listener.readinessChanged(node, nodeBefore);
    }
  }

  remove(nodeName: string): void {
    const before = this.#targetOf(nodeName);
    this.#entries.delete(nodeName);
    this.#tell(before, undefined);
  }

  #targetOf(nodeName: string): Target | undefined {
    const outcome = this.#entries.get(nodeName)?.outcome;
    return outcome?.state === "probed" ? outcome.target : undefined;
  }

  #tell(before: Target | undefined, next: NodeTarget | undefined): void {
    const after = next?.state === "probed" ? next.target : undefined;
    if (before !== undefined && after !== undefined && before.key === after.key) {
      if (!sameLabels(before, after)) this.#listener.relabelled(after, before);
      return;
    }
    if (before !== undefined) this.#listener.removed(before, next);
    if (after !== undefined) this.#listener.added(after, before);
  }
}
