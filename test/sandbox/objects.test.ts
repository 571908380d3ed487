import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Sandbox, startSandbox } from "../../src/sandbox/cluster.ts";
import { kinds } from "../../src/sandbox/kinds.ts";
import { parseObjectPath } from "../../src/sandbox/object-path.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { ask, type Loose, type RequestOptions } from "./client.ts";

describe("paths of objects", () => {
  test("name a kind, a namespace, an object and what is below it", () => {
    const read = (path: string) => {
      const { kind, ...rest } = parseObjectPath(path) ?? {};
      return [kind?.kind, rest];
    };
    assert.deepEqual(read("/api/v1/namespaces"), ["Namespace", {}]);
    assert.deepEqual(read("/api/v1/namespaces/x"), ["Namespace", { name: "x" }]);
    assert.deepEqual(read("/api/v1/secrets"), ["Secret", {}]);
    assert.deepEqual(read("/api/v1/namespaces/x/secrets"), ["Secret", { namespace: "x" }]);
    assert.deepEqual(read("/api/v1/namespaces/x/serviceaccounts/y/token"), [
      "ServiceAccount",
      { namespace: "x", name: "y", subresource: "token" },
    ]);
    assert.deepEqual(read("/apis/apps/v1/namespaces/x/deployments/y"), ["Deployment", { namespace: "x", name: "y" }]);
    assert.deepEqual(read("/apis/rbac.authorization.k8s.io/v1/clusterroles/y"), ["ClusterRole", { name: "y" }]);
  });

  test("of other kinds are none", () => {
    for (const path of [
      ...["/", "/api", "/apis/apps/v1", "/api/v1/nodes", "/api/v1/pods", "/apis/apps/v2/deployments", "/x/v1/secrets"],
      ...["/api/v1/secrets/x", "/api/v1/namespaces/x/clusterroles", "/api/v1/namespaces/x/secrets/y/z/more"],
    ]) {
      assert.equal(parseObjectPath(path), undefined, path);
    }
  });
});

