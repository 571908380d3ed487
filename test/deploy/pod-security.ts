import type { Manifest } from "./render.ts";

/** Where a field is, and a value that the rule refuses there; CONTAINER stands for one of each kind of container. */
export type Violation = readonly [path: string, value: unknown];

/** One control of https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export interface PodSecurityRule {
  readonly name: string;
  readonly standard: "baseline" | "restricted";
  /** What of a pod breaks it, each with its place. */
  readonly broken: (pod: Manifest) => string[];
  /** By which the rule itself is tested. */
  readonly violations: readonly Violation[];
}

export const containerKinds = ["containers", "initContainers", "ephemeralContainers"] as const;

type Found = { readonly place: string; readonly value: unknown };

/** The values at a path, where `[*]` is each item of a list and CONTAINER each container of any kind. Absent ones are undefined. */
function at(pod: Manifest, path: string): Found[] {
  if (path.includes("CONTAINER")) {
    return containerKinds.flatMap((kind) => at(pod, path.replace("CONTAINER", `spec.${kind}[*]`)));
  }
  return path
    .split(".")
    .reduce<Found[]>((found, step) => found.flatMap((one) => into(one, step)), [{ place: "", value: pod }]);
}

function into({ place, value }: Found, step: string): Found[] {
  const [key = "", list] = step.split("[");
  const inside = (value as Record<string, unknown> | undefined)?.[key];
  if (list === undefined) return [{ place: `${place}.${key}`, value: inside }];
  return ((inside as unknown[] | undefined) ?? []).map((item, index) => ({
    place: `${place}.${key}[${index}]`,
    value: item,
  }));
}

type Allowed = (value: unknown) => boolean;

/** Each of the fields, where it is, has an allowed value. */
function fields(paths: readonly string[], allowed: Allowed): PodSecurityRule["broken"] {
  return (pod) =>
    paths
      .flatMap((path) => at(pod, path))
      .filter(({ value }) => !allowed(value))
      .map(({ place, value }) => `${place} is ${JSON.stringify(value)}`);
}

const oneOf =
  (...choices: unknown[]): Allowed =>
  (value) =>
    choices.includes(value);
/** The standard's words for a field that may be left out. */
const unset = undefined;
const inPodAndContainers = (field: string) => [`spec.securityContext.${field}`, `CONTAINER.securityContext.${field}`];

/** The pod says it and no container takes it back, or every container says it. */
function saidForAll(field: string, isSaid: Allowed): PodSecurityRule["broken"] {
  return (pod) => {
    const [ofPod] = at(pod, `spec.securityContext.${field}`);
    const byPod = isSaid(ofPod?.value);
    const wrong = ofPod?.value !== undefined && !byPod ? [`${ofPod.place} is ${JSON.stringify(ofPod.value)}`] : [];
    const ofContainers = at(pod, `CONTAINER.securityContext.${field}`).filter(
      ({ value }) => !(value === undefined ? byPod : isSaid(value)),
    );
    return [...wrong, ...ofContainers.map(({ place, value }) => `${place} is ${JSON.stringify(value)}`)];
  };
}

const baselineCapabilities = [
  ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"],
  ...["SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
];

const safeSysctls = [
  ...["kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start"],
  ...["net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports"],
  ...["net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl"],
  ...["net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"],
];

const asking = ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"].flatMap(
  (probe) => ["httpGet", "tcpSocket"].map((how) => `CONTAINER.${probe}.${how}.host`),
);

const restrictedVolumes = [
  ...["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"],
];

/** Named by the container's name behind the slash. */
const appArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";

