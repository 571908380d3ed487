import type { Target } from "../../src/target.ts";

/** A target of which a test names only what it is about. */
export function makeTarget(parts: Partial<Target> & { node: string }): Target {
  const address = parts.address ?? "192.0.2.1:10250";
  return {
    key: `test//${parts.node}/${address}`,
    cluster: "test",
    name: parts.node,
    host: "192.0.2.1",
    port: 10_250,
    portName: "kubelet",
    address,
    addressType: "InternalIP",
    zone: "",
    region: "",
    instanceType: "",
    os: "",
    ...parts,
  };
}
