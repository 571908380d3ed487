import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import { kinds } from "../../src/sandbox/kinds.ts";
import { eventually } from "../support/eventually.ts";
import { MetricsPage } from "../support/metrics-page.ts";
import { skipWithout } from "../support/need.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { deployFolder, kustomize, only } from "./render.ts";
import { applied, portOf, runPod, writeSecret } from "./run-pod.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
/** As a person copies them: the first for PinGo in a, the second for the one in b. */
const commands = [...readme.matchAll(/^secret=.*make-kubeconfig\.sh --context .*&&\n.*$/gm)].map(
  ([command]) => command,
);
/** Where both ends live, whatever else of PinGo there is. */
const namespace = "pingo-remote";

/** One kubeconfig with both, as an administrator of both has it. */
function adminKubeconfig(sites: Readonly<Record<string, Sandbox>>): string {
  const each = Object.entries(sites);
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "a",
    clusters: each.map(([name, { apiUrl, caPem }]) => ({
      name: `cluster-${name}`,
      cluster: { server: apiUrl, "certificate-authority-data": Buffer.from(caPem).toString("base64") },
    })),
    users: each.map(([name, { adminToken }]) => ({ name: `admin-${name}`, user: { token: adminToken } })),
    contexts: each.map(([name]) => ({ name, context: { cluster: `cluster-${name}`, user: `admin-${name}` } })),
  });
}

