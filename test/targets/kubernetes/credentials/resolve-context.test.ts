import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stringify } from "yaml";
import { loadKubeconfig } from "../../../../src/targets/kubernetes/credentials/load-kubeconfig.ts";
import {
  type ResolvedContext,
  resolveContext,
} from "../../../../src/targets/kubernetes/credentials/resolve-context.ts";
import { base64, firstPem } from "../../../config/certificates.ts";
import { Files } from "./files.ts";

type Fields = Record<string, unknown>;

const server = "https://192.0.2.1:6443";
const encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\ns3cr3t\n-----END ENCRYPTED PRIVATE KEY-----\n";

function text(cluster: Fields, user: Fields, context: Fields = { cluster: "c", user: "u" }): string {
  return stringify({
    "current-context": "x",
    contexts: [{ name: "x", context }],
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user }],
  });
}

async function resolve(
  config: string,
  { name, files = new Files(), env = {} }: { name?: string; files?: Files; env?: Record<string, string> } = {},
): Promise<ResolvedContext> {
  files.texts.set("/etc/k/config", config);
  const loaded = await loadKubeconfig({ flag: ["/etc/k/config"], readFile: files.read });
  assert.ok("kubeconfig" in loaded, JSON.stringify(loaded));
  return resolveContext(loaded.kubeconfig, name, { env, readFile: files.read });
}

async function problemsOf(config: string, name?: string): Promise<readonly string[]> {
  const resolved = await resolve(config, name === undefined ? {} : { name });
  assert.ok("problems" in resolved, "it is taken");
  return resolved.problems;
}

async function accessOf(config: string, env: Record<string, string> = {}, files = new Files()) {
  const resolved = await resolve(config, { env, files });
  assert.ok("access" in resolved, JSON.stringify(resolved));
  return resolved.access;
}

describe("a context", () => {
  test("knows its name, its cluster's, and where it is from", async () => {
    const access = await accessOf(text({ server }, {}));
    assert.deepEqual([access.contextName, access.clusterName], ["x", "c"]);
    assert.equal(access.origin, 'context "x" of /etc/k/config');
  });

  test("has every problem told at once, each with its place", async () => {
    const problems = await problemsOf(
      text(
        { server: "ftp://a", "certificate-authority": "gone.crt", "proxy-url": "socks5://p" },
        { token: 12, "as-groups": ["x"], exec: { command: "" }, "auth-provider": {} },
      ),
    );
    for (const [start, words] of [
      ['cluster "c" in /etc/k/config: ', "server is no http(s) URL; write it like https://192.0.2.1:6443"],
      ['user "u" in /etc/k/config: ', "token is a number where text should be; put it in quotes"],
      ['user "u" in /etc/k/config: ', "as-uid, as-groups or as-user-extra is given without as, the user to be"],
      ['user "u" in /etc/k/config: exec: ', "command is missing: name the plugin's program"],
      ['user "u" in /etc/k/config: exec: ', "apiVersion is missing; write client.authentication.k8s.io/v1 or"],
      ['user "u" in /etc/k/config: ', "auth-provider is what kubectl no longer has"],
    ] as const) {
      assert.ok(
        problems.some((problem) => problem.startsWith(start + words)),
        `${start}${words}\nis not among\n${problems.join("\n")}`,
      );
    }
    assert.equal(problems.length, 6);
  });

  test("that is not there is told with what is meant, or what there is", async () => {
    const config = text({ server }, {});
    assert.deepEqual(await problemsOf(config, "produktion"), [
      '/etc/k/config: the context "produktion" is not there; it has "x"',
    ]);
    const named = config.replaceAll(/\bx\b/g, "production");
    assert.match((await problemsOf(named, "prodcution")).join(), /did you mean production\?$/);
    assert.match(
      (await problemsOf(named.replace("current-context: production", ""))).join(),
      /no current-context is set/,
    );
  });

  test("that is two with a comma between them is told with how to write two", async () => {
    const two = text({ server }, {}).replace(
      "contexts:",
      "contexts:\n  - { name: y, context: { cluster: c, user: u } }",
    );
    assert.deepEqual(await problemsOf(two, "x,y"), [
      '/etc/k/config: the context "x,y" is not there; several are written --context x --context y',
    ]);
    assert.match((await problemsOf(two, "x,unknown")).join(), /; it has "y", "x"$/);
  });

  test("where there is no kubeconfig says where it was looked for", async () => {
    const files = new Files();
    for (const [homeDir, looked] of [
      ["/home/me", "looked for /home/me/.kube/config"],
      [undefined, "neither KUBECONFIG nor HOME is set"],
    ] as const) {
      const loaded = await loadKubeconfig({ homeDir, readFile: files.read });
      assert.ok("kubeconfig" in loaded);
      const resolved = resolveContext(loaded.kubeconfig, undefined, { env: {}, readFile: files.read });
      assert.deepEqual(resolved, { problems: [`no kubeconfig is there (${looked})`] });
    }
  });

  test("without a user is nobody; without a cluster it is nothing", async () => {
    const access = await accessOf(text({ server }, {}, { cluster: "c" }));
    assert.deepEqual([access.authorization, access.impersonation], [{ from: "none" }, {}]);
    assert.deepEqual(await problemsOf(text({ server }, {}, { user: "u" })), [
      'context "x" in /etc/k/config: it names no cluster',
    ]);
    assert.match(
      (await problemsOf(text({ server }, {}, { cluster: "cc" }))).join(),
      /which is not there; did you mean c\?$/,
    );
  });
});

