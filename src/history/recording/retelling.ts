import type { Target } from "../../target.ts";
import type { NodeFacts } from "../../targets/node.ts";
import type { NodeState } from "../model.ts";
import type { Order } from "../thread/protocol.ts";

/** All that holds, as whoever records knows it. */
export interface AllThatHolds {
  readonly codes: ReadonlyMap<string, number>;
  /** By slot. */
  readonly targets: readonly (Target | undefined)[];
  /** By cluster and name. */
  readonly nodes: ReadonlyMap<string, ReadonlyMap<string, NodeFacts>>;
  readonly apis: ReadonlyMap<string, { readonly isUp: boolean; readonly detail: string }>;
}

/**
 * All that held at one moment, for a keeper that knows nothing. Only references are copied at once, which is a
 * millisecond or two for 65,000 targets; orders are made as they are taken. What happens meanwhile is told after it.
 */
export class Retelling {
  readonly #orders: Iterator<Order>;
  #left: number;

  constructor({ codes, targets, nodes, apis }: AllThatHolds) {
    const ofClusters = [...nodes].map(([cluster, ofCluster]) => ({ cluster, nodes: [...ofCluster.values()] }));
    const held = targets.reduce((sum, target) => (target === undefined ? sum : sum + 1), 0);
    this.#left = codes.size + held + ofClusters.reduce((sum, cluster) => sum + cluster.nodes.length, 0) + apis.size;
    this.#orders = ordersOf([...codes], [...targets], ofClusters, [...apis]);
  }

  /** Orders that were not taken yet. */
  get left(): number {
    return this.#left;
  }

  take(atMost: number): Order[] {
    const orders: Order[] = [];
    for (; this.#left > 0 && orders.length < atMost; this.#left--) orders.push(this.#orders.next().value as Order);
    return orders;
  }
}

function* ordersOf(
  codes: readonly (readonly [string, number])[],
  targets: readonly (Target | undefined)[],
  clusters: readonly { readonly cluster: string; readonly nodes: readonly NodeFacts[] }[],
  apis: readonly (readonly [string, { readonly isUp: boolean; readonly detail: string }])[],
): Generator<Order> {
  for (const [name, code] of codes) yield { order: "code", code, name };
  for (const [slot, target] of targets.entries()) {
    if (target !== undefined) yield { order: "added", slot, target, instead: undefined };
  }
  for (const { cluster, nodes } of clusters) {
    for (const node of nodes) yield { order: "node", cluster, node: stateOf(node) };
  }
  for (const [cluster, api] of apis) yield { order: "api", cluster, ...api };
}

export function stateOf({ name, ready, unschedulable }: NodeFacts): NodeState {
  return { name, ready, unschedulable };
}
