import { caPem } from "../../../config/values.ts";
import type { PemSource } from "./access-spec.ts";
import { refusedByTls } from "./client-certificate.ts";
import type { EntryReader } from "./entry-reader.ts";

/**
 * Reads a pair of fields as `certificate-authority` and `certificate-authority-data`: a file, or base64 of what would
 * be in it, which wins. Where the base64 is none, that is noted and read as if nothing were there.
 */
export function readPemSource(entry: EntryReader, name: string): PemSource | undefined {
  const path = entry.path(name);
  const data = entry.text(`${name}-data`);
  if (data === "") return path === "" ? undefined : { from: "file", path };
  const pem = decodeBase64(data);
  if (pem !== undefined) return { from: "data", pem };
  const isPem = data.includes("-----BEGIN") ? "; it is PEM itself, which belongs there in base64" : "";
  entry.trouble(`${name}-data is not base64 (${data.length} characters)${isPem}`);
  return undefined;
}

/** As Go's StdEncoding reads it: line breaks anywhere, padding where it belongs. */
function decodeBase64(text: string): string | undefined {
  const digits = text.replace(/[\r\n]+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(digits) || digits.length % 4 !== 0) return undefined;
  return Buffer.from(digits, "base64").toString();
}

export type PemText = { readonly pem: string } | { readonly problem: string };

/** The text of this moment, or the sentence that says why there is none. */
export function readPem(source: PemSource, what: string, readFile: (path: string) => string): PemText {
  if (source.from === "data") return { pem: source.pem };
  try {
    return { pem: readFile(source.path) };
  } catch (error) {
    return { problem: `${what} cannot be read: ${(error as Error).message}` };
  }
}

/** The end of a sentence that begins with the CA's name, or undefined where nothing is wrong. */
export function flawOfCa(pem: string): string | undefined {
  const parsed = caPem(pem);
  return "problem" in parsed ? parsed.problem : refusedByTls({ ca: parsed.value });
}
