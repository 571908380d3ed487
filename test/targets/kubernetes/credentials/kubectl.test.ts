import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { stringify } from "yaml";
import { systemClock } from "../../../../src/clock.ts";
import { type Certificates, makeCertificates } from "../../../../src/sandbox/certificates.ts";
import { baseUrl } from "../../../../src/targets/kubernetes/credentials/access-spec.ts";
import { AgentSource } from "../../../../src/targets/kubernetes/credentials/agent-source.ts";
import { ClusterAccess } from "../../../../src/targets/kubernetes/credentials/cluster-access.ts";
import { loadKubeconfig } from "../../../../src/targets/kubernetes/credentials/load-kubeconfig.ts";
import { readBoundedFile } from "../../../../src/targets/kubernetes/credentials/read-bounded-file.ts";
import { resolveContext } from "../../../../src/targets/kubernetes/credentials/resolve-context.ts";
import { skipWithout } from "../../../support/need.ts";
import { ConnectProxy } from "./connect-proxy.ts";
import { RecordingApi, type SeenRequest } from "./recording-api.ts";

type Fields = Record<string, unknown>;

let folder: string;
let pems: Certificates;
let secure: RecordingApi;
let plain: RecordingApi;
let proxy: ConnectProxy;
let secureUrl: URL;
let plainUrl: URL;
let proxyUrl: URL;

const file = (name: string) => join(folder, name);
const limits = { keepAliveAfterMs: 15_000, maxSockets: 4, maxFreeSockets: 2, proxyTimeoutMs: 10_000 };

/** Asks for /version as kubectl does with the kubeconfig there. */
async function askWithKubectl(): Promise<void> {
  const args = ["--kubeconfig", file("config"), "get", "--raw", "/version", "--request-timeout=5s"];
  const env = { PATH: process.env.PATH, HOME: folder };
  const child = spawn("kubectl", args, { env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => (said += chunk));
  const [code] = await once(child, "close");
  assert.equal(code, 0, said);
}

async function openAccess(): Promise<ClusterAccess> {
  const loaded = await loadKubeconfig({ flag: [file("config")], readFile: readBoundedFile });
  assert.ok("kubeconfig" in loaded, JSON.stringify(loaded));
  const env = { PATH: process.env.PATH };
  const resolved = resolveContext(loaded.kubeconfig, undefined, { env, readFile: readBoundedFile });
  assert.ok("access" in resolved, JSON.stringify(resolved));
  return new ClusterAccess(resolved.access, { readFile: readBoundedFile, clock: systemClock, env });
}

/** The same as we do; a 401 is tried again once. This is what a client has to do, and all of it. */
async function askAsPingo(): Promise<number> {
  const access = await openAccess();
  const agents = new AgentSource(access.spec, limits);
  try {
    for (let tries = 1; ; tries++) {
      const credentials = await access.credentials();
      assert.ok(!("problem" in credentials), JSON.stringify(credentials));
      const url = `${baseUrl(access.spec)}/version`;
      const send = url.startsWith("https:") ? https.request : http.request;
      const headers = credentials.headers as http.OutgoingHttpHeaders;
      const request = send(url, { agent: agents.agentFor(credentials), headers }).end();
      const [response] = (await once(request, "response")) as [http.IncomingMessage];
      response.resume();
      await once(response, "end");
      if (response.statusCode !== 401 || tries === 2 || !access.refused(credentials)) return response.statusCode ?? 0;
    }
  } finally {
    agents.close();
    access.close();
  }
}

function write(cluster: Fields, user: Fields): void {
  const config = {
    "current-context": "x",
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user }],
  };
  writeFileSync(file("config"), stringify(config));
}

/** The request that each of the two makes. */
async function seenOfBoth(api: RecordingApi): Promise<{ kubectl: SeenRequest; pingo: SeenRequest }> {
  await askWithKubectl();
  // Some distributions' kubectl asks for the server's version first, to choose which kubectl to be.
  const kubectl = api.seen.splice(0).at(-1);
  assert.equal(await askAsPingo(), 200);
  const [pingo, ...more] = api.seen.splice(0);
  assert.ok(kubectl !== undefined && pingo !== undefined);
  assert.deepEqual(more, []);
  return { kubectl, pingo };
}

