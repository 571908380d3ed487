import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { type Certificates, makeCertificates } from "../../../../src/sandbox/certificates.ts";
import type { AccessSpec, TlsSpec } from "../../../../src/targets/kubernetes/credentials/access-spec.ts";
import { ClusterAccess, type Credentials } from "../../../../src/targets/kubernetes/credentials/cluster-access.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { Files } from "./files.ts";

let first: Certificates;
let second: Certificates;

before(async () => {
  [first, second] = await Promise.all([makeCertificates(Date.now()), makeCertificates(Date.now())]);
});

const noTls: TlsSpec = { ca: undefined, cert: undefined, key: undefined, serverName: "", insecure: false };

function open(parts: Partial<AccessSpec>, files: Files = new Files()) {
  const warnings: string[] = [];
  const spec: AccessSpec = {
    contextName: "x",
    clusterName: "c",
    origin: "a test",
    server: new URL("https://192.0.2.1:6443"),
    proxy: undefined,
    tls: noTls,
    authorization: { from: "none" },
    impersonation: {},
    ...parts,
  };
  const sources = {
    readFile: files.read,
    clock: new FakeClock(),
    env: {},
    warn: (text: string) => warnings.push(text),
  };
  const access = new ClusterAccess(spec, sources);
  return { access, files, warnings };
}

async function credentialsOf(access: ClusterAccess): Promise<Credentials> {
  const credentials = await access.credentials();
  assert.ok(!("problem" in credentials), JSON.stringify(credentials));
  return credentials;
}

const file = (path: string) => ({ from: "file", path }) as const;

describe("the headers", () => {
  test("are none where nobody is to be", async () => {
    const { access } = open({});
    const credentials = await credentialsOf(access);
    assert.deepEqual([credentials.headers, access.secrets()], [{}, []]);
    assert.equal(access.refused(credentials), false);
  });

  test("carry a token, or name and password, and hide them", async () => {
    const { access: bearer } = open({ authorization: { from: "value", token: "abc" } });
    assert.deepEqual((await credentialsOf(bearer)).headers, { Authorization: "Bearer abc" });
    assert.deepEqual(bearer.secrets(), ["abc"]);
    const { access: basic } = open({ authorization: { from: "basic", username: "mé", password: "ö" } });
    const encoded = Buffer.from("mé:ö").toString("base64");
    assert.deepEqual((await credentialsOf(basic)).headers, { Authorization: `Basic ${encoded}` });
    assert.deepEqual(basic.secrets(), ["ö", encoded]);
    assert.equal(basic.refused(await credentialsOf(basic)), false);
  });

  test("say whom to be instead", async () => {
    const impersonation = { "Impersonate-User": "jane", "Impersonate-Group": ["a", "b"] };
    const { access } = open({ authorization: { from: "value", token: "abc" }, impersonation });
    assert.deepEqual((await credentialsOf(access)).headers, { Authorization: "Bearer abc", ...impersonation });
  });
});

describe("a token file", () => {
  test("is read again; a 401 to what stood there before is worth another try", async () => {
    const { access, files } = open({ authorization: file("/token") }, new Files({ "/token": "first\n" }));
    const old = await credentialsOf(access);
    assert.equal(access.refused(old), false);
    files.texts.set("/token", "second\n");
    assert.equal(access.refused(old), true);
    const { headers } = await credentialsOf(access);
    assert.deepEqual(headers, { Authorization: "Bearer second" });
    assert.deepEqual(access.secrets().toSorted(), ["first", "second"]);
  });

  test("that is gone for a moment leaves the last token, told of once", async () => {
    const { access, files, warnings } = open({ authorization: file("/token") }, new Files({ "/token": "first" }));
    await credentialsOf(access);
    files.texts.delete("/token");
    for (let times = 0; times < 3; times++) {
      assert.deepEqual((await credentialsOf(access)).headers, { Authorization: "Bearer first" });
    }
    assert.equal(warnings.length, 1);
  });

  test("that was never there is a problem, or lets the token beside it serve", async () => {
    const { access } = open({ authorization: file("/token") });
    assert.match(JSON.stringify(await access.credentials()), /the token file cannot be read: ENOENT/);
    const { access: second } = open({ authorization: { ...file("/token"), fallback: "abc" } });
    assert.deepEqual((await credentialsOf(second)).headers, { Authorization: "Bearer abc" });
    assert.deepEqual(second.secrets(), ["abc"]);
  });
});

