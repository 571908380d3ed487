import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ClusterAccess } from "../../../../src/targets/kubernetes/credentials/cluster-access.ts";
import { readServiceAccount } from "../../../../src/targets/kubernetes/credentials/service-account.ts";
import { firstPem, secondPem } from "../../../config/certificates.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { Files } from "./files.ts";

const env = { KUBERNETES_SERVICE_HOST: "192.0.2.1", KUBERNETES_SERVICE_PORT: "443" };
const folder = "/sa";
const texts = { "/sa/token": "first", "/sa/ca.crt": firstPem };

function accessIn(files: Files, environment: Record<string, string> = env) {
  const read = readServiceAccount({ env: environment, readFile: files.read, folder });
  assert.ok("access" in read, JSON.stringify(read));
  return read.access;
}

function problemsIn(files: Files, environment: Record<string, string> = env): readonly string[] {
  const read = readServiceAccount({ env: environment, readFile: files.read, folder });
  assert.ok("problems" in read, JSON.stringify(read));
  return read.problems;
}

describe("a pod's service account", () => {
  test("is none outside of a pod", () => {
    for (const environment of [{}, { KUBERNETES_SERVICE_HOST: "a" }, { ...env, KUBERNETES_SERVICE_PORT: "" }]) {
      const files = new Files(texts);
      assert.deepEqual(readServiceAccount({ env: environment, readFile: files.read }), { outside: true });
      assert.equal(files.reads, 0);
    }
  });

  for (const [host, port, server] of [
    ["192.0.2.1", "443", "https://192.0.2.1/"],
    ["2001:db8::1", "6443", "https://[2001:db8::1]:6443/"],
    ["kubernetes.default.svc", "8080", "https://kubernetes.default.svc:8080/"],
  ] as const) {
    test(`finds its API at ${server}`, () => {
      const environment = { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port };
      assert.equal(accessIn(new Files(texts), environment).server.href, server);
    });
  }

  test("follows token and CA as the kubelet swaps them", async () => {
    const files = new Files(texts);
    const access = new ClusterAccess(accessIn(files), { readFile: files.read, clock: new FakeClock(), env: {} });
    const before = await access.credentials();
    files.texts.set("/sa/token", "second");
    files.texts.set("/sa/ca.crt", secondPem);
    const after = await access.credentials();
    assert.ok(!("problem" in before) && !("problem" in after));
    assert.deepEqual(
      [before, after].map(({ headers, tls }) => [headers.Authorization, tls.ca]),
      [
        ["Bearer first", firstPem],
        ["Bearer second", secondPem],
      ],
    );
    assert.notEqual(before.tlsGeneration, after.tlsGeneration);
  });

  test("that is not mounted is told of, with where it should be", () => {
    const problems = problemsIn(new Files());
    assert.deepEqual(problems.length, 2);
    assert.match(
      problems[0] ?? "",
      /^this is a pod, but the token .* at \/sa\/token \(ENOENT: no such file or directory\); is automount/,
    );
  });

  test("that is damaged is told of", () => {
    assert.deepEqual(problemsIn(new Files({ ...texts, "/sa/token": "" })), ["/sa/token holds no token"]);
    assert.match(
      problemsIn(new Files({ ...texts, "/sa/ca.crt": "x" })).join(),
      /^\/sa\/ca.crt holds no certificate in PEM/,
    );
    const odd = { KUBERNETES_SERVICE_HOST: "a b", KUBERNETES_SERVICE_PORT: "443" };
    assert.match(problemsIn(new Files(texts), odd).join(), /make no URL together/);
  });

  test("goes through the environment's proxy, as client-go does", () => {
    const access = accessIn(new Files(texts), { ...env, HTTPS_PROXY: "http://proxy.example:3128" });
    assert.equal(access.proxy?.host, "proxy.example:3128");
    const without = { ...env, HTTPS_PROXY: "http://proxy.example:3128", NO_PROXY: "192.0.2.0/24" };
    assert.equal(accessIn(new Files(texts), without).proxy, undefined);
  });
});
