import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { after, describe, type TestContext, test } from "node:test";
import { parse, stringify } from "yaml";
import { skipWithout } from "../support/need.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { manifestProblems } from "./manifest-problems.ts";
import { schemaProblems, unknownFields } from "./object-schemas.ts";
import { deployFolder, kustomize, type Manifest, only, podOf } from "./render.ts";

const folder = `${deployFolder}kustomize/`;
const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

const optional = ["namespace", "network-policy", "prometheus-rule", "dashboards"];
/** The order counts: what changes the Deployment stands before what makes a StatefulSet of it. */
const combinations: readonly (readonly string[])[] = [
  ...[...optional, "service-monitor", "pod-monitor", "persistent-history", "other-cluster", "shards"].map((one) => [
    one,
  ]),
  ["shards", "shards-history"],
  ["persistent-history", "other-cluster", ...optional, "service-monitor"],
  ["other-cluster", "shards", ...optional, "pod-monitor"],
  ["other-cluster", "shards", "shards-history", ...optional, "service-monitor"],
];

/** A kustomization of somebody else's, in a namespace of its own. */
function own(t: TestContext, components: readonly string[], more: object = {}): Promise<Manifest[]> {
  const place = temporaryFolder(t);
  const path = (name: string) => relative(place, join(folder, name));
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    namespace: "watch",
    resources: [path("base")],
    components: components.map((name) => path(`components/${name}`)),
    ...more,
  };
  writeFileSync(join(place, "kustomization.yaml"), stringify(kustomization));
  return kustomize(place);
}

