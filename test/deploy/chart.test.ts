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
  "names of its own": { nameOverride: "prober", fullnameOverride: "the-prober", serviceAccount: { name: "someone" } },
  "TLS and passwords": {
    options: { PINGO_WEB_CONFIG_FILE: "/etc/pingo/web/web.yaml" },
    extraVolumes: [{ name: "web", secret: { secretName: "web" } }],
    extraVolumeMounts: [{ name: "web", mountPath: "/etc/pingo/web" }],
  },
  "no test and no budget": { shards: 2, tests: { enabled: false }, podDisruptionBudget: { enabled: false } },
  "an image by its digest": { image: { repository: "registry.example/pingo", digest: `sha256:${"0".repeat(64)}` } },
};

/** What is refused, and what the refusal names. */
const refused: readonly [Values, RegExp][] = [
  [{ shard: 3 }, /shard is not allowed/],
  [{ shards: 0 }, /shards/],
  [{ shards: "3" }, /shards/],
  [{ options: { PINGO_PORBE: "5s" } }, /PINGO_PORBE/],
  [{ options: { PINGO_TOKEN: "secret" } }, /PINGO_TOKEN/],
  [{ options: { PINGO_PROBE: { seconds: 5 } } }, /PINGO_PROBE/],
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
      assert.deepEqual(manifestProblems(manifests), []);
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
    ];
    const names = roles.map((manifests) => only(manifests, "ClusterRole").metadata.name);
    assert.deepEqual(names, ["a-pingo", "b-pingo", "pingo"]);
  });

  test("the probes ask for no page where it may want a password", async () => {
    const container = containerOf(await released(combinations["TLS and passwords"] ?? {}), "Deployment");
    for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
      assert.deepEqual([container[probe].tcpSocket, container[probe].httpGet], [{ port: "http" }, undefined]);
    }
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