describe("objects beside the nodes", () => {
  const clock = new FakeClock();
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ nodes: 1, clock });
  });
  after(() => sandbox.stop());

  async function answer(path: string, options: RequestOptions = {}): Promise<{ status: number; body: Loose }> {
    const { status, text } = await ask(sandbox, path, { token: sandbox.adminToken, ...options });
    return { status, body: JSON.parse(text) };
  }
  const post = (path: string, body: object, token = sandbox.adminToken) =>
    answer(path, { method: "POST", body, token });
  const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
  const bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
  const accounts = "/api/v1/namespaces/default/serviceaccounts";

  const role = (name: string, verbs: string[]) => ({
    kind: "ClusterRole",
    metadata: { name },
    rules: [{ apiGroups: [""], resources: ["nodes"], verbs }],
  });

  /** A token of an account that is bound to a role of its name. */
  async function account(name: string, verbs: string[]): Promise<string> {
    await post(accounts, { kind: "ServiceAccount", metadata: { name } });
    await post(roles, role(name, verbs));
    await post(bindings, {
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name, namespace: "default" }],
    });
    const { status, body } = await post(`${accounts}/${name}/token`, { spec: { expirationSeconds: 600 } });
    assert.equal(status, 201);
    return body.status.token;
  }

  const secret = (name: string, more: object = {}) => ({ kind: "Secret", metadata: { name }, ...more });
  const secrets = "/api/v1/namespaces/default/secrets";

  test("are made, read, listed, replaced, patched and deleted", async () => {
    const made = await post(secrets, secret("one", { stringData: { a: "b" }, data: { c: "ZA==" } }));
    assert.equal(made.status, 201);
    assert.deepEqual(made.body.data, { c: "ZA==", a: "Yg==" });
    assert.equal(made.body.stringData, undefined);
    assert.equal((await post(secrets, secret("one"))).body.reason, "AlreadyExists");
    assert.deepEqual((await answer(`${secrets}/one`)).body, made.body);
    const listed = (await answer("/api/v1/secrets")).body;
    assert.deepEqual([listed.kind, listed.items.map((item: Loose) => item.metadata.name)], ["SecretList", ["one"]]);
    await post(secrets, { kind: "Secret", metadata: { name: "labelled", labels: { a: "b" } } });
    const selected = async (selector: string) =>
      (await answer(`${secrets}?labelSelector=${selector}`)).body.items.map((item: Loose) => item.metadata.name);
    assert.deepEqual([await selected("a=b"), await selected("a!=b")], [["labelled"], ["one"]]);
    await answer(`${secrets}/labelled`, { method: "DELETE" });
    const put = await answer(`${secrets}/one`, { method: "PUT", body: secret("one", { data: { e: "Zg==" } }) });
    assert.deepEqual([put.body.data, put.body.metadata.uid], [{ e: "Zg==" }, made.body.metadata.uid]);
    const stale = { ...made.body, data: {} };
    assert.equal((await answer(`${secrets}/one`, { method: "PUT", body: stale })).body.reason, "Conflict");
    for (const [type, patch, data] of [
      ["merge", { data: { g: "aA==" } }, { e: "Zg==", g: "aA==" }],
      ["strategic-merge", { data: { $patch: "replace", i: "ag==" } }, { i: "ag==" }],
    ] as const) {
      const contentType = `application/${type}-patch+json`;
      const { body } = await answer(`${secrets}/one`, { method: "PATCH", contentType, body: patch });
      assert.deepEqual(body.data, data);
    }
    assert.equal((await answer(`${secrets}/one`, { method: "DELETE" })).body.status, "Success");
    assert.equal((await answer(`${secrets}/one`)).body.message, 'secrets "one" not found');
  });

  test("what cannot be done is refused in words", async () => {
    const message = async (path: string, options: RequestOptions) => (await answer(path, options)).body.message;
    assert.match(await message(secrets, { method: "POST", body: { kind: "Pod" } }), /no Secret/);
    assert.match(await message(secrets, { method: "POST", body: { kind: "Secret", metadata: {} } }), /metadata\.name/);
    const missing = "/apis/apps/v1/namespaces/nowhere/deployments";
    const body = { kind: "Deployment", metadata: { name: "x" } };
    assert.match(await message(missing, { method: "POST", body }), /namespaces "nowhere" not found/);
    assert.match(await message(`${missing}/x`, {}), /deployments\.apps "x" not found/);
    await post(roles, role("patched", ["get"]));
    const contentType = "application/strategic-merge-patch+json";
    assert.match(
      await message(`${roles}/patched`, { method: "PATCH", contentType, body: role("patched", []) }),
      /no lists/,
    );
    assert.match(await message(`${secrets}?fieldSelector=type=x`, {}), /selects nodes by fields/);
    assert.match(await message(`${secrets}?labelSelector=,,(`, {}), /unable to parse/);
    assert.equal((await answer(secrets, { method: "DELETE" })).status, 405);
    assert.equal((await answer(`${secrets}/x/status`)).status, 404);
  });

  test("a trial keeps nothing; a namespace takes what is in it along", async () => {
    assert.equal((await post(`${secrets}?dryRun=All`, secret("trial"))).status, 201);
    assert.equal((await answer(`${secrets}/trial`)).status, 404);
    await post("/api/v1/namespaces", { kind: "Namespace", metadata: { name: "brief" } });
    await post("/api/v1/namespaces/brief/secrets", secret("inside"));
    assert.equal((await answer("/api/v1/namespaces/brief", { method: "DELETE" })).status, 200);
    assert.deepEqual((await answer("/api/v1/secrets")).body.items, []);
  });

  test("two namespaces are there from the start and stay; each is labelled with its name, and Active", async () => {
    const { items } = (await answer("/api/v1/namespaces")).body;
    assert.deepEqual(
      items.map((item: Loose) => item.metadata.name),
      ["default", "kube-system"],
    );
    for (const name of ["default", "kube-system"]) {
      const refused = await answer(`/api/v1/namespaces/${name}`, { method: "DELETE" });
      const message = `namespaces "${name}" is forbidden: this namespace may not be deleted`;
      assert.deepEqual([refused.status, refused.body.message], [403, message]);
    }
    await post(secrets, secret("default"));
    assert.equal((await answer(`${secrets}/default`, { method: "DELETE" })).status, 200);
    const { body } = await post("/api/v1/namespaces", {
      kind: "Namespace",
      metadata: { name: "new", labels: { a: "b" } },
    });
    assert.deepEqual(body.metadata.labels, { a: "b", "kubernetes.io/metadata.name": "new" });
    assert.deepEqual([body.spec, body.status], [{ finalizers: ["kubernetes"] }, { phase: "Active" }]);
    await answer("/api/v1/namespaces/new", { method: "DELETE" });
  });

  test("their kinds are told in OpenAPI v2, in protobuf and in nothing else", async () => {
    const as = (accept: string) => ask(sandbox, "/openapi/v2", { token: sandbox.adminToken, headers: { accept } });
    const { status, headers, text } = await as("application/com.github.proto-openapi.spec.v2@v1.0+protobuf");
    assert.deepEqual(
      [status, headers["content-type"]],
      [200, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"],
    );
    const told = [...text.matchAll(/x-kubernetes-group-version-kind[^[]*(\[\{[^\]]*\}\])/g)];
    assert.deepEqual(
      told.flatMap(([, json = ""]) => JSON.parse(json)),
      kinds.map(({ group, kind, version }) => ({ group, kind, version })),
    );
    assert.equal((await as("application/json")).status, 406);
    assert.equal((await ask(sandbox, "/openapi/v2", {})).status, 401);
  });

  test("a role decides what an account may do with nodes, from one request to the next", async () => {
    const token = await account("reader", ["list"]);
    const nodes = () => answer("/api/v1/nodes", { token });
    assert.equal((await nodes()).status, 200);
    const { status, body } = await answer("/api/v1/nodes/a-ash", { token });
    assert.equal(status, 403);
    const user = "system:serviceaccount:default:reader";
    const where = 'resource "nodes" in API group "" at the cluster scope';
    assert.equal(body.message, `nodes "a-ash" is forbidden: User "${user}" cannot get ${where}`);
    const refused = await answer("/apis/apps/v1/namespaces/default/deployments", { token });
    const deployments = 'resource "deployments" in API group "apps" in the namespace "default"';
    assert.equal(refused.body.message, `deployments.apps is forbidden: User "${user}" cannot list ${deployments}`);
    assert.equal((await post(`${accounts}/reader/token`, {}, token)).status, 403);
    await answer(`${roles}/reader`, { method: "DELETE" });
    assert.equal((await nodes()).status, 403);
    await post(roles, role("reader", ["list"]));
    assert.equal((await nodes()).status, 200);
  });

  test("a token ends with its time, and with its account", async () => {
    const first = await account("brief", ["list"]);
    const status = async (token: string) => (await answer("/api/v1/nodes", { token })).status;
    assert.equal(await status(first), 200);
    await clock.advance(600_000);
    assert.equal(await status(first), 401);
    const { body } = await post(`${accounts}/brief/token`, {});
    assert.equal(await status(body.status.token), 200);
    await answer(`${accounts}/brief`, { method: "DELETE" });
    await post(accounts, { kind: "ServiceAccount", metadata: { name: "brief" } });
    assert.equal(await status(body.status.token), 401);
    assert.equal((await post(`${accounts}/nobody/token`, {})).status, 404);
    assert.equal((await post(`${accounts}/brief/token`, { spec: { expirationSeconds: 1 } })).status, 400);
  });

  test("everybody may ask what he may do", async () => {
    const token = await account("asker", ["list"]);
    const review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    const may = async (attributes: object, by = token) => {
      const { body } = await post(review, { spec: { resourceAttributes: attributes } }, by);
      return body.status.allowed;
    };
    assert.equal(await may({ verb: "list", resource: "nodes" }), true);
    assert.equal(await may({ verb: "watch", resource: "nodes" }), false);
    assert.equal(await may({ verb: "list", resource: "secrets", namespace: "default" }), false);
    assert.equal(await may({ verb: "delete", resource: "secrets" }, sandbox.adminToken), true);
    assert.equal(await may({ verb: "list", resource: "nodes" }, sandbox.readerToken), true);
    const rules = await post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", { spec: {} }, token);
    const expected = [{ verbs: ["list"], apiGroups: [""], resources: ["nodes"] }];
    assert.deepEqual(rules.body.status.resourceRules, expected);
  });
});
