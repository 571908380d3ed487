import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { stringify } from "yaml";
import { type Certificates, makeCertificates } from "../../../../src/sandbox/certificates.ts";
import { type Seen, seenByOracle, seenByPingo } from "./oracle.ts";

type Fields = Record<string, unknown>;

interface Row {
  readonly what: string;
  readonly cluster?: Fields;
  readonly user?: Fields;
  /** In place of a kubeconfig with one context. */
  readonly yaml?: string;
  readonly context?: string;
  /** Where we differ from the oracle on purpose: why, and in what. Undefined: absent with us. */
  readonly why?: string;
  readonly ours?: { readonly [Name in keyof Seen]?: Seen[Name] | undefined };
  /** Of a kubeconfig that we refuse. */
  readonly problem?: RegExp;
}

const server = "https://192.0.2.1:6443";
let folder: string;
let pems: Certificates;
let other: Certificates;

const data = (text: string) => Buffer.from(text).toString("base64");

/** Written to be called when the certificates are there. */
const rows = (): Row[] => [
  { what: "a server and nothing else" },
  { what: "a CA as data", cluster: { "certificate-authority-data": data(pems.caPem) } },
  { what: "a CA in a file, by its absolute path", cluster: { "certificate-authority": join(folder, "ca.crt") } },
  { what: "a CA in a file beside the kubeconfig", cluster: { "certificate-authority": "ca.crt" } },
  { what: "a CA in a file below", cluster: { "certificate-authority": "./pki/ca.crt" } },
  { what: "two CAs in one", cluster: { "certificate-authority-data": data(`${pems.caPem}\n${other.caPem}\n`) } },
  {
    what: "a CA with words around it",
    cluster: { "certificate-authority-data": data(`issued to nobody\n${pems.caPem}\nthe end\n`) },
  },
  { what: "tls-server-name", cluster: { "tls-server-name": "api.example" }, user: { token: "abc" } },
  { what: "insecure-skip-tls-verify", cluster: { "insecure-skip-tls-verify": true }, user: { token: "abc" } },
  { what: "insecure-skip-tls-verify: false", cluster: { "insecure-skip-tls-verify": false }, user: { token: "abc" } },
  { what: "a path before the API's", cluster: { server: "https://rancher.example/k8s/clusters/c-1" } },
  { what: "a slash at the server's end", cluster: { server: "https://192.0.2.1:6443/" } },
  { what: "an IPv6 server", cluster: { server: "https://[2001:db8::1]:6443" } },
  { what: "a token", user: { token: "abc.def" } },
  { what: "name and password", user: { username: "me", password: "open sesame" } },
  { what: "a password with a colon", user: { username: "me", password: "a:b:c" } },
  {
    what: "a client certificate as data",
    user: { "client-certificate-data": data(pems.certificatePem), "client-key-data": data(pems.keyPem) },
  },
  {
    what: "a client certificate in files",
    user: { "client-certificate": "client.crt", "client-key": "pki/client.key" },
  },
  {
    what: "a client certificate in a file, its key as data",
    user: { "client-certificate": "client.crt", "client-key-data": data(pems.keyPem) },
  },
  {
    what: "certificate and token",
    user: {
      "client-certificate-data": data(pems.certificatePem),
      "client-key-data": data(pems.keyPem),
      token: "abc",
    },
  },
  { what: "a proxy", cluster: { "proxy-url": "http://proxy.example:3128" }, user: { token: "abc" } },
  { what: "a proxy with user and password", cluster: { "proxy-url": "http://u:p@proxy.example:3128" } },
  { what: "somebody else to be", user: { token: "abc", as: "jane" } },
  {
    what: "a plugin that gives a token",
    user: {
      exec: {
        apiVersion: "client.authentication.k8s.io/v1",
        command: join(folder, "token-plugin"),
        interactiveMode: "Never",
      },
    },
  },
  {
    what: "a plugin with arguments and environment",
    user: {
      exec: {
        apiVersion: "client.authentication.k8s.io/v1beta1",
        command: join(folder, "telling-plugin"),
        args: ["one", "two words"],
        env: [{ name: "GREETING", value: "hello" }],
      },
    },
  },
  {
    what: "a plugin that gives a certificate",
    user: { exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command: join(folder, "pair-plugin") } },
  },
  { what: "unknown fields", cluster: { "who-knows": 1 }, user: { token: "abc", "who-knows": [] } },
  { what: "another context than the current one", yaml: several(), context: "second" },
  { what: "the current one of several", yaml: several() },
  { what: "JSON", yaml: JSON.stringify(kubeconfig({ server }, { token: "abc" })) },
  { what: "anchors and aliases", yaml: anchors() },
  {
    what: "a merge key",
    yaml: mergeKey(),
    ours: {
      server,
      servername: "b.example",
      rejectUnauthorized: true,
      headers: { Authorization: "Bearer abc" },
      refused: undefined,
    },
    why: "kubectl's YAML has merge keys, the oracle's has not",
  },
  {
    what: "a context that is not there",
    yaml: several(),
    context: "third",
    problem: /the context "third" is not there; it has "first", "second"/,
    ours: { refused: true },
    why: "the oracle answers without a server",
  },
  { what: "no server", cluster: { server: "" }, problem: /cluster "c" in .*: server is missing; write it like https/ },
  { what: "no YAML", yaml: "{", problem: /is not YAML: .* at line 1, column/ },
  {
    what: "name and password besides a token",
    user: { token: "abc", username: "me", password: "secret" },
    problem: /a token and a username are both given/,
    ours: { refused: true },
    why: "kubectl refuses it: more than one authentication method found",
  },
  {
    what: "a CA as data and in a file",
    cluster: { "certificate-authority": "other-ca.crt", "certificate-authority-data": data(pems.caPem) },
    ours: { ca: undefined },
    why: "data overrides, as kubectl's own message says; the oracle takes the file",
  },
  {
    what: "a client certificate as data and in a file",
    user: {
      "client-certificate": "other-client.crt",
      "client-key": "other-client.key",
      "client-certificate-data": data(pems.certificatePem),
      "client-key-data": data(pems.keyPem),
    },
    ours: { cert: undefined, key: pems.keyPem.trim() },
    why: "data overrides, as kubectl's own message says; the oracle takes the file",
  },
  {
    what: "a token file",
    user: { tokenFile: "token" },
    ours: { headers: { Authorization: "Bearer from-the-file" } },
    why: "the oracle knows it as token-file, which no kubeconfig has",
  },
  {
    what: "a token and a token file",
    user: { token: "abc", tokenFile: "token" },
    ours: { headers: { Authorization: "Bearer from-the-file" } },
    why: "client-go reads the file and falls back to the token; the oracle knows it as token-file",
  },
  {
    what: "all of impersonation",
    user: {
      token: "abc",
      as: "jane",
      "as-uid": "17",
      "as-groups": ["a", "b"],
      "as-user-extra": { "example.org/x y": ["1", "2"] },
    },
    ours: {
      headers: {
        Authorization: "Bearer abc",
        "Impersonate-User": "jane",
        "Impersonate-Uid": "17",
        "Impersonate-Group": ["a", "b"],
        "Impersonate-Extra-example.org%2Fx%20y": ["1", "2"],
      },
    },
    why: "the oracle does as alone",
  },
  {
    what: "insecure and a CA",
    cluster: { "insecure-skip-tls-verify": true, "certificate-authority-data": data(pems.caPem) },
    user: { token: "abc" },
    problem: /insecure-skip-tls-verify says not to check; leave one out/,
    ours: { refused: true },
    why: "kubectl refuses it: specifying a root certificates file with the insecure flag is not allowed",
  },
  {
    what: "insecure and no user",
    cluster: { "insecure-skip-tls-verify": true },
    yaml: stringify({
      ...kubeconfig({ server, "insecure-skip-tls-verify": true }, {}),
      users: [],
      contexts: [{ name: "x", context: { cluster: "c" } }],
    }),
    ours: { rejectUnauthorized: false },
    why: "the oracle leaves a cluster's TLS options out where the context has no user",
  },
  {
    what: "plain HTTP and a token",
    cluster: { server: "http://127.0.0.1:8001" },
    user: { token: "abc" },
    ours: { server: "http://127.0.0.1:8001", rejectUnauthorized: true, headers: {}, refused: undefined },
    why: "kubectl speaks plain HTTP and keeps the token to itself; the oracle throws",
  },
  {
    what: "a server without a scheme",
    cluster: { server: "127.0.0.1:8001" },
    ours: { server: "http://127.0.0.1:8001" },
    why: "kubectl takes it for plain HTTP; the oracle does not look at it",
  },
  {
    what: "a certificate without its key",
    user: { "client-certificate-data": data(pems.certificatePem) },
    problem: /client-certificate is given without its client-key/,
    ours: { refused: true },
    why: "kubectl refuses it; the oracle goes on with half a pair",
  },
  {
    what: "a key without its certificate",
    user: { "client-key-data": data(pems.keyPem) },
    ours: { key: undefined },
    why: "kubectl passes over it; the oracle goes on with half a pair",
  },
  {
    what: "a certificate and the key of another",
    user: { "client-certificate-data": data(pems.certificatePem), "client-key-data": data(other.keyPem) },
    problem: /they are no pair/,
    ours: { refused: true },
    why: "kubectl refuses it; the oracle lets the connection fail",
  },
  {
    what: "a CA that is no base64",
    cluster: { "certificate-authority-data": "!!!" },
    problem: /certificate-authority-data is not base64 \(3 characters\)/,
    ours: { refused: true },
    why: "kubectl refuses it; the oracle decodes what it can",
  },
  {
    what: "an auth-provider",
    user: { "auth-provider": { name: "gcp", config: { "access-token": "abc", expiry: "2100-01-01T00:00:00Z" } } },
    problem: /auth-provider is what kubectl no longer has; use the provider's exec plugin/,
    ours: { refused: true },
    why: "kubectl has removed it",
  },
  {
    what: "a plugin of v1 without interactiveMode",
    user: { exec: { apiVersion: "client.authentication.k8s.io/v1", command: join(folder, "token-plugin") } },
    problem: /exec: interactiveMode is missing/,
    ours: { refused: true },
    why: "kubectl refuses it",
  },
  {
    what: "a plugin of v1alpha1",
    user: { exec: { apiVersion: "client.authentication.k8s.io/v1alpha1", command: join(folder, "token-plugin") } },
    problem: /exec: apiVersion v1alpha1 is no longer spoken/,
    ours: { refused: true },
    why: "kubectl refuses it: invalid apiVersion",
  },
  {
    what: "a plugin beside this file",
    user: { exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command: "./token-plugin" } },
    ours: {
      headers: { Authorization: "Bearer from-the-plugin" },
      server,
      rejectUnauthorized: true,
      refused: undefined,
    },
    why: "kubectl looks for it beside the kubeconfig, the oracle in the working folder",
  },
  {
    what: "a plugin and a token",
    user: {
      token: "abc",
      exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command: join(folder, "pair-plugin") },
    },
    ours: { cert: undefined, key: undefined },
    why: "client-go does not run the plugin of a user who has a token; the oracle does",
  },
  {
    what: "an error in an entry that the context does not name",
    yaml: stringify({
      ...kubeconfig({ server }, { token: "abc" }),
      clusters: [
        { name: "c", cluster: { server } },
        { name: "d", cluster: {} },
      ],
    }),
    ours: { server, rejectUnauthorized: true, headers: { Authorization: "Bearer abc" }, refused: undefined },
    why: "kubectl does not mind either",
  },
  {
    what: "a user that is not there",
    yaml: stringify({ ...kubeconfig({ server }, {}), users: [] }),
    problem: /context "x" in .*: it names the user "u", which is not there/,
    ours: { refused: true },
    why: "both kubectl and the oracle would be nobody, and the API's 403 would say nothing of the slip",
  },
];

