import type { NodeFacts } from "../../src/targets/node.ts";

/** A node of which a test names only what it is about. */
export function makeNode(parts: Partial<NodeFacts> & { name: string }): NodeFacts {
  return {
    uid: `uid-of-${parts.name}`,
    addresses: [{ type: "InternalIP", address: "192.0.2.1" }],
    kubeletPort: 10_250,
    zone: "",
    region: "",
    instanceType: "",
    os: "",
    ready: { status: "True", reason: "KubeletReady", since: "" },
    unschedulable: false,
    taints: [],
    ...parts,
  };
}
