import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import { kinds } from "../../src/sandbox/kinds.ts";
import { kubeconfigYaml } from "../../src/sandbox/kubeconfig.ts";
import { eventually } from "../support/eventually.ts";
import { MetricsPage } from "../support/metrics-page.ts";
import { skipWithout } from "../support/need.ts";
import { Pingo } from "../support/pingo.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { helm, skipWithoutHelm } from "./helm.ts";
import { chartFolder, deployFolder, type Manifest } from "./render.ts";
import { applied, portOf, runPod } from "./run-pod.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const asPod = fileURLToPath(new URL("./as-pod.sh", import.meta.url));

type Ran = { code: number; stdout: string; stderr: string };

/** What the manifests let PinGo do, held against an API that goes by them and by nothing else. */
describe("the rights of PinGo's account", { skip: skipWithout("kubectl") }, () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ nodes: 4 });
  });
  after(() => sandbox.stop());

  function kubectl(
    t: TestContext,
    args: readonly string[],
    { token = sandbox.adminToken, input = "" } = {},
  ): Promise<Ran> {
    const home = temporaryFolder(t);
    const kubeconfig = join(home, "kubeconfig");
    writeFileSync(kubeconfig, kubeconfigYaml({ apiUrl: sandbox.apiUrl, caPem: sandbox.caPem, token }));
    const env = { PATH: process.env.PATH ?? "", HOME: home, KUBECONFIG: kubeconfig };
    return new Promise((resolve) => {
      const child = execFile("kubectl", args, { env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
      child.stdin?.on("error", () => {}).end(input);
    });
  }

  /** Applies the base and gives a token of the account that it makes. */
  async function installed(t: TestContext): Promise<string> {
    const { code, stderr } = await kubectl(t, ["apply", "-k", `${deployFolder}kustomize`]);
    assert.equal(code, 0, stderr);
    const { stdout } = await kubectl(t, ["create", "token", "pingo", "--namespace", "pingo", "--duration", "1h"]);
    return stdout.trim();
  }

  const environment = (token: string) => ({ ...sandbox.environment(), PINGO_TOKEN: token });

  test("kubectl auth can-i: nodes can be read, and nothing else", async (t) => {
    const token = await installed(t);
    const may = async (...what: string[]) => (await kubectl(t, ["auth", "can-i", ...what], { token })).stdout.trim();
    for (const verb of ["get", "list", "watch"]) assert.equal(await may(verb, "nodes"), "yes", verb);
    const forbidden = [
      ...["create", "update", "patch", "delete"].map((verb) => [verb, "nodes"]),
      ["get", "nodes", "--subresource=proxy"],
      ["get", "secrets", "--all-namespaces"],
      ["get", "secrets", "--namespace=pingo"],
      ["list", "configmaps", "--namespace=kube-system"],
      ["create", "serviceaccounts", "--subresource=token", "--namespace=pingo"],
      ["update", "clusterroles"],
      ["*", "*"],
    ];
    for (const what of forbidden) assert.equal(await may(...what), "no", what.join(" "));
    const { stdout } = await kubectl(t, ["auth", "can-i", "--list"], { token });
    assert.match(stdout, /^nodes +\[\] +\[\] +\[get list watch\]$/m);
    assert.equal(stdout.trim().split("\n").length, 2, stdout);
  });

  test("with them everything works: check, targets, and the pod as it is", async (t) => {
    const token = await installed(t);
    const env = environment(token);
    for (const command of ["check", "targets"]) {
      const { code, stdout, stderr } = await Pingo.run([command], env);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /a-ash/);
    }
    const pingo = runPod(applied(sandbox, "Deployment", "pingo").spec.template, {}, env);
    t.after(() => pingo.stop());
    const port = await portOf(pingo);
    await pingo.says(/probing 4 nodes/);
    const { name = "" } = await sandbox.join();
    await eventually("a node that joins is seen by the watch", async () => {
      return (await MetricsPage.fetch(port)).value("pingo_up", { node: name }) === 1;
    });
    await sandbox.leave(name);
    const page = await MetricsPage.fetch(port);
    const refused = [...page.select("pingo_api_requests_total", { code: "403" }).values()];
    assert.deepEqual(refused, []);
    assert.doesNotMatch(pingo.stderr, /cannot be watched/);
    assert.equal((await pingo.stop()).code, 0);
  });

  test("as the pod itself: nobody, no capability, a root that cannot be written", {
    skip: skipWithout("root"),
  }, async (t) => {
    const secrets = temporaryFolder(t);
    writeFileSync(join(secrets, "token"), await installed(t));
    writeFileSync(join(secrets, "ca.crt"), sandbox.caPem);
    const { spec } = applied(sandbox, "Deployment", "pingo").spec.template;
    const { runAsUser, runAsGroup } = spec.securityContext;
    const launcher: [string, ...string[]] = [
      "unshare",
      "--mount",
      "sh",
      asPod,
      repository,
      secrets,
      String(runAsUser),
      String(runAsGroup),
    ];
    const { hostname: KUBERNETES_SERVICE_HOST, port: KUBERNETES_SERVICE_PORT } = new URL(sandbox.apiUrl);
    const env = { KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT, PINGO_LISTEN: "127.0.0.1:0", PINGO_PROBE: "200ms" };
    const pingo = new Pingo(spec.containers[0].args, env, "/", launcher);
    t.after(() => pingo.stop());
    const port = await portOf(pingo);
    await eventually("every node answers", async () => {
      const page = await MetricsPage.fetch(port);
      return sandbox.nodeNames().every((node) => page.value("pingo_up", { node }) === 1);
    });
    const page = await MetricsPage.fetch(port);
    assert.equal(page.value("pingo_engine_info", { engine: "kernel" }), 1);
    const status = readFileSync(`/proc/${pingo.process.pid}/status`, "utf8");
    assert.match(status, /^Uid:\t65532\t65532\t65532\t65532$/m);
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) {
      assert.match(status, new RegExp(`^${set}:\\t0+$`, "m"), set);
    }
    const mounts = readFileSync(`/proc/${pingo.process.pid}/mountinfo`, "utf8");
    assert.match(mounts, /^\S+ \S+ \S+ \S+ \/ ro[ ,]/m);
    const { code, tookMs } = await pingo.stop();
    assert.equal(code, 0);
    assert.ok(tookMs < spec.terminationGracePeriodSeconds * 1_000, `${tookMs} ms`);
  });

  test("with watch taken away it polls, and says so", async (t) => {
    const token = await installed(t);
    const role: Manifest = structuredClone(applied(sandbox, "ClusterRole", "pingo"));
    role.rules[0].verbs = ["get", "list"];
    const replaced = await kubectl(t, ["replace", "-f", "-"], { input: JSON.stringify(role) });
    assert.equal(replaced.code, 0, replaced.stderr);
    const pingo = runPod(
      applied(sandbox, "Deployment", "pingo").spec.template,
      {},
      { ...environment(token), PINGO_SCAN: "1s" },
    );
    t.after(() => pingo.stop());
    const port = await portOf(pingo);
    await pingo.says(/nodes cannot be watched/);
    const { name = "" } = await sandbox.join();
    await eventually("a node that joins is seen by the next list", async () => {
      return (await MetricsPage.fetch(port)).value("pingo_up", { node: name }) === 1;
    });
    await sandbox.leave(name);
    const page = await MetricsPage.fetch(port);
    const watches = [...page.select("pingo_api_requests_total", { verb: "watch", code: "403" }).values()];
    assert.equal(watches.length, 1);
    assert.ok((page.value("pingo_api_requests_total", { verb: "list", code: "200" }) ?? 0) >= 2);
    // Nothing is left at all: what is known stays, and is probed on.
    const gone = await kubectl(t, ["delete", "clusterrole", "pingo"]);
    assert.equal(gone.code, 0, gone.stderr);
    await pingo.says(/403|may not list/);
    assert.equal((await MetricsPage.fetch(port)).value("pingo_up", { node: "a-ash" }), 1);
  });
});

