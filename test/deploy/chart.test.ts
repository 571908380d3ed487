import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { parse } from "yaml";
import { skipWithout } from "../support/need.ts";
import { helm, helmTemplate, released, skipWithoutHelm, type Values } from "./helm.ts";
import { manifestProblems } from "./manifest-problems.ts";
import { schemaProblems, unknownFields } from "./object-schemas.ts";
import { chartFolder, deployFolder, kustomize, type Manifest, only, podOf } from "./render.ts";

const skip = skipWithoutHelm();
const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

const everything = {
  networkPolicy: { enabled: true, from: [{ namespaceSelector: {} }], egressPorts: [10_250, 443, 22] },
  serviceMonitor: { enabled: true, labels: { release: "prometheus" }, endpoint: { scheme: "https" } },
  prometheusRule: { enabled: true, labels: { release: "prometheus" } },
  dashboards: { enabled: true, labels: { my_board: "yes" }, annotations: { folder: "network" } },
};
const persistence = { enabled: true, storageClassName: "fast", size: "8Gi" };

const combinations: Readonly<Record<string, Values>> = {
  "as it comes": {},
  everything: { ...everything, history: { persistence } },
  "shards with everything": { ...everything, shards: 5, history: { persistence } },
  "shards in memory, with a PodMonitor": { shards: 2, podMonitor: { enabled: true } },
  "a claim that is there": { history: { persistence: { enabled: true, existingClaim: "mine" } } },
  "another cluster": { otherCluster: { secretName: "there", contexts: ["east", "west"] } },
  "another cluster, shards and history": { otherCluster: { secretName: "there" }, shards: 3, history: { persistence } },
  "a user that the platform gives": { runAsUser: null, history: { persistence } },
  "options, and more of the pod": {
    options: { PINGO_PROBE: "5s", PINGO_SCAN: 86_400, PINGO_HISTORY_MAX_SIZE: 1_000_000_000 },
    extraEnv: [{ name: "HTTPS_PROXY", valueFrom: { secretKeyRef: { name: "proxy", key: "url" } } }],
    extraVolumes: [{ name: "targets", configMap: { name: "targets" } }],
    extraVolumeMounts: [{ name: "targets", mountPath: "/etc/pingo/targets", readOnly: true }],
    podAnnotations: { a: "b" },
    podLabels: { team: "network" },
    priorityClassName: "high",
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [{ operator: "Exists" }],
    affinity: { nodeAffinity: {} },
    imagePullSecrets: [{ name: "registry" }],
    service: { type: "LoadBalancer", port: 80, annotations: { c: "d" } },
  },
  "an account of somebody else's": { serviceAccount: { create: false, name: "mine" } },
  "a role of somebody else's": { rbac: { create: false } },
  "an account and a role of somebody else's": {
    serviceAccount: { create: false, name: "mine" },
    rbac: { create: false },
  },
  "the namespace's own account": { serviceAccount: { create: false } },
  "names of its own": { nameOverride: "prober", fullnameOverride: "the-prober", serviceAccount: { name: "someone" } },
  "TLS and passwords": {
    options: { PINGO_WEB_CONFIG_FILE: "/etc/pingo/web/web.yaml" },
    extraVolumes: [{ name: "web", secret: { secretName: "web" } }],
    extraVolumeMounts: [{ name: "web", mountPath: "/etc/pingo/web" }],
  },
  "no test and no budget": { shards: 2, tests: { enabled: false }, podDisruptionBudget: { enabled: false } },
  "a history that is read": { options: { PINGO_HISTORY: "prometheus=https://mimir.example/a@b" } },
  "an image by its digest": { image: { repository: "registry.example/pingo", digest: `sha256:${"0".repeat(64)}` } },
};

const account = (name: string) => ({ kind: "ServiceAccount", metadata: { name, namespace: "monitoring" } });
const role = {
  kind: "ClusterRole",
  metadata: { name: "theirs" },
  rules: [{ apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] }],
};
const binding = (name: string) => ({
  kind: "ClusterRoleBinding",
  metadata: { name: "theirs" },
  roleRef: { name: "theirs" },
  subjects: [{ kind: "ServiceAccount", name, namespace: "monitoring" }],
});