function kubeconfig(cluster: Fields, user: Fields) {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "x",
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user }],
  };
}

function several(): string {
  return stringify({
    "current-context": "first",
    contexts: [
      { name: "first", context: { cluster: "a", user: "a" } },
      { name: "second", context: { cluster: "b", user: "a", namespace: "kube-system" } },
    ],
    clusters: [
      { name: "a", cluster: { server: "https://a.example" } },
      { name: "b", cluster: { server: "https://b.example", "tls-server-name": "inside.example" } },
    ],
    users: [{ name: "a", user: { token: "abc" } }],
  });
}

function anchors(): string {
  return `
current-context: x
contexts: [{name: x, context: &same {cluster: c, user: u}}, {name: other, context: *same}]
clusters: [{name: c, cluster: {server: "https://192.0.2.1:6443"}}]
users: [{name: u, user: {token: abc}}]
`;
}

function mergeKey(): string {
  const both = `{<<: {server: "${server}", tls-server-name: a.example}, tls-server-name: b.example}`;
  return anchors().replace(/\{server: .*?\}/, both);
}

function script(name: string, text: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, name), 0o755);
}

function writeFixtures(): void {
  mkdirSync(join(folder, "pki"));
  for (const [name, text] of [
    ["ca.crt", pems.caPem],
    ["pki/ca.crt", pems.caPem],
    ["other-ca.crt", other.caPem],
    ["client.crt", pems.certificatePem],
    ["pki/client.key", pems.keyPem],
    ["other-client.crt", other.certificatePem],
    ["other-client.key", other.keyPem],
    ["token", "from-the-file\n"],
    ["pair.json", credential("v1beta1", { clientCertificateData: pems.certificatePem, clientKeyData: pems.keyPem })],
  ] as const) {
    writeFileSync(join(folder, name), text);
  }
  // Echoes the version it is asked in; the oracle asks in none.
  script(
    "token-plugin",
    `case "$KUBERNETES_EXEC_INFO" in *v1beta1*) v=v1beta1;; *) v=v1;; esac
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/'$v'","status":{"token":"from-the-plugin"}}'`,
  );
  script(
    "telling-plugin",
    `echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"'$GREETING-$#-\${2% *}'"}}'`,
  );
  script("pair-plugin", `cat ${join(folder, "pair.json")}`);
}

