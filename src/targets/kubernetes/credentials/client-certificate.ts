import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

/**
 * What is wrong with a client's certificate and key, or undefined: the end of a sentence. Either text may hold both,
 * as a kubelet's does. No part of them is in it.
 */
export function flawOfPair(certPem: string, keyPem: string): string | undefined {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(certPem);
  } catch {
    return "the certificate is none that can be read; it should be PEM, with BEGIN CERTIFICATE";
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(keyPem);
  } catch {
    const encrypted = /ENCRYPTED/.test(keyPem);
    return encrypted
      ? "the key is encrypted, and nobody is there to type its password; write it out with openssl pkey"
      : "the key is none that can be read; it should be PEM, with BEGIN PRIVATE KEY";
  }
  return certificate.checkPrivateKey(key) ? undefined : "the key is not the certificate's: they are no pair";
}