const data = (text: string) => Buffer.from(text).toString("base64");

interface Row {
  readonly what: string;
  readonly cluster?: () => Fields;
  readonly user?: () => Fields;
  /** So that nobody agrees about nothing. */
  readonly shows: (seen: SeenRequest) => boolean;
}

const v1beta1 = "client.authentication.k8s.io/v1beta1";

const rows: readonly Row[] = [
  { what: "a token", user: () => ({ token: "abc" }), shows: ({ authorization }) => authorization === "Bearer abc" },
  {
    what: "a token and a token file",
    user: () => ({ token: "abc", tokenFile: "token" }),
    shows: ({ authorization }) => authorization === "Bearer from-the-file",
  },
  {
    what: "a token and a token file that is not there",
    user: () => ({ token: "abc", tokenFile: "gone" }),
    shows: ({ authorization }) => authorization === "Bearer abc",
  },
  {
    what: "name and password",
    user: () => ({ username: "mé", password: "a:b c" }),
    shows: ({ authorization }) => authorization === `Basic ${data("mé:a:b c")}`,
  },
  {
    what: "impersonation, with all that can be said",
    user: () => ({
      token: "abc",
      as: "system:serviceaccount:a:b",
      "as-uid": "17",
      "as-groups": ["a", "b c"],
      "as-user-extra": { "example.org/Scope%x": ["1", "2"], "plain-1_~": ["3"], ü: ["4"] },
    }),
    shows: ({ impersonation }) => impersonation.length === 8,
  },
  {
    what: "a client certificate",
    user: () => ({ "client-certificate-data": data(pems.certificatePem), "client-key-data": data(pems.keyPem) }),
    shows: ({ client }) => client !== undefined,
  },
  {
    what: "tls-server-name",
    cluster: () => ({ "tls-server-name": "kubernetes" }),
    user: () => ({ token: "abc" }),
    shows: ({ serverName }) => serverName === "kubernetes",
  },
  {
    what: "tls-server-name that is an address",
    cluster: () => ({ server: secureUrl.href.replace("127.0.0.1", "localhost"), "tls-server-name": "::1" }),
    user: () => ({ token: "abc" }),
    shows: ({ serverName }) => serverName === false,
  },
  {
    what: "a plugin's token",
    user: () => ({ exec: { apiVersion: v1beta1, command: "./plugin" } }),
    shows: ({ authorization }) => authorization === "Bearer from-the-plugin",
  },
  {
    what: "a plugin beside a token",
    user: () => ({ token: "abc", exec: { apiVersion: v1beta1, command: "./no-such-plugin" } }),
    shows: ({ authorization }) => authorization === "Bearer abc",
  },
  {
    what: "a plugin beside a client certificate",
    user: () => ({
      "client-certificate-data": data(pems.certificatePem),
      "client-key-data": data(pems.keyPem),
      exec: { apiVersion: v1beta1, command: "./no-such-plugin" },
    }),
    shows: ({ authorization, client }) => authorization === undefined && client !== undefined,
  },
];

