/** One address of one node that gets a probe of its own. */
export interface Target {
  /**
   * Identity: the same key is the same probe with the same counters. Made of the cluster, the node's uid and the
   * address, so that a node recreated under its old name or moved to another address is a new target.
   */
  readonly key: string;
  /** The API's host, or the context's name. */
  readonly cluster: string;
  /** `metadata.name`. */
  readonly node: string;
  /** `name` in the series of the first PinGo: the node's Hostname address, or its name where it has none. */
  readonly name: string;
  /** An IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** What the user calls the port; `kubelet` for that which each node reports; empty for a static target's. */
  readonly portName: string;
  /** `192.0.2.7:10250` or `[2001:db8::7]:10250`: the `target` label. */
  readonly address: string;
  /** The type of the node address in Kubernetes' words: ExternalIP or InternalIP. */
  readonly addressType: string;
  /** Well-known labels of the node; empty where it carries none. */
  readonly zone: string;
  readonly region: string;
  readonly instanceType: string;
  readonly os: string;
}

/** Whether two states of one target carry the same labels, so that nothing has to be written anew. */
export function sameLabels(a: Target, b: Target): boolean {
  return (
    a.node === b.node &&
    a.name === b.name &&
    a.zone === b.zone &&
    a.region === b.region &&
    a.instanceType === b.instanceType &&
    a.os === b.os &&
    a.addressType === b.addressType &&
    a.portName === b.portName
  );
}
