import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeCertificates } from "../../src/sandbox/certificates.ts";
import { skipWithout } from "../support/need.ts";

const nowUnixMs = Date.UTC(2026, 10, 22);

test("makeCertificates gives a server certificate that its CA has signed", async () => {
  const { caPem, certificatePem, keyPem } = await makeCertificates(nowUnixMs);
  const authority = new X509Certificate(caPem);
  const server = new X509Certificate(certificatePem);
  assert.ok(authority.ca && !server.ca);
  assert.ok(server.checkIssued(authority) && server.verify(authority.publicKey));
  assert.ok(keyPem.includes("BEGIN PRIVATE KEY"));
});

test("the server certificate is for loopback and for nobody else", async () => {
  const server = new X509Certificate((await makeCertificates(nowUnixMs)).certificatePem);
  assert.ok(server.checkIP("127.0.0.1") && server.checkIP("::1"));
  assert.ok(server.checkHost("localhost") && server.checkHost("kubernetes"));
  assert.equal(server.checkIP("127.0.0.2"), undefined);
  assert.equal(server.checkHost("example.com"), undefined);
});

test("it is valid from a day before to five years after", async () => {
  const { validFromDate, validToDate } = new X509Certificate((await makeCertificates(nowUnixMs)).certificatePem);
  assert.equal(validFromDate.getTime(), nowUnixMs - 24 * 3600 * 1000);
  assert.equal(validToDate.getUTCFullYear(), 2031);
});

test("two runs share neither key nor serial number", async () => {
  const [first, second] = [await makeCertificates(nowUnixMs), await makeCertificates(nowUnixMs)];
  assert.notEqual(first.keyPem, second.keyPem);
  assert.notEqual(new X509Certificate(first.caPem).serialNumber, new X509Certificate(second.caPem).serialNumber);
});

test("OpenSSL accepts it in its strict mode", { skip: skipWithout("openssl") }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "pingo-certificates-"));
  const { caPem, certificatePem } = await makeCertificates(Date.now());
  writeFileSync(join(folder, "ca.pem"), caPem);
  writeFileSync(join(folder, "server.pem"), certificatePem);
  const args = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "ca.pem", "server.pem"];
  const { stdout, stderr } = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
  rmSync(folder, { recursive: true });
  assert.deepEqual([stdout, stderr], ["server.pem: OK\n", ""]);
});