describe("the API cannot tell us from kubectl", { skip: skipWithout("kubectl") }, () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pingo-kubectl-"));
    pems = await makeCertificates(Date.now());
    const server = { cert: pems.certificatePem, key: pems.keyPem };
    [secure, plain, proxy] = [new RecordingApi(server), new RecordingApi(), new ConnectProxy()];
    [secureUrl, plainUrl, proxyUrl] = [await secure.start(), await plain.start(), await proxy.start("me:s%40cret@")];
    writeFileSync(file("token"), "from-the-file\n");
    const credential = { kind: "ExecCredential", apiVersion: v1beta1, status: { token: "from-the-plugin" } };
    const lines = [
      "#!/bin/sh",
      'printf "%s" "$KUBERNETES_EXEC_INFO" > "$(dirname "$0")/info"',
      `echo '${JSON.stringify(credential)}'`,
    ];
    writeFileSync(file("plugin"), `${lines.join("\n")}\n`);
    chmodSync(file("plugin"), 0o755);
  });

  after(async () => {
    await Promise.all([secure?.stop(), plain?.stop(), proxy?.stop()]);
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    for (const list of [secure.seen, plain.seen, proxy.seen]) list.splice(0);
    secure.accepts = () => true;
  });

  for (const { what, cluster, user, shows } of rows) {
    test(what, async () => {
      const ca = { "certificate-authority-data": data(pems.caPem) };
      write({ server: secureUrl.href, ...ca, ...cluster?.() }, user?.() ?? {});
      const { kubectl, pingo } = await seenOfBoth(secure);
      assert.deepEqual(pingo, kubectl);
      assert.ok(shows(pingo), JSON.stringify(pingo));
    });
  }

  test("plain HTTP, which is told of no token", async () => {
    write({ server: plainUrl.href }, { token: "abc", as: "jane" });
    const { kubectl, pingo } = await seenOfBoth(plain);
    assert.deepEqual(pingo, kubectl);
    assert.deepEqual([pingo.authorization, pingo.impersonation], [undefined, ["impersonate-user: jane"]]);
  });

  test("a certificate that is not checked", async () => {
    write({ server: secureUrl.href, "insecure-skip-tls-verify": true }, { token: "abc" });
    const { kubectl, pingo } = await seenOfBoth(secure);
    assert.deepEqual(pingo, kubectl);
  });

  test("a proxy: it is asked the same by both", async () => {
    for (const [api, url] of [
      [secure, secureUrl],
      [plain, plainUrl],
    ] as const) {
      const ca = api === secure ? { "certificate-authority-data": data(pems.caPem) } : {};
      write({ server: url.href, ...ca, "proxy-url": proxyUrl.href }, { token: "abc" });
      await seenOfBoth(api);
      const seen = proxy.seen.splice(0).map((request) => ({ ...request, url: request.url?.replace(/\?.*/, "") }));
      const pingo = seen.at(-1);
      assert.ok(seen.length >= 2);
      for (const kubectl of seen) assert.deepEqual(pingo, kubectl);
      assert.equal(pingo?.authorization, `Basic ${data("me:s@cret")}`);
    }
  });

  test("a plugin: it is told the same by both", async () => {
    const cluster = {
      server: secureUrl.href,
      "certificate-authority-data": data(pems.caPem),
      "tls-server-name": "localhost",
      "disable-compression": true,
      extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: ["a", 1, true] } }],
    };
    for (const [parts, more] of [
      [{ provideClusterInfo: true }, {}],
      [{ provideClusterInfo: true }, { extensions: [], "tls-server-name": "", "disable-compression": false }],
      [{}, {}],
    ]) {
      write({ ...cluster, ...more }, { exec: { apiVersion: v1beta1, command: "./plugin", ...parts } });
      await askWithKubectl();
      const kubectl = JSON.parse(readFileSync(file("info"), "utf8"));
      rmSync(file("info"));
      await askAsPingo();
      assert.deepEqual(JSON.parse(readFileSync(file("info"), "utf8")), kubectl);
    }
  });

  test("a refused token file that has changed meanwhile is tried again", async () => {
    write({ server: secureUrl.href, "certificate-authority-data": data(pems.caPem) }, { tokenFile: "token" });
    secure.accepts = ({ authorization }) => {
      writeFileSync(file("token"), "rotated");
      return authorization === "Bearer rotated";
    };
    assert.equal(await askAsPingo(), 200);
    assert.equal(secure.seen.length, 2);
    secure.accepts = () => false;
    assert.equal(await askAsPingo(), 401);
    assert.equal(secure.seen.length, 3, "the same token was tried twice");
    assert.ok(existsSync(file("token")));
  });
});
