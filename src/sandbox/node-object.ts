import { badRequest, fail, invalidNode, ok, type Result } from "./api-status.ts";
import { isJsonObject, type Json } from "./json.ts";
import { decode, type Findings, nodeSchema } from "./node-schema.ts";

export type NodeAddress = { type: string; address: string };

export type NodeCondition = {
  type: string;
  status: string;
  lastHeartbeatTime?: string;
  lastTransitionTime?: string;
  reason?: string;
  message?: string;
};

export type NodeTaint = { key: string; value?: string; effect: string; timeAdded?: string };

export type NodeMetadata = {
  name: string;
  uid?: string;
  resourceVersion?: string;
  creationTimestamp?: string;
  labels?: { [key: string]: string };
  annotations?: { [key: string]: string };
};

export type NodeSpec = {
  podCIDR?: string;
  podCIDRs?: string[];
  providerID?: string;
  taints?: NodeTaint[];
  unschedulable?: boolean;
};

export type NodeInfo = {
  machineID: string;
  systemUUID: string;
  bootID: string;
  kernelVersion: string;
  osImage: string;
  containerRuntimeVersion: string;
  kubeletVersion: string;
  kubeProxyVersion: string;
  operatingSystem: string;
  architecture: string;
};

export type NodeStatus = {
  capacity?: { [key: string]: string };
  allocatable?: { [key: string]: string };
  conditions?: NodeCondition[];
  addresses?: NodeAddress[];
  daemonEndpoints: { kubeletEndpoint: { Port: number } };
  nodeInfo: NodeInfo;
  images?: { names: string[]; sizeBytes: number }[];
};

/** A Node as lists carry it: without kind and apiVersion. Never changed in place; every write makes a new one. */
export type NodeObject = { metadata: NodeMetadata; spec: NodeSpec; status: NodeStatus };

const emptyNodeInfo: NodeInfo = {
  machineID: "",
  systemUUID: "",
  bootID: "",
  kernelVersion: "",
  osImage: "",
  containerRuntimeVersion: "",
  kubeletVersion: "",
  kubeProxyVersion: "",
  operatingSystem: "",
  architecture: "",
};

/** What a Node's status holds when nobody has said anything: the server's zero values are never left out. */
export const emptyStatus: NodeStatus = {
  daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
  nodeInfo: emptyNodeInfo,
};

// RFC 1123 subdomain: what a Node may be called.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
const subdomain = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** A body as a Node. `unknownFields` is for the caller, who knows what the client asked for (fieldValidation). */
export function decodeNode(body: Json): Result<{ node: NodeObject; unknownFields: string[] }> {
  if (!isJsonObject(body)) return fail(badRequest("the body must be a JSON object of kind Node"));
  const { kind = "Node", apiVersion = "v1" } = body;
  if (kind !== "Node" || apiVersion !== "v1") {
    return fail(badRequest(`no kind ${JSON.stringify(kind)} of version ${JSON.stringify(apiVersion)} is stored here`));
  }
  const findings: Findings = { unknown: [], wrong: [] };
  // The cast holds where nothing is wrong: the schema says what NodeObject says, except what is required.
  const decoded = decode(nodeSchema, body, "", findings) as Partial<NodeObject>;
  if (findings.wrong.length > 0) {
    return fail(badRequest(`Node in version "v1" cannot be handled as a Node: ${findings.wrong.join("; ")}`));
  }
  const node = complete(decoded);
  const problem = problemOf(node);
  return problem ? fail(problem) : ok({ node, unknownFields: findings.unknown });
}

function complete({ metadata, spec, status }: Partial<NodeObject>): NodeObject {
  const port = status?.daemonEndpoints?.kubeletEndpoint?.Port ?? 0;
  return {
    metadata: { ...metadata, name: metadata?.name ?? "" },
    spec: spec ?? {},
    status: {
      ...status,
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
      nodeInfo: { ...emptyNodeInfo, ...status?.nodeInfo },
    },
  };
}

function problemOf({ metadata: { name }, spec, status }: NodeObject) {
  if (!subdomain.test(name)) {
    return invalidNode(name, "metadata.name", `Invalid value: ${JSON.stringify(name)}: must be a RFC 1123 subdomain`);
  }
  if (spec.taints?.some(({ key, effect }) => !key || !effect)) {
    return invalidNode(name, "spec.taints", "Required value: each taint needs a key and an effect");
  }
  if (status.conditions?.some(({ type }) => !type)) {
    return invalidNode(name, "status.conditions", "Required value: each condition needs a type");
  }
  if (status.addresses?.some(({ type, address }) => !type || address === undefined)) {
    return invalidNode(name, "status.addresses", "Required value: each address needs a type and an address");
  }
  return undefined;
}

export function internalAddress(node: NodeObject): string | undefined {
  return node.status.addresses?.find(({ type }) => type === "InternalIP")?.address;
}

export function kubeletPort(node: NodeObject): number {
  return node.status.daemonEndpoints.kubeletEndpoint.Port;
}

export function conditionOf(node: NodeObject, type: string): NodeCondition | undefined {
  return node.status.conditions?.find((condition) => condition.type === type);
}

/** RFC 3339 in whole seconds, as metav1.Time is written. */
export function timestamp(unixMs: number): string {
  return `${new Date(unixMs).toISOString().slice(0, 19)}Z`;
}
