import { type AccessSpec, baseUrl } from "../targets/kubernetes/credentials/access-spec.ts";
import { loadKubeconfig } from "../targets/kubernetes/credentials/load-kubeconfig.ts";
import { proxyFor } from "../targets/kubernetes/credentials/proxy-for.ts";
import { resolveContext } from "../targets/kubernetes/credentials/resolve-context.ts";
import { readServiceAccount } from "../targets/kubernetes/credentials/service-account.ts";
import { staticCluster } from "../targets/static/static-entry.ts";
import type { ApiConfig, SourceConfig } from "./config.ts";
import { overrideKubeconfig } from "./override-kubeconfig.ts";
import type { Sources } from "./settings.ts";

/** A cluster that is watched. */
export interface ClusterConfig {
  /** The `cluster` label: the context's name, or the API's host. */
  readonly cluster: string;
  /** The API's URL as written: the `target` label of its own series, as the first PinGo had it. */
  readonly apiName: string;
  readonly access: AccessSpec;
}

export type FoundClusters =
  /** None where a file of targets is all there is. */
  { readonly clusters: readonly ClusterConfig[] } | { readonly problems: readonly string[] };

/**
 * Finds the clusters that are meant: the API that is named; else the contexts of the kubeconfig; else the cluster
 * whose pod this is; else none, where there is a file of targets. Every problem is told at once.
 */
export async function findClusters(config: SourceConfig, sources: Sources): Promise<FoundClusters> {
  const found = await find(config, sources);
  if ("problems" in found || config.targetsFile === undefined) return found;
  const isTaken = found.clusters.some(({ cluster }) => cluster === staticCluster);
  if (!isTaken) return found;
  return { problems: [`the cluster "${staticCluster}" has the name that the targets of a file go by; rename it`] };
}

async function find(config: SourceConfig, sources: Sources): Promise<FoundClusters> {
  if (config.api !== undefined) return ofApi(config.api, sources);
  const ofFile = await findInKubeconfig(config, sources);
  if (!("nowhere" in ofFile)) return ofFile;
  const account = readServiceAccount(sources);
  if ("problems" in account) return account;
  if ("access" in account) return { clusters: [named(account.access.server.host, account.access)] };
  return config.targetsFile === undefined ? { problems: [nothingFound(ofFile.nowhere)] } : { clusters: [] };
}

function ofApi({ name, url, ca, token }: ApiConfig, { env }: Sources): FoundClusters {
  const choice = proxyFor(url, env);
  if ("problem" in choice) return { problems: [choice.problem] };
  const tls = { ca, cert: undefined, key: undefined, serverName: "", insecure: false };
  const access: AccessSpec = {
    contextName: "",
    clusterName: url.host,
    origin: "--api or PINGO_API",
    server: url,
    proxy: choice.proxy,
    tls,
    authorization: token,
    impersonation: {},
  };
  return { clusters: [{ cluster: url.host, apiName: name, access }] };
}

type InKubeconfig = FoundClusters | { readonly nowhere: readonly string[] };

/** `nowhere`: the files that are not there, where nobody asked for a context. */
async function findInKubeconfig(config: SourceConfig, sources: Sources): Promise<InKubeconfig> {
  const { kubeconfigFlag, kubeconfigVariable, contexts, overrides } = config;
  const loaded = await loadKubeconfig({
    ...(kubeconfigFlag !== undefined && { flag: [kubeconfigFlag] }),
    variable: kubeconfigVariable,
    homeDir: sources.env.HOME,
    readFile: sources.readFile,
  });
  if ("problems" in loaded) return loaded;
  const kubeconfig = overrideKubeconfig(loaded.kubeconfig, contexts[0], overrides);
  const isEmpty = kubeconfig.contexts.size === 0 && kubeconfig.currentContext === "";
  if (isEmpty && contexts.length === 0 && kubeconfigFlag === undefined) {
    return { nowhere: [...kubeconfig.missing, ...kubeconfig.files.map((path) => `${path} (which has no context)`)] };
  }
  const problems: string[] = [];
  const clusters: ClusterConfig[] = [];
  for (const name of contexts.length === 0 ? [undefined] : contexts) {
    const resolved = resolveContext(kubeconfig, name, sources);
    if ("problems" in resolved) problems.push(...resolved.problems);
    else clusters.push(named(resolved.access.contextName, resolved.access));
  }
  return problems.length > 0 ? { problems: [...new Set(problems)] } : { clusters };
}

function named(cluster: string, access: AccessSpec): ClusterConfig {
  return { cluster, apiName: baseUrl(access), access };
}

function nothingFound(missing: readonly string[]): string {
  const kubeconfig =
    missing.length === 0 ? "no kubeconfig (HOME is not set)" : `no kubeconfig at ${missing.join(", ")}`;
  return (
    `no API is named: neither --api nor PINGO_API is set, there is ${kubeconfig}, this is no pod ` +
    "(KUBERNETES_SERVICE_HOST is not set), and no file of targets is given (--targets); " +
    'write e.g. PINGO_API=https://192.0.2.1:6443, or try "pingo demo", which needs none'
  );
}
