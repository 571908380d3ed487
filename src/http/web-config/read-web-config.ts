import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { parseDocument } from "yaml";
import { FieldReader, type Fields } from "./field-reader.ts";
import { cipherSuites, clientAuthTypes, curves, tls13Suites, tlsVersions } from "./go-tls-names.ts";
import { stateOfFile } from "./state-of-file.ts";
import { canonicalName } from "./subject-alt-names.ts";
import type { FileStates, WebConfig, WebTls } from "./web-config.ts";

const maxBytes = 1_024 * 1_024;
/** What a password costs to check doubles with each: bcrypt takes no less than 4, and a check at 16 seconds. */
const minCost = 4;
const maxCost = 16;
const slowCost = 14;
const howToHash = `make one with "htpasswd -nBC 10 ''"`;

/** Each problem is a sentence that names the file and the key. */
export type ReadWebConfig =
  | { readonly config: WebConfig }
  | { readonly problems: readonly string[]; readonly files: FileStates };

/**
 * Reads a web configuration file, which is Prometheus' own format
 * (https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md), and the files it names, which
 * stand relative to it. Tells all problems at once.
 */
export async function readWebConfig(path: string): Promise<ReadWebConfig> {
  const problems: string[] = [];
  const tell = (problem: string) => problems.push(`${path}: ${problem}`);
  const files = new Map([[path, await stateOfFile(path)]]);
  const root = await readYaml(path, tell);
  if (root === undefined) return { problems, files };
  const open = async (name: string, key: string): Promise<string | undefined> => {
    const file = resolve(dirname(path), name);
    if (!files.has(file)) files.set(file, await stateOfFile(file));
    return readText(file).catch((error: Error) => {
      tell(`${key}: ${error.message}`);
      return undefined;
    });
  };
  const reader = new FieldReader(root, "", tell);
  const tls = reader.section("tls_server_config");
  const http = reader.section("http_server_config");
  const users = reader.section("basic_auth_users");
  reader.refuse("rate_limit", "is not supported: PinGo bounds connections and pages by itself; take it out");
  reader.end();
  const config: WebConfig = {
    tls: tls === undefined ? undefined : await readTls(tls, open, tell),
    headers: http === undefined ? {} : readHttp(http),
    ...readUsers(users),
    files,
  };
  return problems.length > 0 ? { problems, files } : { config };
}

async function readYaml(path: string, tell: (problem: string) => void): Promise<Fields | undefined> {
  try {
    const document = parseDocument(await readText(path), { uniqueKeys: true });
    const [error] = document.errors;
    if (error !== undefined) throw new Error(error.message.split("\n", 1)[0]);
    const root: unknown = document.toJS({ maxAliasCount: 10 }) ?? {};
    if (typeof root === "object" && !Array.isArray(root)) return root as Fields;
    tell("is no mapping of keys to values");
  } catch (error) {
    tell(`cannot be read: ${(error as Error).message}`);
  }
  return undefined;
}

async function readText(file: string): Promise<string> {
  const text = await readFile(file, "utf8");
  if (text.length > maxBytes) throw new Error(`${file} is longer than a megabyte`);
  return text;
}

type Open = (name: string, key: string) => Promise<string | undefined>;

async function readTls(reader: FieldReader, open: Open, tell: (problem: string) => void): Promise<WebTls | undefined> {
  const cert = await inlineOrFile(reader, "cert", open);
  const key = await inlineOrFile(reader, "key", open);
  const ca = await inlineOrFile(reader, "client_ca", open);
  const clientAuth = reader.word("client_auth_type", clientAuthTypes) ?? "NoClientCert";
  const allowedSans = reader.strings("client_allowed_sans").map(canonicalName);
  if (ca !== undefined) checkAuthorities(ca, reader);
  const context: SecureContextOptions = {
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(ca !== undefined && { ca }),
    ...readVersions(reader),
    ...readSuites(reader),
    honorCipherOrder: reader.flag("prefer_server_cipher_suites") ?? true,
    ...readCurves(reader),
  };
  reader.end();
  if (cert === undefined || key === undefined) {
    if (!reader.has("cert", "cert_file")) reader.tell("cert_file", "is missing; name the server's certificate in PEM");
    if (!reader.has("key", "key_file")) reader.tell("key_file", "is missing; name the server's key in PEM");
    return undefined;
  }
  const verifies = clientAuth === "RequireAndVerifyClientCert" || clientAuth === "VerifyClientCertIfGiven";
  // Go takes the system's authorities then, which would let in whoever has any certificate of the public web.
  if (verifies && ca === undefined)
    reader.tell("client_ca_file", `is missing; ${clientAuth} needs to know whose certificates to take`);
  if (allowedSans.length > 0 && clientAuth !== "RequireAndVerifyClientCert" && clientAuth !== "RequireAnyClientCert") {
    reader.tell("client_allowed_sans", "needs client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert");
  }
  try {
    createSecureContext(context);
  } catch (error) {
    tell(`tls_server_config: certificate and key cannot be used: ${(error as Error).message}`);
  }
  return { context, clientAuth, allowedSans };
}

