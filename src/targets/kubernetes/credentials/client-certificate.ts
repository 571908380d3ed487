import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContextOptions } from "node:tls";

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
  if (!certificate.checkPrivateKey(key)) return "the key is not the certificate's: they are no pair";
  return refusedByTls({ cert: certPem, key: keyPem });
}

/**
 * Why TLS would not take it, as the end of a sentence: the rest of a chain that is cut off, as while a file is being
 * written, or a key that is too short for the system's level of security. At a connection that would be an exception.
 */
export function refusedByTls(material: SecureContextOptions): string | undefined {
  try {
    createSecureContext(material);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    return `TLS does not take it (${/[^:]*$/.exec(message)?.[0].trim() || message})`;
  }
}