/** What is in the cluster already where the chart does not make it. */
const outside: Readonly<Record<string, readonly Manifest[]>> = {
  "an account of somebody else's": [account("mine")],
  "a role of somebody else's": [role, binding("watcher-pingo")],
  "an account and a role of somebody else's": [account("mine"), role, binding("mine")],
  "the namespace's own account": [account("default")],
};

/** What is refused, and what the refusal names. */
const refused: readonly [Values, RegExp][] = [
  [{ shard: 3 }, /shard is not allowed/],
  [{ shards: 0 }, /shards/],
  [{ shards: "3" }, /shards/],
  [{ nameOverride: "a.b" }, /nameOverride/],
  [{ fullnameOverride: "a.b" }, /fullnameOverride/],
  [{ fullnameOverride: "2a" }, /fullnameOverride/],
  [{ extraVolumes: [{ name: "x", hostPath: { path: "/" } }] }, /hostPath/],
  [{ extraVolumes: [{ name: "x", nfs: { server: "x", path: "/" } }] }, /nfs/],
  [{ podAnnotations: { "container.apparmor.security.beta.kubernetes.io/pingo": "unconfined" } }, /podAnnotations/],
  [{ extraEnv: [{ name: "PINGO_LISTEN", value: ":9100" }] }, /PINGO_LISTEN, which the chart sets/],
  [{ extraEnv: [{ name: "PINGO_WEB_CONFIG_FILE", value: "/web" }] }, /say options.PINGO_WEB_CONFIG_FILE/],
  [{ extraEnv: [{ name: "PINGO_CONFIG", value: "/pingo.yaml" }] }, /say options.PINGO_CONFIG/],
  [{ podLabels: { "app.kubernetes.io/name": "x" } }, /podLabels has app.kubernetes.io\/name/],
  [{ podLabels: { "app.kubernetes.io/instance": "x" } }, /podLabels has app.kubernetes.io\/instance/],
  [{ options: { PINGO_PORBE: "5s" } }, /PINGO_PORBE/],
  [{ options: { PINGO_TOKEN: "secret" } }, /PINGO_TOKEN/],
  [{ options: { PINGO_PROBE: { seconds: 5 } } }, /PINGO_PROBE/],
  [{ options: { PINGO_HISTORY: "prometheus=https://me:secret@mimir.example" } }, /PINGO_HISTORY/],
  [{ runAsUser: 0 }, /runAsUser/],
  [{ image: { pullPolicy: "Sometimes" } }, /pullPolicy/],
  [{ image: { digest: "sha256:123" } }, /digest/],
  [{ history: { persistence: { size: "five" } } }, /size/],
  [{ resources: { limits: { memory: "512 MB" } } }, /memory/],
  [{ networkPolicy: { egressPorts: [70_000] } }, /egressPorts/],
  [{ serviceMonitor: { enabled: "yes" } }, /serviceMonitor.enabled/],
  [{ service: { type: "ExternalName" } }, /service.type/],
  [{ otherCluster: { contexts: ["a,b"] } }, /contexts/],
  [{ history: { persistence: { enabled: true } }, options: { PINGO_HISTORY: "none" } }, /leave one out/],
  [
    { history: { persistence: { enabled: true } }, extraEnv: [{ name: "PINGO_HISTORY", value: "none" }] },
    /leave one out/,
  ],
  [{ history: { persistence: { enabled: true, existingClaim: "mine" } }, shards: 2 }, /leave one out/],
  [{ serviceMonitor: { enabled: true }, podMonitor: { enabled: true } }, /leave one out/],
];

const containerOf = (manifests: readonly Manifest[], kind: string) => podOf(only(manifests, kind))?.spec.containers[0];