describe("TLS", () => {
  const tls = { ...noTls, ca: file("/ca"), cert: file("/cert"), key: file("/key") };
  const texts = () => ({ "/ca": first.caPem, "/cert": first.certificatePem, "/key": first.keyPem });

  test("has what the files say, under one number as long as they say it", async () => {
    const { access } = open({ tls }, new Files(texts()));
    const one = await credentialsOf(access);
    assert.deepEqual(one.tls, {
      ca: first.caPem,
      cert: first.certificatePem,
      key: first.keyPem,
      rejectUnauthorized: true,
    });
    assert.equal((await credentialsOf(access)).tlsGeneration, one.tlsGeneration);
  });

  test("changes with the CA's file", async () => {
    const { access, files } = open({ tls }, new Files(texts()));
    const one = await credentialsOf(access);
    files.texts.set("/ca", second.caPem);
    const two = await credentialsOf(access);
    assert.equal(two.tls.ca, second.caPem);
    assert.notEqual(two.tlsGeneration, one.tlsGeneration);
  });

  test("changes with certificate and key together, not with one of them alone", async () => {
    const { access, files, warnings } = open({ tls }, new Files(texts()));
    const one = await credentialsOf(access);
    files.texts.set("/cert", second.certificatePem);
    for (let times = 0; times < 3; times++) assert.deepEqual(await credentialsOf(access), one);
    assert.deepEqual(warnings, [
      "the client's certificate: the key is not the certificate's: they are no pair; the last good one serves on",
    ]);
    files.texts.set("/key", second.keyPem);
    const two = await credentialsOf(access);
    assert.deepEqual([two.tls.cert, two.tls.key], [second.certificatePem, second.keyPem]);
    assert.notEqual(two.tlsGeneration, one.tlsGeneration);
  });

  for (const [what, broken] of [
    ["is gone", undefined],
    ["is empty", ""],
    ["is half written", "-----BEGIN CERTIFICATE-----\nMIIB"],
  ] as const) {
    test(`serves on where the CA's file ${what} for a moment`, async () => {
      const { access, files, warnings } = open({ tls }, new Files(texts()));
      const one = await credentialsOf(access);
      if (broken === undefined) files.texts.delete("/ca");
      else files.texts.set("/ca", broken);
      assert.deepEqual(await credentialsOf(access), one);
      await credentialsOf(access);
      assert.equal(warnings.length, 1, warnings.join("\n"));
      files.texts.set("/ca", second.caPem);
      assert.equal((await credentialsOf(access)).tls.ca, second.caPem);
    });

    test(`is missed where the CA's file ${what} from the beginning`, async () => {
      const files = new Files({ ...texts(), "/ca": broken ?? "" });
      if (broken === undefined) files.texts.delete("/ca");
      const { access } = open({ tls }, files);
      assert.match(JSON.stringify(await access.credentials()), /the API's certificate authority/);
      files.texts.set("/ca", first.caPem);
      await credentialsOf(access);
    });
  }

  test("names the server that is meant, also by its address", async () => {
    const { access } = open({ tls: { ...noTls, serverName: "api.example" } });
    assert.deepEqual((await credentialsOf(access)).tls, { servername: "api.example", rejectUnauthorized: true });
    const { access: address } = open({ tls: { ...noTls, serverName: "192.0.2.7" } });
    const { tls } = await credentialsOf(address);
    assert.equal(tls.servername, "");
    const certificate = { subject: {}, subjectaltname: "IP Address:192.0.2.7" } as never;
    assert.equal(tls.checkServerIdentity?.("192.0.2.1", certificate), undefined);
    const other = { subject: {}, subjectaltname: "IP Address:192.0.2.1" } as never;
    assert.match(tls.checkServerIdentity?.("192.0.2.1", other)?.message ?? "", /192\.0\.2\.7/);
  });

  test("checks nothing where the user says so", async () => {
    const { access } = open({ tls: { ...noTls, insecure: true } });
    assert.deepEqual((await credentialsOf(access)).tls, { rejectUnauthorized: false });
  });
});

test("a proxy's password is hidden in every form", () => {
  const { access } = open({ proxy: new URL("http://me:s%40cret@proxy.example:3128") });
  const header = Buffer.from("me:s@cret").toString("base64");
  assert.deepEqual(access.secrets(), ["s%40cret", "s@cret", header]);
});