describe("the chart, by Helm itself", { skip: skipWithoutHelm() }, () => {
  /** A cluster with the namespace "watch", and how Helm gets there. */
  async function started(t: TestContext): Promise<{ sandbox: Sandbox; where: string[] }> {
    const sandbox = await startSandbox({ nodes: 2 });
    t.after(() => sandbox.stop());
    const kubeconfig = join(temporaryFolder(t), "kubeconfig");
    writeFileSync(kubeconfig, sandbox.kubeconfig(), { mode: 0o600 });
    const namespaces = kinds.find(({ kind }) => kind === "Namespace");
    assert.ok(namespaces && sandbox.api.objects.create(namespaces, undefined, { metadata: { name: "watch" } }).ok);
    return { sandbox, where: ["--kubeconfig", kubeconfig, "--namespace", "watch"] };
  }

  test("installs into an API, says what is there, and leaves nothing behind", async (t) => {
    const { sandbox, where } = await started(t);
    // This Helm checks against the sandbox's OpenAPI v2, which takes every field; chart.test.ts checks against more.
    const more = ["--set", "shards=2,serviceMonitor.enabled=true"];
    const installed = await helm("install", "pingo", chartFolder, ...where, ...more);
    assert.equal(installed.code, 0, installed.stderr);
    assert.match(
      installed.stdout,
      /PinGo \d+\.\d+\.\d+ probes the nodes of this cluster, 2 of it, each with its share/,
    );
    assert.match(installed.stdout, /port-forward svc\/pingo 8080:8080/);
    assert.match(installed.stdout, /history is in memory/);
    assert.doesNotMatch(installed.stdout, /Nothing scrapes it/);
    assert.equal(applied(sandbox, "StatefulSet", "pingo", "watch").spec.replicas, 2);
    const [subject] = applied(sandbox, "ClusterRoleBinding", "watch:pingo").subjects;
    assert.deepEqual(subject, { kind: "ServiceAccount", name: "pingo", namespace: "watch" });
    const removed = await helm("uninstall", "pingo", ...where);
    assert.equal(removed.code, 0, removed.stderr);
    assert.throws(() => applied(sandbox, "StatefulSet", "pingo", "watch"), /nobody has applied/);
    assert.throws(() => applied(sandbox, "ClusterRole", "watch:pingo"), /nobody has applied/);
  });

  test("installs as the documents say it, into a namespace that Helm makes", async (t) => {
    const { sandbox, where } = await started(t);
    const [kubeconfig, file = ""] = where;
    const elsewhere = [kubeconfig ?? "", file, "--namespace", "fresh", "--create-namespace"];
    const installed = await helm("install", "pingo", chartFolder, ...elsewhere);
    assert.equal(installed.code, 0, installed.stderr);
    assert.equal(applied(sandbox, "Namespace", "fresh").metadata.labels.name, "fresh");
    assert.equal(applied(sandbox, "Deployment", "pingo", "fresh").spec.replicas, 1);
  });

  test("a history stays when the release becomes shards and when it ends, and the next release takes it", async (t) => {
    const { sandbox, where } = await started(t);
    const kept = ["--set", "history.persistence.enabled=true"];
    const does = async (...args: string[]) => {
      const { code, stderr } = await helm(...args, ...where);
      assert.equal(code, 0, stderr);
      return applied(sandbox, "PersistentVolumeClaim", "pingo-history", "watch").metadata.uid;
    };
    const first = await does("install", "pingo", chartFolder, ...kept);
    assert.equal(await does("upgrade", "pingo", chartFolder, ...kept, "--set", "shards=3"), first);
    assert.equal(await does("uninstall", "pingo"), first);
    assert.equal(await does("install", "pingo", chartFolder, ...kept), first);
  });
});