/** The oldest first. */
const versionNames = Object.keys(tlsVersions) as (keyof typeof tlsVersions)[];

/** PEM in the file itself, or in one of its own. */
async function inlineOrFile(reader: FieldReader, name: string, open: Open): Promise<string | undefined> {
  const inline = reader.string(name);
  const file = reader.string(`${name}_file`);
  if (inline !== undefined && file !== undefined)
    reader.tell(name, `and ${name}_file are both there; give one of them`);
  if (inline !== undefined || file === undefined) return inline;
  return open(file, `tls_server_config.${name}_file`);
}

/** OpenSSL takes any text, and then nobody's certificate. */
function checkAuthorities(pem: string, reader: FieldReader): void {
  const key = reader.has("client_ca") ? "client_ca" : "client_ca_file";
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
  if (certificates.length === 0) reader.tell(key, "has no certificate in PEM in it");
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      reader.tell(
        key,
        `certificate ${index + 1} of ${certificates.length} cannot be read: ${(error as Error).message}`,
      );
    }
  }
}

/** OpenSSL takes an empty range, and then nobody's handshake. */
function readVersions(reader: FieldReader): Pick<SecureContextOptions, "minVersion" | "maxVersion"> {
  const min = reader.word("min_version", versionNames) ?? "TLS12";
  const max = reader.word("max_version", versionNames) ?? "TLS13";
  if (versionNames.indexOf(min) > versionNames.indexOf(max)) {
    const key = reader.has("min_version") ? "min_version" : "max_version";
    reader.tell(
      key,
      `no version is from ${min} (min_version) to ${max} (max_version); raise max_version or lower min_version`,
    );
  }
  return { minVersion: tlsVersions[min], maxVersion: tlsVersions[max] };
}

function readSuites(reader: FieldReader): { ciphers?: string } {
  const named = translated(reader, "cipher_suites", cipherSuites);
  return named.length === 0 ? {} : { ciphers: [...new Set([...named, ...tls13Suites])].join(":") };
}

function readCurves(reader: FieldReader): { ecdhCurve?: string } {
  const named = translated(reader, "curve_preferences", curves);
  return named.length === 0 ? {} : { ecdhCurve: named.join(":") };
}

/** A list of Go's names as OpenSSL's. */
function translated(reader: FieldReader, key: string, known: Readonly<Record<string, string>>): string[] {
  return reader.strings(key).flatMap((name) => {
    if (Object.hasOwn(known, name)) return known[name] ?? [];
    reader.tell(key, `${JSON.stringify(name)} is not one of ${Object.keys(known).join(", ")}`);
    return [];
  });
}

const headerNames = [
  "Content-Security-Policy",
  "X-Frame-Options",
  "X-Content-Type-Options",
  "X-XSS-Protection",
  "Strict-Transport-Security",
] as const;

function readHttp(reader: FieldReader): Record<string, string> {
  // PinGo speaks HTTP/1.1, which everybody does who speaks HTTP/2.
  reader.flag("http2");
  const section = reader.section("headers");
  reader.end();
  if (section === undefined) return {};
  const headers: Record<string, string> = {};
  for (const name of headerNames) {
    const value = section.string(name);
    if (value !== undefined && /[^\x20-\x7e]/.test(value))
      section.tell(name, "has a character in it that no header has");
    else if (value !== undefined && value !== "") headers[name] = value;
  }
  section.end();
  return headers;
}

function readUsers(reader: FieldReader | undefined): Pick<WebConfig, "users" | "warnings"> {
  const users = new Map<string, string>();
  const warnings: string[] = [];
  for (const name of reader?.names() ?? []) {
    const hash = reader?.string(name);
    if (hash === undefined) continue;
    const [, revision = "", digits] = /^\$2(.?)\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash) ?? [];
    const cost = Number(digits);
    // Never shown whole: it may be the password itself.
    if (digits === undefined) reader?.tell(name, `is no bcrypt hash; ${howToHash}`);
    else if (!"aby".includes(revision) || revision === "")
      reader?.tell(name, `is a bcrypt hash of revision 2${revision}, which nobody makes any more; ${howToHash}`);
    else if (cost < minCost || cost > maxCost)
      reader?.tell(
        name,
        `is a bcrypt hash of cost ${cost}, which is not one of ${minCost} to ${maxCost}; ${howToHash}`,
      );
    else users.set(name, hash);
    if (cost > slowCost && users.has(name))
      warnings.push(`basic_auth_users.${name}: a hash of cost ${cost} takes seconds to check; ${howToHash}`);
  }
  return { users, warnings };
}
