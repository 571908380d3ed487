/** What PinGo keeps of a Kubernetes node: only what a target and a verdict need. The rest of 16 KB is let go. */
export interface NodeFacts {
  /** `metadata.name`. */
  readonly name: string;
  /** `metadata.uid`: tells a node from another one that comes under its name later. */
  readonly uid: string;
  /** As the node reports them, empty ones left out. */
  readonly addresses: readonly NodeAddress[];
  /** `status.daemonEndpoints.kubeletEndpoint.Port`; 0 where it reports none. */
  readonly kubeletPort: number;
  readonly zone: string;
  readonly region: string;
  readonly instanceType: string;
  readonly os: string;
  readonly ready: Readiness;
  readonly unschedulable: boolean;
  /** Why pods are kept off it, as its owners and the cluster say. */
  readonly taints: readonly Taint[];
}

/** A taint of a node (core/v1); `value` may be empty. */
export interface Taint {
  readonly key: string;
  readonly value: string;
  /** NoSchedule, PreferNoSchedule or NoExecute. */
  readonly effect: string;
}

export interface NodeAddress {
  /** ExternalIP, InternalIP, Hostname, ExternalDNS, InternalDNS or whatever comes next. */
  readonly type: string;
  readonly address: string;
}

/** The Ready condition. Unknown also where a node has none yet. */
export interface Readiness {
  readonly status: "True" | "False" | "Unknown";
  /** KubeletReady, NodeStatusUnknown ...; empty where there is none. */
  readonly reason: string;
  /** `lastTransitionTime`, RFC 3339; empty where there is none. */
  readonly since: string;
}
