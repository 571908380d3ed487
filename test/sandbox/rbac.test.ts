import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allows, type Rule, rulesOf } from "../../src/sandbox/rbac.ts";

const rule = (verbs: string, resources: string, apiGroups = "", resourceNames = ""): Rule => {
  const list = (text: string) => text.split(" ");
  return {
    verbs: list(verbs),
    resources: list(resources),
    apiGroups: list(apiGroups),
    resourceNames: resourceNames === "" ? [] : list(resourceNames),
  };
};

const ask = (verb: string, resource: string, more: { group?: string; subresource?: string; name?: string } = {}) => ({
  verb,
  resource,
  group: "",
  ...more,
});

describe("rules", () => {
  const reader = [rule("get list watch", "nodes")];

  test("allow what they name and nothing else", () => {
    for (const verb of ["get", "list", "watch"]) assert.equal(allows(reader, ask(verb, "nodes")), true, verb);
    for (const verb of ["create", "update", "patch", "delete", "deletecollection", "*", ""]) {
      assert.equal(allows(reader, ask(verb, "nodes")), false, verb);
    }
    assert.equal(allows(reader, ask("get", "secrets")), false);
    assert.equal(allows(reader, ask("get", "nodes", { group: "apps" })), false);
    assert.equal(allows(reader, ask("get", "nodes", { subresource: "proxy" })), false);
    assert.equal(allows([], ask("get", "nodes")), false);
  });

  test("with stars allow all of a kind", () => {
    assert.equal(allows([rule("*", "*", "*")], ask("delete", "secrets", { group: "x", subresource: "y" })), true);
    assert.equal(allows([rule("*", "*", "")], ask("get", "deployments", { group: "apps" })), false);
    assert.equal(allows([rule("get", "*/status")], ask("get", "nodes", { subresource: "status" })), true);
    assert.equal(allows([rule("get", "*/status")], ask("get", "nodes")), false);
    assert.equal(allows([rule("get", "nodes/status")], ask("get", "nodes", { subresource: "status" })), true);
  });

  test("with names allow those alone, and no list", () => {
    const named = [rule("get list", "nodes", "", "a b")];
    assert.equal(allows(named, ask("get", "nodes", { name: "a" })), true);
    assert.equal(allows(named, ask("get", "nodes", { name: "c" })), false);
    assert.equal(allows(named, ask("list", "nodes")), false);
  });
});

describe("what an account may do", () => {
  const roles = ["one", "two"].map((name) => ({
    metadata: { name },
    rules: [{ verbs: ["get"], apiGroups: [""], resources: [name] }],
  }));
  const inGroup = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole" };
  const binding = (role: string, subject: object, ref: object = inGroup) => ({
    roleRef: { ...ref, name: role },
    subjects: [{ ...subject }],
  });
  const account = { namespace: "here", name: "me" };
  const of = (bindings: ReturnType<typeof binding>[]) =>
    rulesOf(account, roles, bindings).map((one) => one.resources[0]);

  test("comes from bindings by its name, as a user, or by a group", () => {
    assert.deepEqual(of([binding("one", { kind: "ServiceAccount", ...account })]), ["one"]);
    assert.deepEqual(of([binding("two", { kind: "User", name: "system:serviceaccount:here:me" })]), ["two"]);
    for (const name of ["system:authenticated", "system:serviceaccounts", "system:serviceaccounts:here"]) {
      assert.deepEqual(of([binding("one", { kind: "Group", name })]), ["one"], name);
    }
  });

  test("and from no other", () => {
    assert.deepEqual(of([]), []);
    assert.deepEqual(of([binding("one", { kind: "ServiceAccount", namespace: "there", name: "me" })]), []);
    assert.deepEqual(of([binding("one", { kind: "ServiceAccount", name: "me" })]), []);
    assert.deepEqual(of([binding("one", { kind: "Group", name: "system:serviceaccounts:there" })]), []);
    const me = { kind: "ServiceAccount", ...account };
    assert.deepEqual(of([binding("one", me, { ...inGroup, kind: "Role" })]), []);
    assert.deepEqual(of([binding("one", me, { ...inGroup, apiGroup: "other" })]), []);
    assert.deepEqual(of([binding("one", me, {})]), []);
    assert.deepEqual(of([binding("one", me, { kind: "ClusterRole" })]), ["one"]);
    assert.deepEqual(of([binding("three", { kind: "ServiceAccount", ...account })]), []);
    assert.deepEqual(rulesOf(account, [{}, { rules: "x" }], [{}, { subjects: [null, "x"] }]), []);
  });
});
