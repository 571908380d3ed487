import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Entries, Kubeconfig } from "../../../../src/targets/kubernetes/credentials/kubeconfig.ts";
import { loadKubeconfig } from "../../../../src/targets/kubernetes/credentials/load-kubeconfig.ts";
import { readBoundedFile } from "../../../../src/targets/kubernetes/credentials/read-bounded-file.ts";
import { skipWithout } from "../../../support/need.ts";
import { Files } from "./files.ts";

const first = `
current-context: shared
contexts:
- {name: shared, context: {cluster: red, user: me}}
- {name: mine, context: {cluster: red, user: me, namespace: kube-system}}
clusters:
- {name: red, cluster: {server: "https://first.example", certificate-authority: pki/ca.crt}}
users:
- {name: me, user: {token: first, tokenFile: ../token}}
`;

const second = `
current-context: other
contexts:
- {name: shared, context: {cluster: blue, user: them}}
- {name: other, context: {cluster: blue, user: them}}
clusters:
- {name: red, cluster: {server: "https://second.example", tls-server-name: second}}
- {name: blue, cluster: {server: "https://blue.example", certificate-authority: /abs/ca.crt}}
users:
- {name: me, user: {username: second, password: second}}
- {name: them, user: {client-certificate: c.crt, client-key: k.key}}
`;

async function load(files: Files, variable?: string, flag: readonly string[] = []) {
  return loadKubeconfig({ flag, variable, homeDir: "/home/me", readFile: files.read });
}

async function loaded(files: Files, variable?: string, flag?: readonly string[]): Promise<Kubeconfig> {
  const result = await load(files, variable, flag);
  assert.ok("kubeconfig" in result, JSON.stringify(result));
  return result.kubeconfig;
}

async function problemsOf(files: Files, variable?: string, flag?: readonly string[]): Promise<readonly string[]> {
  const result = await load(files, variable, flag);
  assert.ok("problems" in result);
  return result.problems;
}

describe("where a kubeconfig is looked for", () => {
  test("in the home folder, where nothing else is said", async () => {
    for (const variable of [undefined, "", ":"]) {
      const files = new Files({ "/home/me/.kube/config": first });
      assert.deepEqual((await loaded(files, variable)).files, ["/home/me/.kube/config"]);
    }
  });

  test("nowhere, which is no problem as long as nobody names a file", async () => {
    const kubeconfig = await loaded(new Files());
    assert.deepEqual([kubeconfig.files, kubeconfig.missing], [[], ["/home/me/.kube/config"]]);
    assert.deepEqual([kubeconfig.currentContext, kubeconfig.contexts.size], ["", 0]);
  });

  test("in every file of KUBECONFIG that is there, each once, and not at home", async () => {
    const files = new Files({ "/a": first, "/b": second, "/home/me/.kube/config": first });
    const kubeconfig = await loaded(files, ":/a::/gone:/b:/a:");
    assert.deepEqual([kubeconfig.files, kubeconfig.missing], [["/a", "/b"], ["/gone"]]);
    assert.equal(files.reads, 3);
  });

  test("in the flag's file alone, which has to be there", async () => {
    const files = new Files({ "/a": first, "/b": second });
    assert.deepEqual((await loaded(files, "/a", ["/b"])).files, ["/b"]);
    assert.deepEqual(await problemsOf(files, "/a", ["/gone"]), [
      "the kubeconfig /gone cannot be read (ENOENT: no such file or directory); is the path right?",
    ]);
  });
});

describe("several kubeconfigs", () => {
  test("are one: the first to name a thing wins, and nothing is mixed", async () => {
    const kubeconfig = await loaded(new Files({ "/x/a": first, "/y/b": second }), "/x/a:/y/b");
    assert.equal(kubeconfig.currentContext, "shared");
    assert.deepEqual(kubeconfig.contexts.get("shared")?.fields, { cluster: "red", user: "me" });
    assert.deepEqual(kubeconfig.users.get("me")?.fields, { token: "first", tokenFile: "../token" });
    assert.equal(kubeconfig.clusters.get("blue")?.file, "/y/b");
    assert.deepEqual([...kubeconfig.contexts.keys()].toSorted(), ["mine", "other", "shared"]);
  });

  test("are told of in the order in which they are named", async () => {
    const kubeconfig = await loaded(new Files({ "/x/a": first, "/y/b": second }), "/x/a:/y/b");
    assert.deepEqual([...kubeconfig.contexts.keys()], ["shared", "mine", "other"]);
    assert.deepEqual([...kubeconfig.users.keys()], ["me", "them"]);
  });

  test("take the current context from the first that has one", async () => {
    const files = new Files({ "/a": "", "/b": "current-context: ''", "/c": "current-context: c", "/d": second });
    assert.equal((await loaded(files, "/a:/b:/c:/d")).currentContext, "c");
  });

  test("tell of every problem of every file at once, with the file's name", async () => {
    const files = new Files({ "/a": "{", "/b": "clusters: {}\nusers: x", "/c": "- 1", "/d": second });
    const problems = await problemsOf(files, "/a:/b:/c:/d");
    assert.equal(problems.length, 4, problems.join("\n"));
    assert.deepEqual(
      problems.map((problem) => problem.slice(0, 2)),
      ["/a", "/b", "/b", "/c"],
    );
  });
});