function credential(version: string, status: Fields): string {
  return JSON.stringify({ kind: "ExecCredential", apiVersion: `client.authentication.k8s.io/${version}`, status });
}

/** Absent where undefined: what we do not have, or have in our own way, told of in `ours`. */
function withOurs(seen: Seen, ours: Row["ours"], { ca, cert }: Seen): Seen {
  if (ours === undefined) return seen;
  if (ours.refused) return { refused: true };
  const all = { ...seen, ...ours };
  // Certificates are compared by their fingerprints, which no row knows.
  if ("ca" in ours && ca !== undefined) all.ca = ca;
  if ("cert" in ours && "key" in ours && ours.key !== undefined && cert !== undefined) all.cert = cert;
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

describe("a kubeconfig is to us what it is to the official client", () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pingo-oracle-"));
    [pems, other] = await Promise.all([makeCertificates(Date.now()), makeCertificates(Date.now())]);
    writeFixtures();
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  test("in each of many", async (t) => {
    const reference = await reference256();
    assert.ok(rows().length >= 50, `${rows().length} kubeconfigs`);
    for (const row of rows()) await t.test(row.what, () => compare(row, reference));
  });
});

/** The fingerprints of what most rows name. */
async function reference256(): Promise<Seen> {
  const file = join(folder, "reference");
  const user = { "client-certificate-data": data(pems.certificatePem), "client-key-data": data(pems.keyPem) };
  writeFileSync(file, stringify(kubeconfig({ server, "certificate-authority-data": data(pems.caPem) }, user)));
  return await seenByOracle(file, undefined);
}

async function compare(row: Row, reference: Seen): Promise<void> {
  const file = join(folder, "config");
  writeFileSync(file, row.yaml ?? stringify(kubeconfig({ server, ...row.cluster }, row.user ?? {})));
  const [ours, oracle] = [await seenByPingo(file, row.context), await seenByOracle(file, row.context)];
  assert.deepEqual(ours.seen, withOurs(oracle, row.ours, reference), ours.problems.join("\n"));
  // A difference that is none any more is to be struck out.
  if (row.ours !== undefined) assert.notDeepEqual(ours.seen, oracle, "there is no difference left");
  assert.equal(row.ours === undefined, row.why === undefined);
  assert.equal(ours.seen.refused === true, row.problem !== undefined, ours.problems.join("\n"));
  if (row.problem !== undefined) assert.match(ours.problems.join("\n"), row.problem);
}
