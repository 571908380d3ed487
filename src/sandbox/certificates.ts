import { webcrypto } from "node:crypto";

/** PEM each. */
export type Certificates = { caPem: string; certificatePem: string; keyPem: string };

const dayMs = 24 * 3600 * 1000;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Its dependency tsyringe wants the Reflect polyfill before it is loaded. Together they cost 150 ms and 24 MB. */
async function loadX509() {
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(webcrypto);
  return x509;
}

/**
 * A certificate authority of its own and a server certificate from it, ECDSA P-256, for 127.0.0.1, ::1,
 * localhost and kubernetes. Valid from a day before `nowUnixMs`, for clocks that go behind, to five years after.
 */
export async function makeCertificates(nowUnixMs: number): Promise<Certificates> {
  const x509 = await loadX509();
  const { KeyUsageFlags } = x509;
  const [authority, server] = await Promise.all([makeKeys(), makeKeys()]);
  const validity = { notBefore: new Date(nowUnixMs - dayMs), notAfter: new Date(nowUnixMs + 5 * 365 * dayMs) };
  const names = ["localhost", "kubernetes"].map((value) => ({ type: "dns", value }) as const);
  const addresses = ["127.0.0.1", "::1"].map((value) => ({ type: "ip", value }) as const);
  // OpenSSL's strict mode, which Python 3.13 checks with by default, refuses certificates without key identifiers.
  const issuedBy = await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey);
  const caName = "CN=PinGo sandbox CA";
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: caName,
    keys: authority,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
      issuedBy,
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: "CN=PinGo sandbox API",
    issuer: caName,
    publicKey: server.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([...names, ...addresses]),
      await x509.SubjectKeyIdentifierExtension.create(server.publicKey),
      issuedBy,
    ],
  });
  const key = await webcrypto.subtle.exportKey("pkcs8", server.privateKey);
  return {
    caPem: ca.toString("pem"),
    certificatePem: certificate.toString("pem"),
    keyPem: x509.PemConverter.encode(key, "PRIVATE KEY"),
  };
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}