describe("a kubeconfig that is none", () => {
  for (const [what, text, problem] of [
    ["no YAML", "a: [", /^\/a is not YAML: .* at line 1, column \d+; "kubectl config view" would say more$/],
    ["a key twice", "users: []\nusers: []", /^\/a is not YAML: duplicate key at line 2, column 1;/],
    ["an alias to nothing", "users: *nobody", /^\/a is not YAML/],
    ["a text", "hello", /^\/a is no kubeconfig: it holds a text, not an object$/],
    ["a list", "[]", /^\/a is no kubeconfig: it holds a list, not an object$/],
    ["another kind", "kind: Pod\napiVersion: v1", /^\/a is no kubeconfig: its kind is not Config/],
    ["another version", "kind: Config\napiVersion: v2", /^\/a is no kubeconfig/],
    ["clusters by name", "clusters: {a: {server: x}}", /^\/a: clusters is an object, not a list$/],
    [
      "a number for a name",
      "users: [{name: 12}]",
      /^\/a: users\[0\] has a name that is a number where text should be; put it in quotes$/,
    ],
    [
      "a name twice",
      "users: [{name: a}, {name: a}]",
      /^\/a: users\[1\] has the name of another; kubectl takes no name/,
    ],
    ["a text for a cluster", "clusters: [{name: a, cluster: b}]", /^\/a: clusters\[0\] has a text as its cluster,/],
    ["a text for an item", "contexts: [a]", /^\/a: contexts\[0\] is a text, not an object$/],
    [
      "a boolean for a context",
      "current-context: true",
      /^\/a: current-context is a boolean where text should be; put it in quotes$/,
    ],
  ] as const) {
    test(`${what}`, async () => {
      const [found, ...more] = await problemsOf(new Files({ "/a": text }), "/a");
      assert.match(found ?? "", problem);
      assert.deepEqual(more, []);
    });
  }

  test("is not repeated: what stands there may be a token", async () => {
    for (const text of ["users: [{name: a, user: {token: s3cr3t", "s3cr3t", "users: *s3cr3t", 'token: "\\s3cr3t"']) {
      assert.ok(!(await problemsOf(new Files({ "/a": text }), "/a")).join().includes("s3cr3t"));
    }
  });

  test("because its aliases would fill the memory, or its levels the stack", async () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 12; level++) {
      lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(", ")}]`);
    }
    const deep = "[".repeat(50_000);
    for (const text of [lines.join("\n"), deep]) {
      assert.match((await problemsOf(new Files({ "/a": text }), "/a")).join(), /^\/a is not YAML/);
    }
  });

  test("because it is too big to be one", async () => {
    const text = `# ${"x".repeat(17 * 1024 * 1024)}`;
    assert.match(
      (await problemsOf(new Files({ "/a": text }), "/a")).join(),
      /^\/a is no kubeconfig: it has more than 16/,
    );
  });
});

test("an empty kubeconfig, one of comments and one of empty lists are empty", async () => {
  for (const text of ["", "# nothing\n", "clusters:\nusers: null\ncontexts: []", "\ufeff---\n...\n"]) {
    const kubeconfig = await loaded(new Files({ "/a": text }), "/a");
    assert.deepEqual([kubeconfig.files, kubeconfig.clusters.size], [["/a"], 0], text);
  }
});

test("of several documents in one file the first counts, as for kubectl", async () => {
  const kubeconfig = await loaded(new Files({ "/a": `${first}\n---\n${second}` }), "/a");
  assert.deepEqual([...kubeconfig.clusters.keys()], ["red"]);
});

describe("kubectl merges in the same way", { skip: skipWithout("kubectl") }, () => {
  for (const [what, order] of [
    ["two files", ["x/a", "y/b"]],
    ["two files the other way round", ["y/b", "x/a"]],
    ["an empty file and one that is not there between them", ["empty", "y/b", "gone", "x/a"]],
    ["a file twice", ["x/a", "x/a"]],
  ] as const) {
    test(what, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), "pingo-merge-"));
      t.after(() => rmSync(folder, { recursive: true, force: true }));
      for (const name of ["x", "y"]) mkdirSync(join(folder, name));
      for (const [name, text] of Object.entries({ "x/a": first, "y/b": second, empty: "" })) {
        writeFileSync(join(folder, name), text);
      }
      const variable = order.map((name) => join(folder, name)).join(":");
      const result = await loadKubeconfig({ variable, readFile: readBoundedFile });
      assert.ok("kubeconfig" in result);
      assert.deepEqual(asView(result.kubeconfig), view(variable, folder));
    });
  }
});

/** As kubectl shows what it merged. */
function view(variable: string, folder: string) {
  const args = ["config", "view", "--merge", "--raw", "-o", "json"];
  const { stdout, status } = spawnSync("kubectl", args, {
    env: { ...process.env, HOME: folder, KUBECONFIG: variable },
  });
  assert.equal(status, 0);
  const { clusters, users, contexts, ...rest } = JSON.parse(stdout.toString());
  return { clusters, users, contexts, current: rest["current-context"] };
}

/** The same of ours, by name as kubectl sorts them. */
function asView({ clusters, users, contexts, currentContext }: Kubeconfig) {
  const list = (entries: Entries, key: string) =>
    [...entries.values()]
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, fields }) => ({ name, [key]: fields }));
  return {
    clusters: list(clusters, "cluster"),
    users: list(users, "user"),
    contexts: list(contexts, "context"),
    current: currentContext,
  };
}
