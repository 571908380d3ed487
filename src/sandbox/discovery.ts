import { groupVersionOf, type Kind, kinds } from "./kinds.ts";
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

const verbs = ["create", "delete", "get", "list", "patch", "update"];

function resourcesOf(groupVersion: string): object[] {
  return kinds
    .filter((kind) => groupVersionOf(kind) === groupVersion)
    .map(({ resource, kind, namespaced, shortNames }) => ({
      name: resource,
      singularName: kind.toLowerCase(),
      namespaced,
      kind,
      verbs,
      ...(shortNames && { shortNames }),
    }));
}

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
    ...resourcesOf("v1"),
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

/** What kubectl reads of these: that the server itself checks what is written. */
function pathsOf(groupVersion: string): Record<string, object> {
  const root = groupVersion === "v1" ? "/api/v1" : `/apis/${groupVersion}`;
  const described = kinds.filter((kind) => groupVersionOf(kind) === groupVersion);
  return Object.fromEntries(
    described.map(({ group, version, kind, resource, namespaced }) => {
      const extensions = {
        "x-kubernetes-action": "patch",
        "x-kubernetes-group-version-kind": { group, kind, version },
      };
      const patch = { parameters: writeParameters, responses: { "200": { description: "OK" } }, ...extensions };
      return [`${root}${namespaced ? "/namespaces/{namespace}" : ""}/${resource}/{name}`, { patch }];
    }),
  );
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
    ...pathsOf("v1"),
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

/** The groups beside the core, each with the one version that there is of it. */
const groups = [...new Map(kinds.filter(({ group }) => group !== "").map((kind) => [kind.group, kind])).values()];
const reviewing: Pick<Kind, "group" | "version"> = { group: "authorization.k8s.io", version: "v1" };
const reviews = ["SelfSubjectAccessReview", "SelfSubjectRulesReview"].map((kind) => {
  const name = kind.toLowerCase();
  return { name: `${name}s`, singularName: name, namespaced: false, kind, verbs: ["create"] };
});

function groupDocument(group: Pick<Kind, "group" | "version">) {
  const version = { groupVersion: groupVersionOf(group), version: group.version };
  return { name: group.group, versions: [version], preferredVersion: version };
}

function resourceList(groupVersion: string, resources: readonly object[]) {
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources };
}

function groupDocuments(group: Pick<Kind, "group" | "version">): [string, object][] {
  const groupVersion = groupVersionOf(group);
  const resources = group === reviewing ? reviews : resourcesOf(groupVersion);
  return [
    [`/apis/${group.group}`, { kind: "APIGroup", apiVersion: "v1", ...groupDocument(group) }],
    [`/apis/${groupVersion}`, resourceList(groupVersion, resources)],
    [`/openapi/v3/apis/${groupVersion}`, { ...openapiV3Core, paths: pathsOf(groupVersion), components: {} }],
  ];
}

const openapiV3 = {
  paths: Object.fromEntries(
    ["api/v1", ...groups.map((group) => `apis/${groupVersionOf(group)}`)].map((path) => [
      path,
      { serverRelativeURL: `/openapi/v3/${path}` },
    ]),
  ),
};

const allGroups = [...groups, reviewing];

/** What any authenticated client may read about the API itself, by path. */
export const discovery: ReadonlyMap<string, object> = new Map<string, object>([
  ["/version", version],
  ["/api", { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] }],
  ["/apis", { kind: "APIGroupList", apiVersion: "v1", groups: allGroups.map(groupDocument) }],
  ["/api/v1", coreResources],
  ["/openapi/v3", openapiV3],
  ["/openapi/v3/api/v1", openapiV3Core],
  ...allGroups.flatMap(groupDocuments),
]);
