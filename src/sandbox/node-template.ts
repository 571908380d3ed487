import { createHash } from "node:crypto";
import type { Endpoint } from "./kubelet.ts";
import { zoneLetter } from "./node-names.ts";
import { type NodeCondition, type NodeObject, type NodeTaint, timestamp } from "./node-object.ts";

const region = "lo-west-1";
const instanceTypes = ["m7.large", "m7.xlarge", "c7.2xlarge"];

const images = ["pause:3.10", "kube-proxy:v1.36.0", "coredns/coredns:v1.12.1", "metrics-server/metrics-server:v0.8.0"];

export type NewNode = { name: string; zone: number; index: number; endpoint: Endpoint; nowUnixMs: number };

/** A node as a cloud's kubelet registers it, with what the kubelet and the cloud's controller fill in. */
export function newNode({ name, zone, index, endpoint, nowUnixMs }: NewNode): NodeObject {
  const zoneName = `${region}${zoneLetter(zone)}`;
  return {
    metadata: { name, labels: labels(name, zoneName, index), annotations: { "node.alpha.kubernetes.io/ttl": "0" } },
    spec: { providerID: `sandbox:///${zoneName}/${name}` },
    status: {
      capacity: { cpu: "4", "ephemeral-storage": "83873772Ki", memory: "16116152Ki", pods: "110" },
      allocatable: { cpu: "3920m", "ephemeral-storage": "76224326324", memory: "15099320Ki", pods: "110" },
      conditions: conditions(nowUnixMs),
      addresses: [
        { type: "InternalIP", address: endpoint.address },
        { type: "Hostname", address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: endpoint.port } },
      nodeInfo: nodeInfo(name),
      images: images.map((image, position) => ({
        names: [`registry.k8s.io/${image}`],
        sizeBytes: 320_000 + 17_000_000 * position,
      })),
    },
  };
}

function labels(name: string, zoneName: string, index: number): { [key: string]: string } {
  return {
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/hostname": name,
    "kubernetes.io/os": "linux",
    "node.kubernetes.io/instance-type": instanceTypes[index % instanceTypes.length] ?? "",
    "topology.kubernetes.io/region": region,
    "topology.kubernetes.io/zone": zoneName,
  };
}

function nodeInfo(name: string) {
  const id = createHash("sha256").update(name).digest("hex").slice(0, 32);
  const uuid = id.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  return {
    machineID: id,
    systemUUID: uuid,
    bootID: uuid,
    kernelVersion: "6.12.48",
    osImage: "Debian GNU/Linux 13 (trixie)",
    containerRuntimeVersion: "containerd://2.1.4",
    kubeletVersion: "v1.36.0",
    kubeProxyVersion: "",
    operatingSystem: "linux",
    architecture: "amd64",
  };
}

const pressures = [
  ["MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
  ["DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
  ["PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
] as const;

const readiness = {
  True: { reason: "KubeletReady", message: "kubelet is posting ready status" },
  Unknown: { reason: "NodeStatusUnknown", message: "Kubelet stopped posting node status." },
} as const;

function conditions(nowUnixMs: number): NodeCondition[] {
  const now = timestamp(nowUnixMs);
  const times = { lastHeartbeatTime: now, lastTransitionTime: now };
  return [
    ...pressures.map(([type, reason, message]) => ({ type, status: "False", ...times, reason, message })),
    { type: "Ready", status: "True", ...times, ...readiness.True },
  ];
}

const unreachable = "node.kubernetes.io/unreachable";

/**
 * The node as the node lifecycle controller marks it when its kubelet has gone silent (Unknown), or as the kubelet
 * itself reports it when it is back (True): https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller
 */
export function withReady(node: NodeObject, ready: "True" | "Unknown", nowUnixMs: number): NodeObject {
  const now = timestamp(nowUnixMs);
  const others = (node.spec.taints ?? []).filter(({ key }) => key !== unreachable);
  const added: NodeTaint[] = ready === "True" ? [] : ["NoSchedule", "NoExecute"].map((effect) => taint(effect, now));
  const { taints: _, ...spec } = node.spec;
  const taints = [...others, ...added];
  return {
    ...node,
    spec: taints.length > 0 ? { ...spec, taints } : spec,
    status: { ...node.status, conditions: withCondition(node.status.conditions ?? [], ready, now) },
  };
}

function taint(effect: string, timeAdded: string): NodeTaint {
  return { key: unreachable, effect, timeAdded };
}

/** The pressures become Unknown with Ready, and False again with it. A heartbeat is only what a kubelet sends. */
function withCondition(before: NodeCondition[], ready: "True" | "Unknown", now: string): NodeCondition[] {
  const all = before.some(({ type }) => type === "Ready") ? before : [...before, { type: "Ready", status: "" }];
  return all.map((condition) => {
    const status = ready === "Unknown" ? "Unknown" : condition.type === "Ready" ? "True" : "False";
    return {
      ...condition,
      status,
      ...(ready === "True" && { lastHeartbeatTime: now }),
      ...(status !== condition.status && { lastTransitionTime: now }),
      ...(condition.type === "Ready" && readiness[ready]),
    };
  });
}

/** What one more image adds to a node's JSON. */
const imageBytes = 147;

/** The node with so many images that its JSON has at least `bytes`; a kubelet reports the 50 largest by default. */
export function withImages(node: NodeObject, bytes: number): NodeObject {
  const missing = bytes - JSON.stringify(node).length;
  if (missing <= 0) return node;
  const images = [...(node.status.images ?? []), ...moreImages(Math.ceil(missing / imageBytes))];
  return { ...node, status: { ...node.status, images } };
}

type Images = NonNullable<NodeObject["status"]["images"]>;

// The same objects for every node: a cluster of 65,000 would not fit in memory otherwise.
const extraImages: Images = [];

function moreImages(count: number): Images {
  while (extraImages.length < count) {
    const name = `registry.example.com/team/service-${String(extraImages.length).padStart(4, "0")}`;
    const digest = createHash("sha256").update(name).digest("hex");
    extraImages.push({ names: [`${name}@sha256:${digest}`], sizeBytes: 100_000_000 + extraImages.length });
  }
  return extraImages.slice(0, count);
}

/** The node with its heartbeats at `nowUnixMs`, as a kubelet that is well sends them. */
export function withHeartbeat(node: NodeObject, nowUnixMs: number): NodeObject {
  const lastHeartbeatTime = timestamp(nowUnixMs);
  const conditions = node.status.conditions?.map((condition) => ({ ...condition, lastHeartbeatTime }));
  return { ...node, status: { ...node.status, ...(conditions && { conditions }) } };
}

/** The node at another endpoint; addresses of other types stay. */
export function withEndpoint(node: NodeObject, { address, port }: Endpoint): NodeObject {
  const others = (node.status.addresses ?? []).filter(({ type }) => type !== "InternalIP");
  return {
    ...node,
    status: {
      ...node.status,
      addresses: [{ type: "InternalIP", address }, ...others],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
    },
  };
}