describe("a field that cannot be used", () => {
  for (const [what, cluster, user, problem] of [
    ["user and password in the server", { server: "https://me:s3cr3t@a" }, {}, /server has a user or password in it/],
    ["a space in the server", { server: "https://a b" }, {}, /server is no http\(s\) URL/],
    ["a number for the server", { server: 1 }, {}, /server is a number where text should be/],
    ["a list for the server", { server: ["https://a"] }, {}, /server is a list where text should be$/m],
    ["a missing CA file", { "certificate-authority": "gone" }, {}, /cannot be read: ENOENT.*\/etc\/k\/gone/],
    ["a CA that is none", { "certificate-authority-data": base64("x") }, {}, /-data holds no certificate in PEM/],
    [
      "PEM for base64",
      { "certificate-authority-data": firstPem },
      {},
      /it is PEM itself, which belongs there in base64/,
    ],
    ["words for a boolean", { "insecure-skip-tls-verify": "maybe" }, {}, /is neither true nor false/],
    ["SOCKS", { "proxy-url": "socks5://127.0.0.1:1080" }, {}, /proxy-url is a SOCKS proxy, which PinGo does not speak/],
    ["a proxy without a scheme", { "proxy-url": "127.0.0.1:3128" }, {}, /proxy-url is no URL of an HTTP proxy/],
    ["a token with a space", {}, { token: "s3cr3t token" }, /user "u".*: token has a space/],
    ["a token file that is not there", {}, { tokenFile: "gone" }, /tokenFile cannot be read: ENOENT.*\/etc\/k\/gone/],
    ["a colon in a username", {}, { username: "a:b", password: "s3cr3t" }, /username has a colon in it/],
    ["a certificate that is none", {}, pair("s3cr3t", "s3cr3t"), /the certificate is none that can be read/],
    ["a key that is none", {}, pair(firstPem, "s3cr3t"), /the key is none that can be read/],
    ["an encrypted key", {}, pair(firstPem, encrypted), /the key is encrypted, and nobody is there to type/],
    ["groups that are no list", {}, { as: "a", "as-groups": "b" }, /as-groups is not a list of texts/],
    ["a line end in a name", {}, { as: "a\r\nX: y" }, /has a character that no HTTP header carries/],
    ["a plugin that asks", {}, plugin({ interactiveMode: "Always" }), /PinGo has none to give/],
    ["a plugin in an unknown mode", {}, plugin({ interactiveMode: "Maybe" }), /interactiveMode is not one of Never,/],
    ["a plugin of an unknown version", {}, plugin({ apiVersion: "v1" }), /apiVersion is not one that is known here/],
    ["a plugin with a wrong env", {}, plugin({ env: [{ value: "x" }] }), /env has a variable without a proper name/],
    ["a plugin whose env is an object", {}, plugin({ env: { A: "b" } }), /exec: env is not a list of objects/],
    ["a plugin with NUL", {}, plugin({ args: ["a\0b"] }), /a NUL character is in its command/],
    ["a plugin that is no object", {}, { exec: "aws" }, /exec is a text, not an object/],
  ] as const) {
    test(what, async () => {
      const problems = await problemsOf(text({ server, ...cluster }, user));
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems.join(), problem);
      assert.ok(!problems.join().includes("s3cr3t"), "a secret is shown");
    });
  }
});

describe("a plugin's command", () => {
  for (const [written, found] of [
    ["aws", "aws"],
    ["./aws", "/etc/k/aws"],
    ["../bin/aws", "/etc/bin/aws"],
    ["bin/aws", "/etc/k/bin/aws"],
    ["/usr/bin/aws", "/usr/bin/aws"],
  ] as const) {
    test(`${written} is ${found}`, async () => {
      const { authorization } = await accessOf(text({ server }, plugin({ command: written })));
      assert.equal(authorization.from === "exec" && authorization.plugin.command, found);
    });
  }
});

test("the proxy is the cluster's own, else the environment's", async () => {
  const env = { HTTPS_PROXY: "env.example:3128" };
  const own = await accessOf(text({ server, "proxy-url": "http://own.example:1" }, {}), env);
  assert.equal(own.proxy?.host, "own.example:1");
  assert.equal((await accessOf(text({ server }, {}), env)).proxy?.host, "env.example:3128");
  assert.equal((await accessOf(text({ server }, {}))).proxy, undefined);
});

test("booleans are read as kubectl's YAML has them", async () => {
  for (const [word, insecure] of [
    ["yes", true],
    ["on", true],
    ["True", true],
    ["no", false],
    ["off", false],
  ] as const) {
    const config = text({ server, "insecure-skip-tls-verify": "WORD" }, {}).replace("WORD", word);
    assert.equal((await accessOf(config)).tls.insecure, insecure, word);
  }
});

function pair(cert: string, key: string): Fields {
  return { "client-certificate-data": base64(cert), "client-key-data": base64(key) };
}

function plugin(parts: Fields): Fields {
  return { exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command: "aws", ...parts } };
}