describe("kustomize", { skip: skipWithout("kubectl") }, () => {
  const all: Manifest[] = [];
  // One compiler for all of them.
  after(async () => assert.deepEqual(await unknownFields(all), []));

  async function holds(manifests: Manifest[]): Promise<void> {
    all.push(...manifests);
    assert.deepEqual((await Promise.all(manifests.map(schemaProblems))).flat(), []);
    assert.deepEqual(manifestProblems(manifests), []);
  }

  for (const name of ["", "overlays/monitored", "overlays/fleet", "overlays/two-sites"]) {
    test(`deploy/kustomize/${name} fits its schemas, the restricted standard and itself`, async () => {
      const manifests = await kustomize(`${folder}${name}`);
      await holds(manifests);
      const enforced = only(manifests, "Namespace").metadata.labels["pod-security.kubernetes.io/enforce"];
      assert.equal(enforced, "restricted");
    });
  }

  for (const components of combinations) {
    test(`base with ${components.join(", ")}, in another namespace`, async (t) => {
      const manifests = await own(t, components);
      await holds(manifests);
      const namespaces = manifests
        .filter(({ kind }) => !/^(Namespace|ClusterRole)/.test(kind))
        .map(({ metadata }) => metadata.namespace);
      assert.deepEqual([...new Set(namespaces)], ["watch"]);
    });
  }

  test("the image is named once, with package.json's version", async () => {
    const images = (await kustomize(`${folder}overlays/fleet`)).flatMap((one) =>
      (podOf(one)?.spec.containers ?? []).map(({ image }: Manifest) => image),
    );
    assert.deepEqual(images, [`ghcr.io/pingo-probe/pingo:${version}`]);
  });

  test("as many shards as PINGO_SHARD says, also where the overlay's number is changed", async (t) => {
    const shardOf = (manifests: Manifest[]) => {
      const { spec } = only(manifests, "StatefulSet");
      const env: Manifest[] = spec.template.spec.containers[0].env;
      return [spec.replicas, env.find(({ name }) => name === "PINGO_SHARD").value];
    };
    assert.deepEqual(shardOf(await own(t, ["shards"])), [3, "$(POD_NAME)/3"]);
    const text = readFileSync(`${folder}overlays/fleet/kustomization.yaml`, "utf8");
    assert.match(text, /count: 3 /);
    const place = temporaryFolder(t);
    const moved = text.replaceAll("../../", `${relative(place, folder)}/`).replace("count: 3 ", "count: 7 ");
    writeFileSync(join(place, "kustomization.yaml"), moved);
    assert.deepEqual(shardOf(await kustomize(place)), [7, "$(POD_NAME)/7"]);
  });

  test("one PinGo has no budget of disruptions, which would block a drain; shards have one", async (t) => {
    const budgets = (manifests: Manifest[]) => manifests.filter(({ kind }) => kind === "PodDisruptionBudget");
    assert.deepEqual(budgets(await kustomize(`${folder}overlays/monitored`)), []);
    assert.equal(budgets(await own(t, ["shards"]))[0].spec.maxUnavailable, 1);
  });

  test("the overlay of docs/deploy.md is one", async (t) => {
    const doc = readFileSync(new URL("../../docs/deploy.md", import.meta.url), "utf8");
    const [, example = ""] = /```yaml\n(.*?)```/s.exec(doc) ?? [];
    const place = temporaryFolder(t);
    writeFileSync(
      join(place, "kustomization.yaml"),
      example.replaceAll("pingo/deploy/kustomize", relative(place, folder)),
    );
    const manifests = await kustomize(place);
    await holds(manifests);
    const { env } = podOf(only(manifests, "Deployment"))?.spec.containers[0] ?? {};
    assert.deepEqual(env.find(({ name }: Manifest) => name === "PINGO_PROBE").value, "5s");
  });

  test("the patch of docs/deploy.md for a web configuration has no probe that would want a password", async (t) => {
    const doc = readFileSync(new URL("../../docs/deploy.md", import.meta.url), "utf8");
    const example = [...doc.matchAll(/```yaml\n(.*?)```/gs)]
      .map(([, text = ""]) => text)
      .find((text) => /WEB_CONFIG/.test(text));
    const manifests = await own(t, [], parse(example ?? ""));
    await holds(manifests);
    const [container] = podOf(only(manifests, "Deployment"))?.spec.containers ?? [];
    for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
      assert.deepEqual([container[probe].tcpSocket, container[probe].httpGet], [{ port: "http" }, undefined]);
    }
    const values = Object.fromEntries(container.env.map(({ name, value }: Manifest) => [name, value]));
    assert.deepEqual(values, { PINGO_LISTEN: ":8080", PINGO_WEB_CONFIG_FILE: "/etc/pingo/web/web.yaml" });
  });

  test("PinGo leaves a node that is gone after 30 s, and runs on Linux", async () => {
    const { spec } = podOf(only(await kustomize(`${folder}base`), "Deployment")) ?? {};
    assert.deepEqual(spec.nodeSelector, { "kubernetes.io/os": "linux" });
    const seconds = spec.tolerations.map((one: Manifest) => [one.key, one.effect, one.tolerationSeconds]);
    assert.deepEqual(seconds, [
      ["node.kubernetes.io/not-ready", "NoExecute", 30],
      ["node.kubernetes.io/unreachable", "NoExecute", 30],
    ]);
  });

  test("names can be asked for at the Service's port and at the pods' behind it", async () => {
    const { egress } = only(await kustomize(`${folder}overlays/monitored`), "NetworkPolicy").spec;
    const ports = egress[0].ports.map(({ protocol, port }: Manifest) => `${protocol} ${port}`);
    for (const port of [53, 5353])
      assert.ok(ports.includes(`UDP ${port}`) && ports.includes(`TCP ${port}`), ports.join());
  });

  test("every component is in the documents", () => {
    const doc = readFileSync(new URL("../../docs/deploy.md", import.meta.url), "utf8");
    for (const name of readdirSync(`${folder}components`)) assert.ok(doc.includes(`\`${name}\``), name);
  });

  test("with another cluster's kubeconfig there is no right in this one", async () => {
    const kinds = (await kustomize(`${folder}overlays/two-sites`)).map(({ kind }) => kind);
    assert.deepEqual(
      kinds.filter((kind) => /Role/.test(kind)),
      [],
    );
  });
});
