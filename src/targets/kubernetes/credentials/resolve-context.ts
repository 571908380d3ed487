import { closest } from "../../../config/suggest.ts";
import { quote } from "../../../config/values.ts";
import type { AccessSpec } from "./access-spec.ts";
import { type ClusterEntry, readCluster } from "./cluster-entry.ts";
import { EntryReader } from "./entry-reader.ts";
import type { Entries, Kubeconfig, KubeconfigEntry } from "./kubeconfig.ts";
import { type Environment, proxyFor } from "./proxy-for.ts";
import { readUser } from "./user-entry.ts";

export interface ResolveSources {
  /** For the proxy variables. */
  readonly env: Environment;
  /** Text of a file; throws the system's error. Files that a context names are read once to see whether they do. */
  readonly readFile: (path: string) => string;
}

export type ResolvedContext = { readonly access: AccessSpec } | { readonly problems: readonly string[] };

/**
 * What a kubeconfig's context says, checked: the named one, or the current one where none is named. Every problem is
 * told at once, each a sentence with the file, the entry and what would do. Entries that this context does not name
 * are not looked at.
 */
export function resolveContext(
  kubeconfig: Kubeconfig,
  name: string | undefined,
  sources: ResolveSources,
): ResolvedContext {
  const problems: string[] = [];
  const context = findContext(kubeconfig, name, problems);
  if (context === undefined) return { problems };
  const access = readAccess(kubeconfig, context, sources, problems);
  return access === undefined || problems.length > 0 ? { problems } : { access };
}

function findContext(kubeconfig: Kubeconfig, name: string | undefined, problems: string[]) {
  const { contexts, currentContext, files, missing } = kubeconfig;
  const wanted = name ?? currentContext;
  const context = contexts.get(wanted);
  if (context !== undefined && wanted !== "") return context;
  if (files.length === 0) {
    const looked = missing.length === 0 ? "neither KUBECONFIG nor HOME is set" : `looked for ${missing.join(", ")}`;
    problems.push(`no kubeconfig is there (${looked})`);
    return undefined;
  }
  const where = files.join(", ");
  const known = `; it has ${namesOf(contexts)}`;
  if (wanted === "") problems.push(`${where}: no current-context is set; name one with --context${known}`);
  else {
    const meant = severalIn(wanted, contexts) || closest(wanted, [...contexts.keys()], "; did you mean ");
    const what = name === undefined ? "the current-context" : "the context";
    problems.push(`${where}: ${what} ${quote(wanted)} is not there${meant === "" ? known : meant}`);
  }
  return undefined;
}

/** What to write instead of several contexts behind one --context: a name may have commas in it. */
function severalIn(wanted: string, contexts: Entries): string {
  const names = wanted.split(",");
  if (names.length < 2 || !names.every((name) => contexts.has(name))) return "";
  return `; several are written ${names.map((name) => `--context ${name}`).join(" ")}`;
}

const maxNamesShown = 10;

function namesOf(entries: Entries): string {
  if (entries.size === 0) return "none";
  const shown = [...entries.keys()].slice(0, maxNamesShown).map(quote);
  const rest = entries.size - shown.length;
  return shown.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

function readAccess(
  kubeconfig: Kubeconfig,
  contextEntry: KubeconfigEntry,
  { env, readFile }: ResolveSources,
  problems: string[],
): AccessSpec | undefined {
  const context = EntryReader.of("context", contextEntry, problems);
  const clusterEntry = findEntry(context, "cluster", kubeconfig.clusters);
  const userEntry = findEntry(context, "user", kubeconfig.users);
  const clusterReader = clusterEntry && EntryReader.of("cluster", clusterEntry, problems);
  const cluster = clusterReader && readCluster(clusterReader, readFile);
  const proxy = clusterReader && cluster && readProxy(clusterReader, cluster, env);
  const userReader = userEntry && EntryReader.of("user", userEntry, problems);
  const user = userReader && readUser(userReader, cluster?.forPlugin ?? {}, readFile);
  if (cluster === undefined || clusterEntry === undefined) return undefined;
  // As kubectl: over plain HTTP nobody is shown who we are, but who we want to be.
  const secure = cluster.server.protocol === "https:";
  return {
    contextName: contextEntry.name,
    clusterName: clusterEntry.name,
    origin: `context ${quote(contextEntry.name)} of ${contextEntry.file}`,
    server: cluster.server,
    proxy,
    tls: {
      ca: secure ? cluster.ca : undefined,
      cert: secure ? user?.cert : undefined,
      key: secure ? user?.key : undefined,
      serverName: cluster.serverName,
      insecure: secure && cluster.insecure,
    },
    authorization: (secure ? user?.authorization : undefined) ?? { from: "none" },
    impersonation: user?.impersonation ?? {},
  };
}

/** The cluster or the user that a context names. A context without a user is nobody: some API servers let that pass. */
function findEntry(context: EntryReader, kind: "cluster" | "user", entries: Entries): KubeconfigEntry | undefined {
  const name = context.text(kind);
  const entry = entries.get(name);
  if (kind === "cluster" && context.lacks(kind)) context.trouble("it names no cluster");
  if (name === "") return undefined;
  if (entry === undefined) {
    const meant = closest(name, [...entries.keys()], "; did you mean ");
    context.trouble(`it names the ${kind} ${quote(name)}, which is not there${meant}`);
  }
  return entry;
}

function readProxy(reader: EntryReader, cluster: ClusterEntry, env: Environment): URL | undefined {
  const choice = proxyFor(cluster.server, env, cluster.proxyUrl);
  if ("proxy" in choice) return choice.proxy;
  reader.trouble(choice.problem);
  return undefined;
}
