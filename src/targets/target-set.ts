import { sameLabels, type Target } from "../target.ts";
import type { NodeFacts } from "./node.ts";
import { type NodeOutcome, nodeStates, type Selection, selectTargets, targetsOf } from "./select.ts";

/** A node and what became of it. */
export interface NodeEntry {
  readonly node: NodeFacts;
  readonly outcome: NodeOutcome;
}

/** Hears of each change before the call that caused it returns. */
export interface TargetListener {
  /** `instead` is the target of the same node and port that was removed for it. */
  added(target: Target, instead: Target | undefined): void;
  /**
   * `next` is what became of its node: other targets, none and why, or undefined: it is gone. `isReplaced`: one of those
   * targets is added in its place.
   */
  removed(target: Target, next: NodeOutcome | undefined, isReplaced: boolean): void;
  /** A node that was not known before has no target. */
  unprobed(cluster: string, node: NodeFacts, why: string): void;
  /** Same key, other labels: the counters stay. */
  relabelled(target: Target, before: Target): void;
  /** Ready became something else. */
  readinessChanged(cluster: string, node: NodeFacts, before: NodeFacts): void;
  /** A node is there, or its cluster sees it in another state than before: Ready, and why, and whether it is cordoned. */
  nodeStated?(cluster: string, node: NodeFacts): void;
  nodeGone?(cluster: string, name: string): void;
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
  countByState(): Record<NodeOutcome["state"], number> {
    const counts = Object.fromEntries(nodeStates.map((state) => [state, 0])) as Record<NodeOutcome["state"], number>;
    for (const entry of this.#entries.values()) counts[entry.outcome.state]++;
    return counts;
  }

  /**
   * Makes the set what a list says. Nodes that are not in it leave first, so that an address can change hands. Of two
   * nodes under one name, which no sound API sends, the last counts: taken one after the other they would throw each
   * other out with every list.
   */
  replace(nodes: readonly NodeFacts[]): void {
    const listed = new Map(nodes.map((node) => [node.name, node]));
    this.keepOnly((name) => listed.has(name));
    for (const node of listed.values()) this.upsert(node);
  }

  /** Removes the nodes that are not to stay. */
  keepOnly(keeps: (nodeName: string) => boolean): void {
    for (const name of [...this.#entries.keys()]) if (!keeps(name)) this.remove(name);
  }

  upsert(node: NodeFacts): void {
    const before = this.#entries.get(node.name);
    const outcome = selectTargets(this.#cluster, node, this.#selection);
    this.#entries.set(node.name, { node, outcome });
    this.#tell(before?.outcome, outcome);
    if (before === undefined && outcome.state !== "probed") this.#listener.unprobed(this.#cluster, node, outcome.why);
    if (before !== undefined && before.node.ready.status !== node.ready.status) {
      this.#listener.readinessChanged(this.#cluster, node, before.node);
    }
    if (before === undefined || !sameState(before.node, node)) this.#listener.nodeStated?.(this.#cluster, node);
  }

  remove(nodeName: string): void {
    const outcome = this.#entries.get(nodeName)?.outcome;
    if (!this.#entries.delete(nodeName)) return;
    this.#tell(outcome, undefined);
    this.#listener.nodeGone?.(this.#cluster, nodeName);
  }

  /** What leaves is told first, so that an address can change hands. */
  #tell(previous: NodeOutcome | undefined, next: NodeOutcome | undefined): void {
    const [before, after] = [targetsOf(previous), targetsOf(next)];
    const gone = before.filter(({ key }) => !after.some((target) => target.key === key));
    const come = after.filter(({ key }) => !before.some((target) => target.key === key));
    const unreplaced = [...gone];
    const predecessors = new Map(come.map((target) => [target, takePredecessor(unreplaced, target)]));
    for (const target of gone) this.#listener.removed(target, next, !unreplaced.includes(target));
    for (const target of after) {
      const same = before.find(({ key }) => key === target.key);
      if (same === undefined) this.#listener.added(target, predecessors.get(target));
      else if (!sameLabels(same, target)) this.#listener.relabelled(target, same);
    }
  }
}

/** The target of the same port, and best of the same family, in whose place this one comes; it is then taken. */
function takePredecessor(gone: Target[], { portName, host }: Target): Target | undefined {
  const isV6 = host.includes(":");
  const candidates = gone.filter((target) => target.portName === portName);
  const found = candidates.find((target) => target.host.includes(":") === isV6) ?? candidates[0];
  if (found !== undefined) gone.splice(gone.indexOf(found), 1);
  return found;
}

function sameState(a: NodeFacts, b: NodeFacts): boolean {
  return (
    a.uid === b.uid &&
    a.ready.status === b.ready.status &&
    a.ready.reason === b.ready.reason &&
    a.unschedulable === b.unschedulable
  );
}
