import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/** What somebody wants to do. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Absent for what is in none, and for all of them. */
  readonly namespace?: string;
  readonly name?: string;
}

/** A rule of a ClusterRole: https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Empty for all names. */
  readonly resourceNames: readonly string[];
}

/** Whether one of the rules lets somebody do it. Rules only ever allow. */
export function allows(rules: readonly Rule[], { verb, group, resource, subresource, name }: Attributes): boolean {
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  const ofAny = subresource === undefined ? "*" : `*/${subresource}`;
  return rules.some(
    ({ verbs, apiGroups, resources, resourceNames }) =>
      has(verbs, verb) &&
      has(apiGroups, group) &&
      (has(resources, full) || resources.includes(ofAny)) &&
      (resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name))),
  );
}

function has(list: readonly string[], wanted: string): boolean {
  return list.includes("*") || list.includes(wanted);
}

/** The account of a pod, as bindings name it. */
export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

/** How an account is called where users are named. */
export function userNameOf({ namespace, name }: ServiceAccountName): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The rules of all ClusterRoles that are bound to an account, by its name or by a group that it is in. */
export function rulesOf(
  account: ServiceAccountName,
  roles: readonly JsonObject[],
  bindings: readonly JsonObject[],
): Rule[] {
  const bound = bindings.filter(({ subjects }) => list(subjects).some((subject) => isMeant(account, subject)));
  const names = new Set(bound.map(({ roleRef }) => clusterRoleOf(roleRef)));
  return roles
    .filter(({ metadata }) => isJsonObject(metadata) && typeof metadata.name === "string" && names.has(metadata.name))
    .flatMap(rulesIn);
}

/** Undefined for a role of another kind; the API server's default for a group that is not said is RBAC's. */
function clusterRoleOf(roleRef: Json | undefined): Json | undefined {
  if (!isJsonObject(roleRef) || roleRef.kind !== "ClusterRole") return undefined;
  return [undefined, "", "rbac.authorization.k8s.io"].some((group) => group === roleRef.apiGroup)
    ? roleRef.name
    : undefined;
}

/** The rules that stand in a ClusterRole. */
export function rulesIn({ rules }: JsonObject): Rule[] {
  return list(rules)
    .filter(isJsonObject)
    .map(({ verbs, apiGroups, resources, resourceNames }) => ({
      verbs: texts(verbs),
      apiGroups: texts(apiGroups),
      resources: texts(resources),
      resourceNames: texts(resourceNames),
    }));
}

function isMeant(account: ServiceAccountName, subject: Json): boolean {
  if (!isJsonObject(subject)) return false;
  const { kind, name, namespace } = subject;
  if (kind === "ServiceAccount") return name === account.name && namespace === account.namespace;
  if (kind === "User") return name === userNameOf(account);
  const groups = ["system:authenticated", "system:serviceaccounts", `system:serviceaccounts:${account.namespace}`];
  return kind === "Group" && groups.includes(String(name));
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: Json | undefined): string[] {
  return list(value).filter((one) => typeof one === "string");
}
