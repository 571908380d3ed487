import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stringify } from "yaml";
import type { SourceConfig } from "../../src/config/config.ts";
import { findClusters } from "../../src/config/find-clusters.ts";
import type { Environment } from "../../src/config/settings.ts";
import { makeCertificates } from "../../src/sandbox/certificates.ts";

const none: SourceConfig = {
  api: undefined,
  kubeconfigFlag: undefined,
  kubeconfigVariable: undefined,
  contexts: [],
  overrides: new Map(),
  targetsFile: undefined,
};
const { caPem } = await makeCertificates(Date.now());

/** A kubeconfig with a context, a cluster and a user of each name; the first is the current one. */
function kubeconfig(...names: string[]): string {
  return stringify({
    "current-context": names[0],
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
    clusters: names.map((name) => ({ name, cluster: { server: `https://${name}.test:6443/` } })),
    users: names.map((name) => ({ name, user: { token: `token-of-${name}` } })),
  });
}

const podFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
const pod = {
  env: { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443" },
  files: { [`${podFolder}/token`]: "pod-token", [`${podFolder}/ca.crt`]: caPem },
};

async function find(config: Partial<SourceConfig>, env: Environment = {}, files: Record<string, string> = {}) {
  const readFile = (path: string) => {
    const text = files[path];
    if (text === undefined)
      throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: "ENOENT" });
    return text;
  };
  const found = await findClusters({ ...none, ...config }, { env, readFile });
  if ("problems" in found) return found.problems;
  return found.clusters.map(({ cluster, apiName }) => `${cluster} ${apiName}`);
}

const home = { HOME: "/home/me" };
const homeFile = { "/home/me/.kube/config": kubeconfig("home", "other") };
const api = {
  name: "https://192.0.2.1:6443",
  url: new URL("https://192.0.2.1:6443"),
  ca: undefined,
  token: { from: "none" },
} as const;

describe("where clusters are found", () => {
  test("an API that is named comes before everything else", async () => {
    const env = { ...home, ...pod.env };
    assert.deepEqual(await find({ api }, env, { ...homeFile, ...pod.files }), [
      "192.0.2.1:6443 https://192.0.2.1:6443",
    ]);
  });

  test("else the kubeconfig's current context, before the pod's own cluster", async () => {
    const env = { ...home, ...pod.env };
    assert.deepEqual(await find({}, env, { ...homeFile, ...pod.files }), ["home https://home.test:6443"]);
  });

  test("else the cluster of the pod", async () => {
    assert.deepEqual(await find({}, { ...home, ...pod.env }, pod.files), ["10.96.0.1 https://10.96.0.1"]);
  });

  test("else none, where there is a file of targets", async () => {
    assert.deepEqual(await find({ targetsFile: "/t.yaml" }, home), []);
  });

  test("else it is said what was looked for and where", async () => {
    const [problem, ...more] = await find({}, home);
    assert.deepEqual(more, []);
    assert.match(
      problem ?? "",
      /neither --api nor PINGO_API is set, there is no kubeconfig at \/home\/me\/.kube\/config/,
    );
    assert.match(problem ?? "", /this is no pod .* no file of targets .*"pingo demo"/);
    assert.match((await find({}, { KUBECONFIG: "/x" }))[0] ?? "", /no kubeconfig \(HOME is not set\)/);
  });

  test("a kubeconfig beside a file of targets", async () => {
    assert.deepEqual(await find({ targetsFile: "/t.yaml" }, home, homeFile), ["home https://home.test:6443"]);
  });
});

describe("contexts", () => {
  test("each is a cluster of its own, from several files", async () => {
    const files = { "/a": kubeconfig("a"), "/b": kubeconfig("b", "c") };
    const config = { kubeconfigVariable: "/a:/b", contexts: ["c", "a"] };
    assert.deepEqual(await find(config, {}, files), ["c https://c.test:6443", "a https://a.test:6443"]);
  });

  test("one that is not there is told of, with all other problems", async () => {
    const problems = await find({ contexts: ["nope", "home", "nay"] }, home, homeFile);
    assert.equal(problems.length, 2, problems.join("\n"));
    assert.match(problems[0] ?? "", /nope/);
    assert.match(problems[1] ?? "", /nay/);
  });

  test("a kubeconfig by flag has to be there, and to have a context", async () => {
    assert.match((await find({ kubeconfigFlag: "/nowhere" }))[0] ?? "", /\/nowhere cannot be read/);
    assert.equal((await find({ kubeconfigFlag: "/empty" }, pod.env, { ...pod.files, "/empty": "" })).length, 1);
  });

  test("an empty KUBECONFIG is no kubeconfig: a file of targets can be all there is", async () => {
    const config = { kubeconfigVariable: "/empty", targetsFile: "/t" };
    assert.deepEqual(await find(config, home, { ...homeFile, "/empty": "" }), []);
  });

  test("one called as the targets of a file are is refused beside them", async () => {
    const config = { kubeconfigFlag: "/k", targetsFile: "/t.yaml" };
    assert.match(
      (await find(config, {}, { "/k": kubeconfig("static") }))[0] ?? "",
      /the cluster "static" has the name/,
    );
  });
});