describe("two sites", { skip: skipWithout("kubectl") }, () => {
  let a: Sandbox;
  let b: Sandbox;
  before(async () => {
    [a, b] = await Promise.all([startSandbox({ nodes: 3 }), startSandbox({ nodes: 5 })]);
  });
  after(() => Promise.all([a.stop(), b.stop()]));

  const labelsOfNamespace = (site: Sandbox, name = namespace) => applied(site, "Namespace", name).metadata.labels ?? {};
  const enforce = "pod-security.kubernetes.io/enforce";

  /** Runs a line in a shell, in the repository, as an administrator of both sites. */
  function shell(t: TestContext, line: string): Promise<{ code: number; stdout: string; stderr: string }> {
    const home = temporaryFolder(t);
    const kubeconfig = join(home, "kubeconfig");
    writeFileSync(kubeconfig, adminKubeconfig({ a, b }), { mode: 0o600 });
    const env = { PATH: process.env.PATH ?? "", HOME: home, KUBECONFIG: kubeconfig };
    return new Promise((resolve) => {
      execFile("sh", ["-c", line], { cwd: root, env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });
  }

  test("one command each from the README, and each PinGo probes the other's nodes", async (t) => {
    assert.equal(commands.length, 2);
    for (const command of commands) {
      const { code, stderr } = await shell(t, command);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /the token ends at \d{4}-\d\d-\d\dT/);
    }
    for (const site of [a, b]) assert.equal(labelsOfNamespace(site)[enforce], "restricted");
    const sites = { a: { here: a, other: "b", there: b }, b: { here: b, other: "a", there: a } };
    for (const { here, other, there } of Object.values(sites)) {
      const folder = temporaryFolder(t);
      writeSecret(applied(here, "Secret", "pingo-other-cluster", namespace), folder);
      const { template } = applied(here, "Deployment", "pingo", namespace).spec;
      const pingo = runPod(template, { "/etc/pingo/other-cluster": folder });
      t.after(() => pingo.stop());
      const port = await portOf(pingo);
      await eventually("every node of the other site answers", async () => {
        const page = await MetricsPage.fetch(port);
        return there.nodeNames().every((node) => page.value("pingo_up", { cluster: other, node }) === 1);
      });
      const page = await MetricsPage.fetch(port);
      assert.equal(page.select("pingo_up").size, there.nodeNames().length);
      assert.equal(page.value("pingo_api_watch_restarts_total", { cluster: other, reason: "error" }) ?? 0, 0);
    }
  });

  test("beside a PinGo that watches its own cluster, which stays as it is", async (t) => {
    assert.equal((await shell(t, "kubectl --context a apply -k deploy/kustomize")).code, 0);
    const local = structuredClone(applied(a, "Deployment", "pingo").spec);
    for (const command of commands) assert.equal((await shell(t, command)).code, 0);
    assert.deepEqual(applied(a, "Deployment", "pingo").spec, local);
    assert.notDeepEqual(applied(a, "Deployment", "pingo", namespace).spec, local);
    assert.equal(labelsOfNamespace(a, "pingo")[enforce], "restricted");
    const [subject] = applied(a, "ClusterRoleBinding", "pingo").subjects;
    assert.equal(subject.namespace, "pingo");
  });

  test("a command whose script fails has failed, and applies nothing", async (t) => {
    for (const [command = "", other = ""] of [
      [commands[0], "b"],
      [commands[1], "a"],
    ]) {
      const { code, stdout } = await shell(t, command.replace(`sh --context ${other})`, "sh --context typo)"));
      assert.notEqual(code, 0);
      assert.equal(stdout, "");
    }
  });

  test("what of a kubeconfig is not passed on is told of, and a quote in its server refused", async (t) => {
    const script = "sh deploy/two-sites/make-kubeconfig.sh --context b";
    const set = (what: string) => `kubectl config set-cluster cluster-b ${what} >&2`;
    const name = await shell(t, `${set("--tls-server-name=localhost")} && ${script}`);
    assert.equal(name.code, 0, name.stderr);
    const { kubeconfig } = parse(name.stdout).stringData;
    assert.equal(parse(kubeconfig).clusters[0].cluster["tls-server-name"], "localhost");
    assert.doesNotMatch(name.stderr, /left out/);
    // What kubectl asks after that fails here, since there is no such proxy.
    const proxied = await shell(t, `${set("--proxy-url=http://127.0.0.1:9")}; ${script}`);
    assert.match(proxied.stderr, /proxy-url of b is left out/);
    const unchecked = await shell(
      t,
      `kubectl config unset clusters.cluster-b.certificate-authority-data >&2; ${set("--insecure-skip-tls-verify=true")}; ${script}`,
    );
    assert.match(unchecked.stderr, /insecure-skip-tls-verify of b is left out/);
    const quoted = await shell(t, `${set(`--server='https://127.0.0.1:1/"'`)}; ${script}`);
    assert.equal(quoted.code, 1);
    assert.match(quoted.stderr, /no quotes/);
    assert.equal(quoted.stdout, "");
  });

  test("a token that has ended is replaced by the same command, without a restart", async (t) => {
    const [command = ""] = commands;
    assert.equal((await shell(t, command)).code, 0);
    const folder = temporaryFolder(t);
    writeSecret(applied(a, "Secret", "pingo-other-cluster", namespace), folder);
    const more = { PINGO_SCAN: "1s" };
    const pingo = runPod(
      applied(a, "Deployment", "pingo", namespace).spec.template,
      { "/etc/pingo/other-cluster": folder },
      more,
    );
    t.after(() => pingo.stop());
    const port = await portOf(pingo);
    await pingo.says(/probing 5 nodes/);
    const accounts = kinds.find(({ kind }) => kind === "ServiceAccount");
    assert.ok(accounts && b.api.objects.delete(accounts, namespace, "pingo-remote").ok);
    b.api.cutWatches();
    await pingo.says(/401/);
    assert.equal((await shell(t, command)).code, 0);
    writeSecret(applied(a, "Secret", "pingo-other-cluster", namespace), folder);
    const { name } = await b.join();
    await eventually(
      "the new node is probed",
      async () => {
        return (await MetricsPage.fetch(port)).value("pingo_up", { node: name ?? "" }) === 1;
      },
      30_000,
    );
    await b.leave(name ?? "");
  });

  test("what the token may do there is what the base's role says, and it is for nothing else", async (t) => {
    const made = await shell(
      t,
      "sh deploy/two-sites/make-kubeconfig.sh --context b --name east --namespace watch --secret s",
    );
    assert.equal(made.code, 0, made.stderr);
    const secret = parse(made.stdout.replace(/^---\n/, ""));
    assert.deepEqual([secret.metadata.name, secret.metadata.namespace], ["s", "watch"]);
    assert.equal(parse(secret.stringData.kubeconfig)["current-context"], "east");
    const base = only(await kustomize(`${deployFolder}kustomize/base`), "ClusterRole");
    assert.deepEqual(applied(b, "ClusterRole", "pingo-remote").rules, base.rules);
    const folder = temporaryFolder(t);
    writeSecret(
      { data: Object.fromEntries(Object.entries<string>(secret.stringData).map(([key, text]) => [key, btoa(text)])) },
      folder,
    );
    const may = async (what: string) =>
      (await shell(t, `KUBECONFIG=${folder}/kubeconfig kubectl auth can-i ${what}`)).stdout.trim();
    for (const what of ["get nodes", "list nodes", "watch nodes"]) assert.equal(await may(what), "yes", what);
    for (const what of [
      "delete nodes",
      "get nodes --subresource=proxy",
      "list secrets -A",
      "create deployments.apps",
    ]) {
      assert.equal(await may(what), "no", what);
    }
  });

  test("a kubeconfig that names no such context, and a missing one, are told of", async (t) => {
    const wrong = await shell(t, "sh deploy/two-sites/make-kubeconfig.sh --context c");
    assert.notEqual(wrong.code, 0);
    assert.match(wrong.stderr, /c/);
    assert.equal(wrong.stdout, "");
    const bare = await shell(t, "sh deploy/two-sites/make-kubeconfig.sh");
    assert.deepEqual([bare.code, bare.stdout], [2, ""]);
    assert.match(bare.stderr, /usage/);
    const quoted = await shell(t, `sh deploy/two-sites/make-kubeconfig.sh --context a --name 'x"y'`);
    assert.equal(quoted.code, 1);
    assert.match(quoted.stderr, /no quotes/);
    const named = await shell(t, "sh deploy/two-sites/make-kubeconfig.sh --context a --namespace 'x: y'");
    assert.equal(named.code, 1);
    assert.match(named.stderr, /no names of a namespace and a Secret: x: y/);
  });
});
