import { podSecurityProblems } from "./pod-security.ts";
import { type Manifest, podOf } from "./render.ts";

/** What is wrong with objects that are applied together, beyond what their schemas say. Empty where nothing is. */
export function manifestProblems(manifests: readonly Manifest[]): string[] {
  return [
    ...twice(manifests),
    ...manifests.flatMap(podProblems),
    ...manifests.flatMap((one) => selectorProblems(one, manifests)),
    ...roleProblems(manifests),
    ...tokenProblems(manifests),
    ...manifests.flatMap(monitorProblems),
  ];
}

const titleOf = ({ kind, metadata }: Manifest) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;

function twice(manifests: readonly Manifest[]): string[] {
  const titles = manifests.map(titleOf);
  return titles.filter((title, index) => titles.indexOf(title) !== index).map((title) => `${title} is there twice`);
}

/** The restricted standard, and what PinGo asks of itself beside it. */
function podProblems(manifest: Manifest): string[] {
  const pod = podOf(manifest);
  if (pod === undefined) return [];
  const problems = [...podSecurityProblems(pod), ...podHabits(pod), ...pod.spec.containers.flatMap(containerHabits)];
  const volumes = new Set((pod.spec.volumes ?? []).map(({ name }: Manifest) => name));
  for (const { metadata } of manifest.spec.volumeClaimTemplates ?? []) volumes.add(metadata.name);
  const mounts: Manifest[] = pod.spec.containers.flatMap(({ volumeMounts = [] }: Manifest) => volumeMounts);
  const unknown = mounts.filter(({ name }) => !volumes.has(name)).map(({ name }) => `there is no volume ${name}`);
  return [...problems, ...unknown].map((problem) => `${titleOf(manifest)}: ${problem}`);
}

function podHabits({ spec }: Manifest): string[] {
  const wanted = {
    enableServiceLinks: spec.enableServiceLinks === false,
    serviceAccountName: typeof spec.serviceAccountName === "string",
    automountServiceAccountToken: typeof spec.automountServiceAccountToken === "boolean",
  };
  return Object.entries(wanted).flatMap(([field, fits]) =>
    fits ? [] : [`${field} is ${JSON.stringify(spec[field])}`],
  );
}

function containerHabits({ name, securityContext, resources, env = [] }: Manifest): string[] {
  const names = env.map((one: Manifest) => one.name);
  const wanted = {
    "a root that cannot be written": securityContext.readOnlyRootFilesystem === true,
    "requests and a limit of memory": Boolean(
      resources.requests.cpu && resources.requests.memory && resources.limits.memory,
    ),
    "no limit of CPU": resources.limits.cpu === undefined,
    "each variable once": new Set(names).size === names.length,
    "$(NAME) of what stands above it": env.every(({ value }: Manifest, index: number) => {
      const referred = /\$\((\w+)\)/.exec(value ?? "")?.[1];
      return referred === undefined || names.indexOf(referred) < index;
    }),
  };
  return Object.entries(wanted).flatMap(([what, holds]) => (holds ? [] : [`${name} has not: ${what}`]));
}

/** Whoever selects pods finds PinGo's, and no `helm test`'s. */
function selectorProblems(manifest: Manifest, manifests: readonly Manifest[]): string[] {
  const selectors: Record<string, (spec: Manifest) => Manifest> = {
    Service: ({ selector }) => selector,
    Deployment: ({ selector }) => selector.matchLabels,
    StatefulSet: ({ selector }) => selector.matchLabels,
    PodDisruptionBudget: ({ selector }) => selector.matchLabels,
    NetworkPolicy: ({ podSelector }) => podSelector.matchLabels,
    PodMonitor: ({ selector }) => selector.matchLabels,
  };
  const selector = selectors[manifest.kind]?.(manifest.spec);
  if (selector === undefined) return [];
  const found = manifests.filter((one) => fits(selector, podOf(one)?.metadata.labels)).map(({ kind }) => kind);
  const isRight = found.length === 1 && found[0] !== "Pod";
  return isRight ? [] : [`${titleOf(manifest)} selects the pods of ${found.join(" and ") || "nothing"}`];
}

function fits(selector: Record<string, string>, labels: Record<string, string> | undefined): boolean {
  return labels !== undefined && Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** A ServiceMonitor that finds a second Service scrapes every PinGo twice. */
function monitorProblems(manifest: Manifest, _index: number, manifests: readonly Manifest[]): string[] {
  if (manifest.kind !== "ServiceMonitor") return [];
  const { selector, endpoints } = manifest.spec;
  const services = manifests.filter(
    ({ kind, metadata }) => kind === "Service" && fits(selector.matchLabels, metadata.labels),
  );
  const ports = services.flatMap(({ spec }) => spec.ports.map(({ name }: Manifest) => name));
  const isRight = services.length === 1 && ports.includes(endpoints[0].port);
  return isRight ? [] : [`${titleOf(manifest)} finds ${services.length} Services with the ports ${ports}`];
}

/** Nothing but nodes, and nothing but reading; and it is given to the account that the pods run as. */
function roleProblems(manifests: readonly Manifest[]): string[] {
  const roles = manifests.filter(({ kind }) => /Role$/.test(kind));
  const wanted = JSON.stringify([{ apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] }]);
  const wide = roles.filter(({ kind, rules }) => kind !== "ClusterRole" || JSON.stringify(rules) !== wanted);
  const bindings = manifests.filter(({ kind }) => /RoleBinding$/.test(kind));
  const accounts = manifests.filter(({ kind }) => kind === "ServiceAccount").map(titleOf);
  const astray = bindings.flatMap(({ roleRef, subjects }) => [
    ...(roles.some(({ metadata }) => metadata.name === roleRef.name) ? [] : [`there is no role ${roleRef.name}`]),
    ...subjects
      .map((subject: Manifest) => titleOf({ kind: subject.kind, metadata: subject }))
      .filter((title: string) => !accounts.includes(title)),
  ]);
  return [...wide.map((role) => `${titleOf(role)} is not just to read nodes`), ...astray];
}

/** A pod has a token if, and only if, there is something that it may do with it. */
function tokenProblems(manifests: readonly Manifest[]): string[] {
  const mayRead = manifests.some(({ kind }) => kind === "ClusterRoleBinding");
  return manifests
    .filter((one) => podOf(one) !== undefined && podOf(one)?.spec.automountServiceAccountToken !== mayRead)
    .map((one) => `${titleOf(one)}: ${mayRead ? "has no token" : "has a token for nothing"}`);
}