describe("the chart", { skip }, () => {
  const all: Manifest[] = [];
  // One compiler for all of them.
  after(async () => assert.deepEqual(await unknownFields(all), []));

  test("passes Helm's own linter", async () => {
    for (const values of [[], ["--set", "shards=3,history.persistence.enabled=true"]]) {
      const { code, stdout } = await helm("lint", "--strict", ...values, chartFolder);
      assert.equal(code, 0, stdout);
      assert.match(stdout, /1 chart\(s\) linted, 0 chart\(s\) failed/);
    }
  });

  test("has package.json's version, and so has its image", async () => {
    const chart = parse(readFileSync(`${chartFolder}/Chart.yaml`, "utf8"));
    assert.deepEqual([chart.version, chart.appVersion], [version, version]);
    assert.equal(containerOf(await released({}), "Deployment").image, `ghcr.io/pingo-probe/pingo:${version}`);
  });

  for (const [name, values] of Object.entries(combinations)) {
    test(`${name}: fits its schemas, the restricted standard and itself`, async () => {
      const manifests = await released(values, "watcher", "monitoring");
      all.push(...manifests);
      assert.deepEqual((await Promise.all(manifests.map(schemaProblems))).flat(), []);
      assert.deepEqual(manifestProblems([...manifests, ...(outside[name] ?? [])]), []);
      const astray = manifests.filter(
        ({ kind, metadata }) => metadata.namespace !== "monitoring" && !/^ClusterRole/.test(kind),
      );
      assert.deepEqual(astray, []);
    });
  }

  for (const [values, expected] of refused) {
    test(`refuses ${JSON.stringify(values)}`, async () => {
      const { code, stderr } = await helmTemplate(values);
      assert.notEqual(code, 0);
      assert.match(stderr, expected);
    });
  }

  test("options become variables, numbers as they were written", async () => {
    const { env } = containerOf(await released(combinations["options, and more of the pod"] ?? {}), "Deployment");
    const values = Object.fromEntries(env.map(({ name, value }: Manifest) => [name, value]));
    assert.equal(values.PINGO_PROBE, "5s");
    assert.equal(values.PINGO_SCAN, "86400");
    assert.equal(values.PINGO_HISTORY_MAX_SIZE, "1000000000");
  });

  test("two releases share no role of the cluster", async () => {
    const roles = [
      await released({}, "pingo", "a"),
      await released({}, "pingo", "b"),
      await released({}, "pingo", "pingo"),
      await released({}, "b-pingo", "a"),
      await released({}, "pingo", "a-b"),
    ];
    const names = roles.map((manifests) => only(manifests, "ClusterRole").metadata.name);
    assert.deepEqual(names, ["a:pingo", "b:pingo", "pingo", "a:b-pingo", "a-b:pingo"]);
  });

  test("the probes ask for no page where it may want a password", async () => {
    for (const values of [combinations["TLS and passwords"] ?? {}, { options: { PINGO_CONFIG: "/etc/pingo.yaml" } }]) {
      const container = containerOf(await released(values), "Deployment");
      for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
        assert.deepEqual([container[probe].tcpSocket, container[probe].httpGet], [{ port: "http" }, undefined]);
      }
    }
  });

  test("the port of the Service and the probes is said in the pod, where a file of options cannot move it", async () => {
    for (const [kind, values] of [
      ["Deployment", {}],
      ["StatefulSet", { shards: 2 }],
    ] as const) {
      const { env, ports } = containerOf(await released(values), kind);
      const listen = env.find(({ name }: Manifest) => name === "PINGO_LISTEN").value;
      assert.equal(listen, `:${ports[0].containerPort}`);
    }
  });

  test("helm test has what the values say, but no shard, and its log can be read when it has ended", async () => {
    const given = { options: { PINGO_TARGETS: "/etc/pingo/targets/nodes.yaml" }, shards: 3 };
    const values = { ...combinations["options, and more of the pod"], ...given };
    const { metadata, spec } = only(await released(values), "Pod");
    const [{ env, volumeMounts }] = spec.containers;
    const names = env.map(({ name }: Manifest) => name);
    assert.deepEqual(names, ["PINGO_TARGETS", "HTTPS_PROXY"]);
    assert.deepEqual([volumeMounts[0].name, spec.volumes[0].name], ["targets", "targets"]);
    assert.equal(metadata.annotations["helm.sh/hook-delete-policy"], "before-hook-creation");
  });

  test("the history outlives the release", async () => {
    const claim = only(await released({ history: { persistence } }), "PersistentVolumeClaim");
    assert.equal(claim.metadata.annotations["helm.sh/resource-policy"], "keep");
  });

  for (const [name, values] of Object.entries({
    everything: { ...everything, history: { persistence } },
    "another cluster, shards and history": combinations["another cluster, shards and history"] ?? {},
    "a claim and a class that look like numbers": {
      history: { persistence: { ...persistence, storageClassName: "12", existingClaim: "34" } },
      otherCluster: { secretName: "56" },
      priorityClassName: "78",
      serviceAccount: { name: "90" },
    },
  })) {
    test(`${name}: a release 2024 in the namespace 1234 has texts where texts belong`, async () => {
      const manifests = await released(values, "2024", "1234");
      assert.deepEqual((await Promise.all(manifests.map(schemaProblems))).flat(), []);
      assert.deepEqual(manifestProblems(manifests), []);
      // RFC 1035: what a Service is called begins with a letter.
      for (const { metadata } of manifests.filter(({ kind }) => kind === "Service")) {
        assert.match(metadata.name, /^pingo-2024/);
      }
    });
  }

  test("a release whose name has dots makes a Service whose name has none", async () => {
    assert.equal(only(await released({}, "east.one"), "Service").metadata.name, "east-one-pingo");
  });

  test("the rules and the boards are those of deploy/, whole", async () => {
    const manifests = await released(everything);
    const rules = readFileSync(`${deployFolder}prometheus/pingo.rules.yaml`, "utf8");
    assert.deepEqual(only(manifests, "PrometheusRule").spec, parse(rules));
    for (const name of ["overview", "zones", "node", "pingo"]) {
      const board = JSON.parse(readFileSync(`${deployFolder}grafana/${name}.json`, "utf8"));
      const { data, metadata } = only(manifests, "ConfigMap", `pingo-dashboard-${name}`);
      assert.deepEqual(JSON.parse(data[`pingo-${name}.json`]), board);
      assert.equal(metadata.labels.my_board, "yes");
    }
  });
});

