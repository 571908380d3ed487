import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SourceConfig } from "../../src/config/config.ts";
import { kubectlFace, pingoFace } from "../../src/config/face.ts";
import { findClusters } from "../../src/config/find-clusters.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { firstPem as caPem } from "./certificates.ts";

const kubeconfig = `
current-context: one
contexts:
  - { name: one, context: { cluster: a, user: alice } }
  - { name: two, context: { cluster: b } }
clusters:
  - { name: a, cluster: { server: "https://a.example:6443", tls-server-name: inner, certificate-authority: ca.pem } }
  - { name: b, cluster: { server: "https://b.example:6443" } }
users:
  - { name: alice, user: { username: alice, password: old-secret } }
  - { name: bob, user: { token: bobs } }
`;

const files: Record<string, string> = {
  "/k/config": kubeconfig,
  "/k/options": "context: [two]\nkubeconfig: /k/none\n",
  "/k/ca.pem": caPem,
  [`${process.cwd()}/own.pem`]: caPem,
};

function sources(env: Record<string, string>) {
  const readFile = (path: string) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
    return text;
  };
  return { env, readFile };
}

/** What `kubectl pingo LINE` would ask. */
async function asked(line: string, env: Record<string, string> = { KUBECONFIG: "/k/config" }) {
  const from = sources(env);
  const read = readConfig(line.split(" "), from, kubectlFace);
  if (read.want !== "run") return { problems: "problems" in read ? read.problems : [read.want] };
  const found = await findClusters(read.config.sources as SourceConfig, from);
  if ("problems" in found) return found;
  const [cluster] = found.clusters;
  assert.ok(cluster !== undefined);
  return { ...cluster.access, cluster: cluster.cluster };
}

async function access(line: string, env?: Record<string, string>) {
  const answer = await asked(line, env);
  assert.ok(!("problems" in answer), JSON.stringify(answer));
  return answer;
}

describe("kubectl pingo", () => {
  test("is check, of the kubeconfig's current context", async () => {
    const read = readConfig([], sources({}), kubectlFace);
    assert.equal(read.want === "run" && read.command, "check");
    const { contextName, server, authorization } = await access("check");
    assert.deepEqual([contextName, server.host], ["one", "a.example:6443"]);
    assert.deepEqual(authorization, { from: "basic", username: "alice", password: "old-secret" });
  });

  test("does not mind the variables by which an API is named to PinGo alone", async () => {
    const { server } = await access("check", {
      KUBECONFIG: "/k/config",
      PINGO_API: "https://other.example",
      PINGO_TOKEN: "t",
      PINGO_CONTEXT: "two",
    });
    assert.equal(server.host, "a.example:6443");
  });

  test("does not go where a file of options would lead PinGo", async () => {
    const { server } = await access("check --config /k/options", { KUBECONFIG: "/k/config" });
    assert.equal(server.host, "a.example:6443");
  });

  test("takes another cluster and another user of the kubeconfig", async () => {
    const { server, authorization } = await access("check --cluster b --user bob");
    assert.deepEqual([server.host, authorization], ["b.example:6443", { from: "value", token: "bobs" }]);
  });

  test("takes another server, which has a name of its own", async () => {
    const { server, tls } = await access("check -s https://192.0.2.1:6443");
    assert.deepEqual([server.host, tls.serverName], ["192.0.2.1:6443", ""]);
    const named = await access("check --server=https://192.0.2.1:6443 --tls-server-name outer");
    assert.equal(named.tls.serverName, "outer");
  });

  test("takes a token in the place of name and password, also of a context without a user", async () => {
    for (const line of ["check --token abc", "check --context two --token=abc"]) {
      assert.deepEqual((await access(line)).authorization, { from: "value", token: "abc" });
    }
  });

  test("takes a CA from the working folder, and none where nothing is to be checked", async () => {
    const { tls } = await access("check --certificate-authority own.pem");
    assert.deepEqual(tls.ca, { from: "file", path: `${process.cwd()}/own.pem` });
    const open = (await access("check --insecure-skip-tls-verify=true")).tls;
    assert.deepEqual([open.ca, open.insecure], [undefined, true]);
  });

  test("acts as another, in several groups", async () => {
    const { impersonation } = await access("check --as jane --as-group dev --as-group ops");
    assert.deepEqual(impersonation, { "Impersonate-User": "jane", "Impersonate-Group": ["dev", "ops"] });
  });

  test("needs no kubeconfig where a server is named", async () => {
    const { cluster, server, authorization } = await access("check --server https://192.0.2.1:6443 --token abc", {});
    assert.deepEqual([cluster, server.host], ["192.0.2.1:6443", "192.0.2.1:6443"]);
    assert.deepEqual(authorization, { from: "value", token: "abc" });
  });

  for (const [line, said] of [
    ["check --cluster c", /names the cluster "c", which is not there/],
    ["check --user carol --token abc", /names the user "carol", which is not there/],
    ["check --context three --token abc", /the context "three" is not there/],
    ["check --context one --context two --token abc", /^--token: of which of several contexts/],
    ["check -n kube-system", /^-n is no option of "kubectl pingo": nodes are in no namespace/],
    ["check --all-namespaces", /^--all-namespaces is no option .* no namespace/],
    ["check --password hunter2", /^--password is no option of "kubectl pingo": put name and password/],
    ["check --api https://192.0.2.1", /^--api is no option of "kubectl pingo"; say --server, as kubectl does/],
    ["check --ca-file x", /^--ca-file is no option .*; say --certificate-authority/],
    ["top --server https://192.0.2.1", /^--server is not an option of "kubectl pingo top"/],
  ] as const) {
    test(`refuses "${line}" and says why`, async () => {
      const answer = await asked(line);
      assert.ok("problems" in answer);
      assert.match(answer.problems.join("\n"), said);
      assert.ok(!answer.problems.join().includes("hunter2"));
    });
  }

  test("leaves --user to top, which means something else by it", () => {
    const read = readConfig(["top", "--user", "me:secret"], sources({}), kubectlFace);
    assert.ok(read.want === "run");
    assert.equal(read.config.top.user, "me:secret");
  });

  test("is alone in taking kubectl's flags", () => {
    const read = readConfig(["check", "--cluster", "a"], sources({ KUBECONFIG: "/k/config" }), pingoFace);
    assert.deepEqual(read.want === "nothing" && read.problems, ["--cluster is not an option"]);
  });
});