export const podSecurityRules: readonly PodSecurityRule[] = [
  {
    name: "no host process of Windows",
    standard: "baseline",
    broken: fields(inPodAndContainers("windowsOptions.hostProcess"), oneOf(unset, false)),
    violations: inPodAndContainers("windowsOptions.hostProcess").map((path) => [path, true] as const),
  },
  ...["hostNetwork", "hostPID", "hostIPC"].map(
    (field): PodSecurityRule => ({
      name: `no ${field}`,
      standard: "baseline",
      broken: fields([`spec.${field}`], oneOf(unset, false)),
      violations: [[`spec.${field}`, true]],
    }),
  ),
  {
    name: "not privileged",
    standard: "baseline",
    broken: fields(["CONTAINER.securityContext.privileged"], oneOf(unset, false)),
    violations: [["CONTAINER.securityContext.privileged", true]],
  },
  {
    name: "no capability beyond the usual",
    standard: "baseline",
    broken: fields(["CONTAINER.securityContext.capabilities.add[*]"], oneOf(...baselineCapabilities)),
    violations: [["CONTAINER.securityContext.capabilities.add", ["NET_RAW"]]],
  },
  {
    name: "no path of the host",
    standard: "baseline",
    broken: fields(["spec.volumes[*].hostPath"], oneOf(unset)),
    violations: [["spec.volumes", [{ name: "x", hostPath: { path: "/" } }]]],
  },
  {
    name: "no port of the host",
    standard: "baseline",
    broken: fields(["CONTAINER.ports[*].hostPort"], oneOf(unset, 0)),
    violations: [["CONTAINER.ports", [{ containerPort: 80, hostPort: 80 }]]],
  },
  {
    name: "probes and hooks ask the pod itself",
    standard: "baseline",
    broken: fields(asking, oneOf(unset, "")),
    violations: asking.map((path) => [path, "192.0.2.1"] as const),
  },
  {
    name: "AppArmor is not switched off",
    standard: "baseline",
    broken: (pod) => [
      ...fields(inPodAndContainers("appArmorProfile.type"), oneOf(unset, "RuntimeDefault", "Localhost"))(pod),
      ...Object.entries<string>(pod.metadata?.annotations ?? {})
        .filter(
          ([key, value]) => key.startsWith(appArmorAnnotation) && !/^(|runtime\/default|localhost\/.*)$/.test(value),
        )
        .map(([key, value]) => `${key} is ${value}`),
    ],
    violations: [
      ...inPodAndContainers("appArmorProfile.type").map((path) => [path, "Unconfined"] as const),
      ["metadata.annotations", { [`${appArmorAnnotation}x`]: "unconfined" }],
    ],
  },
  {
    name: "no type of SELinux but a container's",
    standard: "baseline",
    broken: fields(
      inPodAndContainers("seLinuxOptions.type"),
      oneOf(unset, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"),
    ),
    violations: inPodAndContainers("seLinuxOptions.type").map((path) => [path, "spc_t"] as const),
  },
  {
    name: "no user and no role of SELinux",
    standard: "baseline",
    broken: fields(
      ["user", "role"].flatMap((field) => inPodAndContainers(`seLinuxOptions.${field}`)),
      oneOf(unset, ""),
    ),
    violations: ["user", "role"].flatMap((field) =>
      inPodAndContainers(`seLinuxOptions.${field}`).map((path) => [path, "system"] as const),
    ),
  },
  {
    name: "/proc as by default",
    standard: "baseline",
    broken: fields(["CONTAINER.securityContext.procMount"], oneOf(unset, "Default")),
    violations: [["CONTAINER.securityContext.procMount", "Unmasked"]],
  },
  {
    name: "seccomp is not switched off",
    standard: "baseline",
    broken: fields(inPodAndContainers("seccompProfile.type"), oneOf(unset, "RuntimeDefault", "Localhost")),
    violations: inPodAndContainers("seccompProfile.type").map((path) => [path, "Unconfined"] as const),
  },
  {
    name: "no sysctl but safe ones",
    standard: "baseline",
    broken: fields(["spec.securityContext.sysctls[*].name"], oneOf(...safeSysctls)),
    violations: [["spec.securityContext.sysctls", [{ name: "kernel.msgmax", value: "1" }]]],
  },
  {
    name: "no volume but of the kinds that are no host's",
    standard: "restricted",
    broken: (pod) =>
      at(pod, "spec.volumes[*]").flatMap(({ place, value }) =>
        Object.keys(value as object)
          .filter((key) => key !== "name" && !restrictedVolumes.includes(key))
          .map((key) => `${place} is a ${key}`),
      ),
    violations: [["spec.volumes", [{ name: "x", nfs: { server: "x", path: "/" } }]]],
  },
  {
    name: "no privilege escalation",
    standard: "restricted",
    broken: fields(["CONTAINER.securityContext.allowPrivilegeEscalation"], oneOf(false)),
    violations: [
      ["CONTAINER.securityContext.allowPrivilegeEscalation", true],
      ["CONTAINER.securityContext.allowPrivilegeEscalation", unset],
    ],
  },
  {
    name: "never as root",
    standard: "restricted",
    broken: saidForAll("runAsNonRoot", oneOf(true)),
    violations: [
      ["spec.securityContext.runAsNonRoot", false],
      ["CONTAINER.securityContext.runAsNonRoot", false],
      ["spec.securityContext", {}],
    ],
  },
  {
    name: "not user 0",
    standard: "restricted",
    broken: fields(inPodAndContainers("runAsUser"), (value) => value !== 0),
    violations: inPodAndContainers("runAsUser").map((path) => [path, 0] as const),
  },
  {
    name: "seccomp is said",
    standard: "restricted",
    broken: saidForAll("seccompProfile.type", oneOf("RuntimeDefault", "Localhost")),
    violations: [
      ["spec.securityContext", {}],
      ["CONTAINER.securityContext.seccompProfile.type", "Unconfined"],
    ],
  },
  {
    name: "all capabilities are dropped",
    standard: "restricted",
    broken: fields(
      ["CONTAINER.securityContext.capabilities.drop"],
      (value) => Array.isArray(value) && value.includes("ALL"),
    ),
    violations: [
      ["CONTAINER.securityContext.capabilities.drop", ["NET_RAW"]],
      ["CONTAINER.securityContext.capabilities", unset],
    ],
  },
  {
    name: "none is added but NET_BIND_SERVICE",
    standard: "restricted",
    broken: fields(["CONTAINER.securityContext.capabilities.add[*]"], oneOf("NET_BIND_SERVICE")),
    violations: [["CONTAINER.securityContext.capabilities.add", ["CHOWN"]]],
  },
];

/** What of a pod breaks either standard. */
export function podSecurityProblems(pod: Manifest): string[] {
  return podSecurityRules.flatMap(({ name, broken }) => broken(pod).map((what) => `${name}: ${what}`));
}
