import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { skipWithout } from "../support/need.ts";
import { manifestProblems } from "./manifest-problems.ts";
import { schemaProblems, unknownFields } from "./object-schemas.ts";
import { deployFolder, kustomize, type Manifest, only } from "./render.ts";

/** Each breaks what was right, and is to be found. */
const breakages: [string, RegExp, (manifests: Manifest[]) => void][] = [
  [
    "a writable root",
    /root that cannot be written/,
    (all) => {
      container(all).securityContext.readOnlyRootFilesystem = false;
    },
  ],
  [
    "a privileged container",
    /not privileged/,
    (all) => {
      container(all).securityContext.privileged = true;
    },
  ],
  [
    "service links",
    /enableServiceLinks/,
    (all) => {
      delete only(all, "Deployment").spec.template.spec.enableServiceLinks;
    },
  ],
  [
    "a limit of CPU",
    /no limit of CPU/,
    (all) => {
      container(all).resources.limits.cpu = "1";
    },
  ],
  [
    "a mount of nothing",
    /no volume x/,
    (all) => {
      container(all).volumeMounts = [{ name: "x", mountPath: "/x" }];
    },
  ],
  [
    "a variable before what it refers to",
    /stands above/,
    (all) => {
      container(all).env = [
        { name: "A", value: "$(B)" },
        { name: "B", value: "b" },
      ];
    },
  ],
  [
    "a Service of others' pods",
    /Service pingo\/pingo selects the pods of nothing/,
    (all) => {
      only(all, "Service").spec.selector = { app: "other" };
    },
  ],
  [
    "a role that reads Secrets",
    /not just to read nodes/,
    (all) => {
      only(all, "ClusterRole").rules.push({ apiGroups: [""], resources: ["secrets"], verbs: ["get"] });
    },
  ],
  [
    "a role that writes",
    /not just to read nodes/,
    (all) => {
      only(all, "ClusterRole").rules[0].verbs.push("patch");
    },
  ],
  [
    "a binding to nobody",
    /ServiceAccount other\/pingo/,
    (all) => {
      only(all, "ClusterRoleBinding").subjects[0].namespace = "other";
    },
  ],
  [
    "no token for the role",
    /has no token/,
    (all) => {
      only(all, "Deployment").spec.template.spec.automountServiceAccountToken = false;
    },
  ],
  [
    "an object twice",
    /is there twice/,
    (all) => {
      all.push(only(all, "Service"));
    },
  ],
];

function container(all: Manifest[]): Manifest {
  return only(all, "Deployment").spec.template.spec.containers[0];
}

describe("what is looked for in the manifests", { skip: skipWithout("kubectl") }, () => {
  let base: Manifest[];
  before(async () => {
    base = await kustomize(`${deployFolder}kustomize/base`);
  });

  for (const [name, expected, spoil] of breakages) {
    test(`${name} is found`, () => {
      const spoilt = structuredClone(base);
      spoil(spoilt);
      assert.match(manifestProblems(spoilt).join("\n"), expected);
    });
  }

  test("a wrong type, a missing field and a choice that is none do not fit the schemas", async () => {
    const deployment = structuredClone(only(base, "Deployment"));
    deployment.spec.replicas = "one";
    assert.match((await schemaProblems(deployment)).join(), /replicas must be integer/);
    const service = structuredClone(only(base, "Service"));
    service.spec.type = "Cluster";
    assert.match((await schemaProblems(service)).join(), /allowed values/);
    const monitor = { apiVersion: "monitoring.coreos.com/v1", kind: "ServiceMonitor", metadata: {}, spec: {} };
    assert.match((await schemaProblems(monitor)).join(), /required property/);
    assert.match((await schemaProblems({ apiVersion: "v1", kind: "Pot", metadata: {} })).join(), /Pot/);
  });

  test("a field that no kind has is found, however deep, and also in a definition of the operator's", async () => {
    const deployment = structuredClone(only(base, "Deployment"));
    deployment.spec.template.spec.containers[0].securityContext.readonlyRootFilesystem = true;
    const monitor = {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      metadata: { name: "x" },
      spec: { selector: {}, endpoints: [{ port: "http", honourLabels: true }] },
    };
    const problems = await unknownFields([...base, deployment, monitor]);
    assert.equal(problems.length, 2, problems.join("\n"));
    assert.match(problems.join("\n"), /readonlyRootFilesystem.*honourLabels/s);
  });

  test("the schemas are those of Kubernetes 1.36", async () => {
    // 1.34: resource.k8s.io/v1, a pod's own host name, certificates for pods. 1.36: MutatingAdmissionPolicy v1, groups of pods.
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "x" },
      spec: { containers: [{ name: "x" }], hostnameOverride: "x", schedulingGroup: { podGroupName: "x" } },
    };
    const policy = { apiVersion: "admissionregistration.k8s.io/v1", kind: "MutatingAdmissionPolicy", metadata: {} };
    const claim = { apiVersion: "resource.k8s.io/v1", kind: "ResourceClaim", metadata: { name: "x" }, spec: {} };
    assert.deepEqual(await unknownFields([pod, policy, claim]), []);
    assert.deepEqual((await Promise.all([pod, policy, claim].map(schemaProblems))).flat(), []);
  });
});
