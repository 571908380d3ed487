import type { PemSource } from "./access-spec.ts";
import type { EntryReader } from "./entry-reader.ts";
import { flawOfCa, readPem, readPemSource } from "./pem-source.ts";

/** A kubeconfig's cluster, checked. */
export interface ClusterEntry {
  readonly server: URL;
  readonly ca: PemSource | undefined;
  readonly serverName: string;
  readonly insecure: boolean;
  /** As written; empty where it has none. */
  readonly proxyUrl: string;
  /** What a plugin that wants to know its cluster is told: ExecCredential's spec.cluster, without the CA's data. */
  readonly forPlugin: Readonly<Record<string, unknown>>;
}

/** The extension whose content kubectl hands to plugins. */
const pluginExtension = "client.authentication.k8s.io/exec";

/** Reads a cluster's entry; undefined after noting why it cannot be used. */
export function readCluster(entry: EntryReader, readFile: (path: string) => string): ClusterEntry | undefined {
  const server = readServer(entry);
  const ca = readPemSource(entry, "certificate-authority");
  const serverName = entry.text("tls-server-name");
  const insecure = entry.flag("insecure-skip-tls-verify");
  const proxyUrl = entry.text("proxy-url");
  const disableCompression = entry.flag("disable-compression");
  const extension = entry.list("extensions").find((item) => item.text("name") === pluginExtension);
  if (server?.protocol === "https:") checkCa(entry, ca, insecure, readFile);
  if (server === undefined) return undefined;
  // Without what is empty, as Go writes it.
  const forPlugin = {
    server: entry.text("server"),
    ...(serverName === "" ? {} : { "tls-server-name": serverName }),
    ...(insecure ? { "insecure-skip-tls-verify": true } : {}),
    ...(proxyUrl === "" ? {} : { "proxy-url": proxyUrl }),
    ...(disableCompression ? { "disable-compression": true } : {}),
    config: extension?.raw("extension") ?? null,
  };
  return { server, ca, serverName, insecure, proxyUrl, forPlugin };
}

function readServer(entry: EntryReader): URL | undefined {
  const written = entry.text("server").trim();
  const example = "write it like https://192.0.2.1:6443";
  if (entry.lacks("server")) entry.trouble(`server is missing; ${example}`);
  if (written === "") return undefined;
  if (written.includes("@")) {
    // Looked for first, so that no password gets into logs, labels and errors.
    entry.trouble(`server has a user or password in it; ${example} and name a user beside`);
    return undefined;
  }
  // As for kubectl, a server without a scheme is one that speaks plain HTTP.
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`;
  const url = /[\s\p{Cc}\\]/u.test(text) ? null : URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") return withoutQuery(url);
  entry.trouble(`server is no http(s) URL; ${example}`);
  return undefined;
}

function withoutQuery(url: URL): URL {
  url.search = "";
  url.hash = "";
  return url;
}

function checkCa(entry: EntryReader, ca: PemSource | undefined, insecure: boolean, readFile: (path: string) => string) {
  if (ca === undefined) return;
  if (insecure) {
    // client-go refuses it too ("specifying a root certificates file with the insecure flag is not allowed").
    entry.trouble("a certificate-authority is given, and insecure-skip-tls-verify says not to check; leave one out");
  }
  const text = readPem(ca, "certificate-authority", readFile);
  const problem = "pem" in text ? flawOfCa(text.pem) : undefined;
  const where = ca.from === "file" ? `certificate-authority (${ca.path})` : "certificate-authority-data";
  if ("problem" in text) entry.trouble(text.problem);
  else if (problem !== undefined) entry.trouble(`${where} ${problem}`);
}
