import type { NodeSink } from "../../src/targets/kubernetes/node-intake.ts";
import type { NodeFacts } from "../../src/targets/node.ts";

/** Keeps the nodes and remembers every one that was ever taken away. */
export class RecordingSink implements NodeSink {
  readonly nodes = new Map<string, NodeFacts>();
  readonly removed: string[] = [];

  get size(): number {
    return this.nodes.size;
  }

  get names(): string[] {
    return [...this.nodes.keys()].sort();
  }

  keepOnly(keeps: (name: string) => boolean): void {
    for (const name of this.names) if (!keeps(name)) this.remove(name);
  }

  upsert(node: NodeFacts): void {
    this.nodes.set(node.name, node);
  }

  remove(name: string): void {
    if (this.nodes.delete(name)) this.removed.push(name);
  }
}
