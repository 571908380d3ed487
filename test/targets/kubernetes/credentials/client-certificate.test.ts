import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { makeCertificates } from "../../../../src/sandbox/certificates.ts";
import { flawOfPair } from "../../../../src/targets/kubernetes/credentials/client-certificate.ts";
import { flawOfCa } from "../../../../src/targets/kubernetes/credentials/pem-source.ts";

const { certificatePem: certPem, keyPem, caPem } = await makeCertificates(Date.now());

test("a certificate and its key are a pair, with the rest of the chain or without", () => {
  assert.equal(flawOfPair(certPem, keyPem), undefined);
  assert.equal(flawOfPair(`${certPem}\n${caPem}`, keyPem), undefined);
  assert.equal(flawOfCa(caPem), undefined);
});

test("a chain that is cut off, as while its file is being written, is a flaw and no exception at the next connection", () => {
  const half = `${certPem}\n${caPem.slice(0, caPem.length / 2)}`;
  assert.match(flawOfPair(half, keyPem) ?? "", /^TLS does not take it \(.+\)$/);
});

test("the key of another certificate is told of as such", () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const other = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  assert.match(flawOfPair(certPem, other) ?? "", /they are no pair/);
});
