/** A kind of objects that is kept beside the nodes, as discovery tells of it. */
export interface Kind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** The plural, in paths and in rules. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
}

function of(group: string, version: string, namespaced: boolean, resources: Readonly<Record<string, string>>): Kind[] {
  return Object.entries(resources).map(([resource, kind]) => ({ group, version, resource, kind, namespaced }));
}

/**
 * What PinGo's manifests are made of, and what gives it its rights. All of it is kept and nothing is done with it: no pod
 * is started, no volume made. ServiceAccounts, ClusterRoles and their bindings decide who may do what.
 */
export const kinds: readonly Kind[] = [
  { group: "", version: "v1", resource: "namespaces", kind: "Namespace", namespaced: false, shortNames: ["ns"] },
  {
    group: "",
    version: "v1",
    resource: "serviceaccounts",
    kind: "ServiceAccount",
    namespaced: true,
    shortNames: ["sa"],
  },
  ...of("", "v1", true, {
    configmaps: "ConfigMap",
    persistentvolumeclaims: "PersistentVolumeClaim",
    secrets: "Secret",
    services: "Service",
  }),
  ...of("apps", "v1", true, { deployments: "Deployment", statefulsets: "StatefulSet" }),
  ...of("monitoring.coreos.com", "v1", true, {
    podmonitors: "PodMonitor",
    prometheusrules: "PrometheusRule",
    servicemonitors: "ServiceMonitor",
  }),
  ...of("networking.k8s.io", "v1", true, { networkpolicies: "NetworkPolicy" }),
  ...of("policy", "v1", true, { poddisruptionbudgets: "PodDisruptionBudget" }),
  ...of("rbac.authorization.k8s.io", "v1", false, {
    clusterrolebindings: "ClusterRoleBinding",
    clusterroles: "ClusterRole",
  }),
];

/** `v1`, `apps/v1`. */
export function groupVersionOf({ group, version }: Pick<Kind, "group" | "version">): string {
  return group === "" ? version : `${group}/${version}`;
}

/** As messages name it: `secrets`, `deployments.apps`. */
export function qualified({ group, resource }: Pick<Kind, "group" | "resource">): string {
  return group === "" ? resource : `${resource}.${group}`;
}
