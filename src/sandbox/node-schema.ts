import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/**
 * A part of an OpenAPI v3 schema with the two Kubernetes extensions that a strategic merge patch needs:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#strategic-merge-patch
 *
 * One description of a Node serves the decoding of bodies, the patches and `/openapi/v3`, so that what is
 * published is what is checked. It names the fields of core/v1 Node; what lies below the ones that nothing
 * here reads is left open.
 */
export type Schema = {
  type: "string" | "integer" | "boolean" | "object" | "array";
  format?: string;
  properties?: { [name: string]: Schema };
  additionalProperties?: Schema;
  items?: Schema;
  "x-kubernetes-patch-strategy"?: "merge";
  "x-kubernetes-patch-merge-key"?: string;
};

const string: Schema = { type: "string" };
const integer: Schema = { type: "integer" };
const boolean: Schema = { type: "boolean" };
const anyObject: Schema = { type: "object" };
const strings: Schema = { type: "array", items: string };
const stringMap: Schema = { type: "object", additionalProperties: string };
// Numbers are taken as well and become strings, as in a real server: `cpu: 8` is what people write.
const quantities: Schema = { type: "object", additionalProperties: { type: "string", format: "quantity" } };

function object(properties: { [name: string]: Schema }): Schema {
  return { type: "object", properties };
}

function list(items: Schema): Schema {
  return { type: "array", items };
}

function merged(mergeKey: string, items: Schema): Schema {
  return {
    type: "array",
    items,
    "x-kubernetes-patch-strategy": "merge",
    "x-kubernetes-patch-merge-key": mergeKey,
  };
}

const metadata = object({
  name: string,
  generateName: string,
  namespace: string,
  selfLink: string,
  uid: string,
  resourceVersion: string,
  generation: integer,
  creationTimestamp: string,
  deletionTimestamp: string,
  deletionGracePeriodSeconds: integer,
  labels: stringMap,
  annotations: stringMap,
  ownerReferences: merged("uid", anyObject),
  finalizers: strings,
  managedFields: list(anyObject),
});

const spec = object({
  podCIDR: string,
  podCIDRs: strings,
  providerID: string,
  unschedulable: boolean,
  taints: merged("key", object({ key: string, value: string, effect: string, timeAdded: string })),
  configSource: anyObject,
  externalID: string,
});

const condition = object({
  type: string,
  status: string,
  lastHeartbeatTime: string,
  lastTransitionTime: string,
  reason: string,
  message: string,
});

const nodeInfo = object({
  machineID: string,
  systemUUID: string,
  bootID: string,
  kernelVersion: string,
  osImage: string,
  containerRuntimeVersion: string,
  kubeletVersion: string,
  kubeProxyVersion: string,
  operatingSystem: string,
  architecture: string,
  swap: anyObject,
});

const status = object({
  capacity: quantities,
  allocatable: quantities,
  phase: string,
  conditions: merged("type", condition),
  addresses: merged("type", object({ type: string, address: string })),
  daemonEndpoints: object({ kubeletEndpoint: object({ Port: integer }) }),
  nodeInfo,
  images: list(object({ names: strings, sizeBytes: integer })),
  volumesInUse: strings,
  volumesAttached: list(anyObject),
  config: anyObject,
  runtimeHandlers: list(anyObject),
  features: anyObject,
  declaredFeatures: strings,
});

export const nodeSchema: Schema = object({ apiVersion: string, kind: string, metadata, spec, status });

/** What decoding found: `unknown` are paths of fields nobody knows, `wrong` are sentences. */
export type Findings = { unknown: string[]; wrong: string[] };

/**
 * A copy of `value` with only what the schema knows, as a server's typed decoding leaves it: unknown fields
 * and nulls are dropped. What does not fit is kept out and told in `findings`.
 */
export function decode(schema: Schema, value: Json, path: string, findings: Findings): Json | undefined {
  if (value === null) return undefined;
  switch (schema.type) {
    case "object":
      return isJsonObject(value) ? decodeObject(schema, value, path, findings) : wrong(schema, path, findings);
    case "array":
      return Array.isArray(value) ? decodeArray(schema, value, path, findings) : wrong(schema, path, findings);
    case "integer":
      return Number.isSafeInteger(value) ? value : wrong(schema, path, findings);
    case "string":
      if (schema.format === "quantity" && typeof value === "number") return String(value);
      return typeof value === "string" ? value : wrong(schema, path, findings);
    case "boolean":
      return typeof value === "boolean" ? value : wrong(schema, path, findings);
  }
}

function wrong(schema: Schema, path: string, findings: Findings): undefined {
  findings.wrong.push(`${path} must be of type ${schema.type}`);
}

function decodeObject(schema: Schema, value: JsonObject, path: string, findings: Findings): JsonObject {
  if (!schema.properties && !schema.additionalProperties) return value;
  const entries: [string, Json][] = [];
  for (const [key, field] of Object.entries(value)) {
    const at = path === "" ? key : `${path}.${key}`;
    const known = schema.additionalProperties ?? ownField(schema, key);
    if (!known) findings.unknown.push(at);
    const decoded = known && decode(known, field, at, findings);
    if (decoded !== undefined) entries.push([key, decoded]);
  }
  return Object.fromEntries(entries);
}

function decodeArray(schema: Schema, value: Json[], path: string, findings: Findings): Json[] {
  const items = schema.items;
  if (!items) return value;
  return value.flatMap((item, index) => decode(items, item, `${path}[${index}]`, findings) ?? []);
}

/** The schema of a field by name; names such as "constructor" come from outside, hence `hasOwn`. */
export function ownField(schema: Schema | undefined, name: string): Schema | undefined {
  const properties = schema?.properties;
  return properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
}