/** What decides over what PinGo may and does; names and labels are each one's own. */
function essence(manifests: readonly Manifest[], kind: string) {
  const { spec, template = spec.template.spec } = only(manifests, kind);
  const { labels: _, ...rest } = template;
  const spread = rest.topologySpreadConstraints?.map(({ labelSelector: __, ...one }: Manifest) => one);
  const containers = rest.containers.map(({ imagePullPolicy: ___, env = [], ...one }: Manifest) => ({
    ...one,
    env: env.toSorted((a: Manifest, b: Manifest) => a.name.localeCompare(b.name)),
  }));
  return {
    pod: { ...rest, containers, topologySpreadConstraints: spread },
    strategy: spec.strategy,
    replicas: spec.replicas,
    claims: spec.volumeClaimTemplates?.map(({ spec: claim }: Manifest) => claim),
    parallel: spec.podManagementPolicy,
    kept: spec.persistentVolumeClaimRetentionPolicy,
    rules: manifests.filter((one) => one.kind === "ClusterRole").map(({ rules }) => rules),
    service: only(manifests, "Service", "pingo").spec.ports,
    network: manifests.filter((one) => one.kind === "NetworkPolicy").map((one) => [one.spec.ingress, one.spec.egress]),
    budget: manifests
      .filter((one) => one.kind === "PodDisruptionBudget")
      .map(({ spec: { selector: ____, ...one } }) => one),
  };
}

describe("kustomize and the chart", { skip: skip || skipWithout("kubectl") }, () => {
  const pairs: [string, string, Values][] = [
    ["base", "Deployment", {}],
    ["overlays/two-sites", "Deployment", { otherCluster: { secretName: "pingo-other-cluster" } }],
    ["overlays/fleet", "StatefulSet", { shards: 3, history: { persistence: { enabled: true } } }],
    [
      "overlays/monitored",
      "Deployment",
      { networkPolicy: { enabled: true }, history: { persistence: { enabled: true } } },
    ],
  ];
  for (const [overlay, kind, values] of pairs) {
    test(`say the same: ${overlay} and ${JSON.stringify(values)}`, async () => {
      const [one, other] = await Promise.all([kustomize(`${deployFolder}kustomize/${overlay}`), released(values)]);
      assert.deepEqual(essence(other, kind), essence(one, kind));
    });
  }
});
