import { resolve } from "node:path";
import type { Entries, Kubeconfig, KubeconfigEntry } from "../targets/kubernetes/credentials/kubeconfig.ts";
import { type KubectlOption, kubectlOptions } from "./kubectl-options.ts";

/** What a user or a cluster is called that stands on the command line alone. */
const unnamed = "of the command line";

/**
 * The kubeconfig with what kubectl's flags put in the place of the fields of one context (the current one where `name` is
 * undefined), its cluster and its user. As with kubectl, `--server` is enough where there is no context at all. A context
 * that is not there is left for others to tell of.
 */
export function overrideKubeconfig(
  kubeconfig: Kubeconfig,
  name: string | undefined,
  flags: ReadonlyMap<string, string>,
): Kubeconfig {
  if (flags.size === 0) return kubeconfig;
  const { contexts, clusters, users, currentContext } = kubeconfig;
  const isBare = contexts.size === 0 && currentContext === "" && name === undefined && flags.has("server");
  const contextName = isBare ? hostOf(flags.get("server") ?? "") : (name ?? currentContext);
  const found = isBare ? blank(contextName) : contexts.get(contextName);
  if (found === undefined) return kubeconfig;
  const context = override(found, "context", flags);
  const changed = {
    clusters: withOverrides(clusters, context, "cluster", flags),
    users: withOverrides(users, context, "user", flags),
  };
  const fields = {
    ...context.fields,
    ...(changed.clusters.name !== undefined && { cluster: changed.clusters.name }),
    ...(changed.users.name !== undefined && { user: changed.users.name }),
  };
  return {
    ...kubeconfig,
    currentContext: isBare ? contextName : currentContext,
    contexts: new Map([...contexts, [contextName, { ...context, fields }]]),
    clusters: changed.clusters.entries,
    users: changed.users.entries,
  };
}

/** The entries with that of the context changed; its name where the context now has to name it. */
function withOverrides(
  entries: Entries,
  context: KubeconfigEntry,
  kind: "cluster" | "user",
  flags: ReadonlyMap<string, string>,
): { readonly entries: Entries; readonly name?: string } {
  if (![...flags.keys()].some((flag) => kubectlOptions[flag]?.entry === kind)) return { entries };
  const named = context.fields[kind];
  const name = typeof named === "string" && named !== "" ? named : unnamed;
  const entry = name === unnamed ? blank(name) : entries.get(name);
  // Named and not there: that is what is to be told.
  if (entry === undefined) return { entries };
  return { entries: new Map([...entries, [name, override(entry, kind, flags)]]), name };
}

function override(
  entry: KubeconfigEntry,
  kind: KubectlOption["entry"],
  flags: ReadonlyMap<string, string>,
): KubeconfigEntry {
  const mine = [...flags].flatMap(([flag, text]) => {
    const option = kubectlOptions[flag];
    return option?.entry === kind ? [{ option, text }] : [];
  });
  const gone = new Set(mine.flatMap(({ option }) => option.replaces ?? []));
  const kept = Object.entries(entry.fields).filter(([field]) => !gone.has(field));
  const given = mine.map(({ option, text }) => [option.field, fieldOf(option, text)] as const);
  return { ...entry, fields: Object.fromEntries([...kept, ...given]) };
}

function fieldOf({ argument, repeats, isPath }: KubectlOption, text: string): unknown {
  if (argument === undefined) return text === "true";
  if (repeats === true) return text.split("\n");
  return isPath === true ? resolve(text) : text;
}

function blank(name: string): KubeconfigEntry {
  return { name, file: "the command line", fields: {} };
}

function hostOf(server: string): string {
  return URL.parse(server)?.host || server;
}
