import type { ApiState, NodeState } from "../model.ts";
import type { ChangeRow } from "../store/store.ts";

const upText = "the API answers again";
const downText = "the API does not answer";

/** What a change of an API says of it. */
export function isUpBy({ kind, text }: ChangeRow): boolean {
  return kind === "api up" || text.startsWith(upText);
}

const readyWords = {
  True: "is Ready in the cluster's eyes",
  False: "is not Ready in the cluster's eyes",
  Unknown: "is silent in the cluster's eyes (Ready: Unknown)",
} as const;

/** What the clusters say of themselves and their nodes, as it is now. */
export class ClusterStates {
  readonly #apis = new Map<string, ApiState>();
  readonly #nodes = new Map<string, Map<string, NodeState>>();
  /** Of tens of thousands of nodes most are ready for the same reason. */
  readonly #readiness = new Map<string, NodeState["ready"]>();

  get apis(): readonly ApiState[] {
    return [...this.#apis.values()];
  }

  node(cluster: string, name: string): NodeState | undefined {
    return this.#nodes.get(cluster)?.get(name);
  }

  /** Gives what is to be told of it, if anything. */
  apiIs(cluster: string, isUp: boolean, detail: string, atMs: number): ChangeRow | undefined {
    const before = this.#apis.get(cluster);
    if (before?.isUp === isUp) return undefined;
    this.#apis.set(cluster, { cluster, isUp, sinceMs: atMs });
    const about = { atMs, cluster, node: "", id: undefined };
    if (before === undefined && isUp) return { ...about, kind: "api up", text: "" };
    const text = isUp ? upText : downText;
    return { ...about, kind: "api", text: detail === "" ? text : `${text}: ${detail}` };
  }

  /** Gives what is to be told of it, if anything. */
  nodeIs(cluster: string, node: NodeState, atMs: number): ChangeRow | undefined {
    const ofCluster = this.#nodes.get(cluster) ?? new Map<string, NodeState>();
    this.#nodes.set(cluster, ofCluster);
    const before = ofCluster.get(node.name);
    ofCluster.set(node.name, { ...node, ready: this.#interned(node.ready) });
    if (before === undefined || before.ready.status === node.ready.status) return undefined;
    const { status, reason } = node.ready;
    const text = reason === "" ? readyWords[status] : `${readyWords[status]}: ${reason}`;
    return { atMs, kind: "ready", cluster, node: node.name, id: undefined, text };
  }

  nodeGone(cluster: string, name: string): void {
    this.#nodes.get(cluster)?.delete(name);
  }

  /** All is to be told anew. APIs are remembered: since when they are so does not change with that. */
  forgetNodes(): void {
    this.#nodes.clear();
  }

  #interned({ status, reason }: NodeState["ready"]): NodeState["ready"] {
    const name = `${status} ${reason}`;
    const known = this.#readiness.get(name) ?? { status, reason };
    if (this.#readiness.size < 1_000) this.#readiness.set(name, known);
    return known;
  }
}
