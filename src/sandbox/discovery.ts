import { nodeSchema } from "./node-schema.ts";

// A semantic version whose build part says what this is; kubectl compares only the numbers.
const gitVersion = "v1.36.0+pingo.sandbox";

const version = {
  major: "1",
  minor: "36",
  emulationMajor: "1",
  emulationMinor: "36",
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "35",
  gitVersion,
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "",
};

const coreResources = {
  kind: "APIResourceList",
  groupVersion: "v1",
  resources: [
    {
      name: "nodes",
      singularName: "node",
      namespaced: false,
      kind: "Node",
      verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
      shortNames: ["no"],
    },
    { name: "nodes/status", singularName: "", namespaced: false, kind: "Node", verbs: ["get", "patch", "update"] },
  ],
};

const nodeKind = { group: "", kind: "Node", version: "v1" };
const nodeBody = { "application/json": { schema: { $ref: "#/components/schemas/io.k8s.api.core.v1.Node" } } };
const nodeAnswer = { "200": { description: "OK", content: nodeBody } };

/** kubectl asks for validation by the server only where this parameter is documented for PATCH. */
const writeParameters = ["dryRun", "fieldManager", "fieldValidation"].map((name) => ({
  name,
  in: "query",
  schema: { type: "string" },
}));

function operation(action: string, parameters: object[] = []) {
  const body = parameters.length > 0 ? { requestBody: { content: nodeBody } } : {};
  const extensions = { "x-kubernetes-action": action, "x-kubernetes-group-version-kind": nodeKind };
  return { parameters, ...body, responses: nodeAnswer, ...extensions };
}

const nodePath = {
  get: operation("get"),
  put: operation("put", writeParameters),
  patch: operation("patch", writeParameters),
};

const openapiV3Core = {
  openapi: "3.0.0",
  info: { title: "Kubernetes", version: gitVersion },
  paths: {
    "/api/v1/nodes": { get: operation("list"), post: operation("post", writeParameters) },
    "/api/v1/nodes/{name}": { ...nodePath, delete: operation("delete") },
    "/api/v1/nodes/{name}/status": nodePath,
  },
  components: {
    schemas: {
      "io.k8s.api.core.v1.Node": {
        description: "Node is a worker node in Kubernetes.",
        ...nodeSchema,
        "x-kubernetes-group-version-kind": [nodeKind],
      },
    },
  },
};

const openapiV3 = { paths: { "api/v1": { serverRelativeURL: "/openapi/v3/api/v1" } } };

/** What any authenticated client may read about the API itself, by path. */
export const discovery: ReadonlyMap<string, object> = new Map<string, object>([
  ["/version", version],
  ["/api", { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] }],
  ["/apis", { kind: "APIGroupList", apiVersion: "v1", groups: [] }],
  ["/api/v1", coreResources],
  ["/openapi/v3", openapiV3],
  ["/openapi/v3/api/v1", openapiV3Core],
]);
