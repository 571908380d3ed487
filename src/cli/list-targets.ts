import { systemClock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { ClusterConfig } from "../config/find-clusters.ts";
import { oneLine, redact, silentLog } from "../log.ts";
import { ApiClient } from "../targets/kubernetes/api-client.ts";
import { listNodes } from "../targets/kubernetes/list-nodes.ts";
import { type OpenCluster, openClusters, secretsOf } from "../targets/kubernetes/open-cluster.ts";
import type { NodeFacts } from "../targets/node.ts";
import type { NodeOutcome } from "../targets/select.ts";
import { FileSource } from "../targets/static/file-source.ts";
import { staticCluster } from "../targets/static/static-entry.ts";
import type { StaticOutcome } from "../targets/static/static-targets.ts";
import { loadTargetFile, targetFile } from "../targets/static/target-file.ts";
import { TargetSet } from "../targets/target-set.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** A node, or an entry of the file of targets, and what becomes of it. */
export interface ListedNode {
  readonly cluster: string;
  readonly name: string;
  readonly zone: string;
  readonly region: string;
  readonly instanceType: string;
  readonly os: string;
  /** Undefined of what no API tells about. */
  readonly ready: NodeFacts["ready"] | undefined;
  readonly unschedulable: boolean;
  readonly taints: NodeFacts["taints"];
  readonly outcome: NodeOutcome;
}

/** Everything that is named at one moment, sorted by cluster, zone and name. */
export interface ListedTargets {
  readonly nodes: readonly ListedNode[];
  /** Items of the lists that are no nodes. */
  readonly unreadable: number;
  /** Clusters whose API gave no list. */
  readonly failed: readonly string[];
  /** Whether several clusters were asked, or one beside a file, whatever came of it. */
  readonly areSeveral: boolean;
}

const silent = { added() {}, removed() {}, relabelled() {}, readinessChanged() {}, unprobed() {} };
/** Names of a file are looked up for so long; what has not answered by then has no address. */
const resolveLimitMs = 5_000;

/**
 * Asks each API once for all nodes, reads the file of targets, and says what becomes of each. Where nothing can be
 * had, or at an interrupt, it says why and gives the exit code; where one cluster of several fails, it says so.
 */
export async function listTargets(
  config: Config,
  clusters: readonly ClusterConfig[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ListedTargets | ExitCode> {
  const { targetsFile } = config.sources;
  if (!(await loadTargetsOrSay(targetsFile, terminal, signal))) return exitCodes.usage;
  let open: readonly OpenCluster[] = [];
  const say = (text: string) => terminal.err(`pingo: ${redact(oneLine(text), secretsOf(open))}\n`);
  open = openClusters(clusters, { env: terminal.env, clock: systemClock, warn: say });
  const lists = await Promise.all(open.map((cluster) => listCluster(config, cluster, say, signal)));
  if (signal.aborted) return exitCodes.interrupted;
  const ofFile = targetsFile === undefined ? [] : await listFile(config, targetsFile, signal);
  if (signal.aborted) return exitCodes.interrupted;
  const failed = open.filter((_, index) => lists[index] === undefined).map(({ cluster }) => cluster);
  if (failed.length > 0 && failed.length === open.length && ofFile.length === 0) return exitCodes.api;
  const nodes = [...lists.flatMap((list) => list?.nodes ?? []), ...ofFile].sort(byPlaceAndName);
  const unreadable = lists.reduce((sum, list) => sum + (list?.unreadable ?? 0), 0);
  return { nodes, unreadable, failed, areSeveral: clusters.length + (targetsFile === undefined ? 0 : 1) > 1 };
}

/** Whether the file of targets, where there is one, can be used; says what is wrong with it. */
export async function loadTargetsOrSay(
  path: string | undefined,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  if (path === undefined) return true;
  const loaded = await loadTargetFile(targetFile(path), undefined, signal);
  const problems = loaded !== undefined && "problems" in loaded ? loaded.problems : [];
  for (const problem of problems) terminal.err(`pingo: ${oneLine(problem)}\n`);
  return problems.length === 0;
}

/** Undefined after saying why there is no list. */
async function listCluster(
  config: Config,
  { cluster, apiName, access }: OpenCluster,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<{ nodes: ListedNode[]; unreadable: number } | undefined> {
  const client = new ApiClient({ access, clock: systemClock, report: () => {} });
  // A plugin that is asked for credentials hears of no signal but this.
  signal.addEventListener("abort", () => client.close(), { once: true });
  const list = await listNodes({ client, clock: systemClock, labelSelector: config.nodeSelector, signal });
  client.close();
  if (signal.aborted) return undefined;
  if ("problem" in list) {
    const context = access.spec.contextName === "" ? "" : ` (context ${access.spec.contextName})`;
    say(`the API ${apiName}${context} cannot be used: ${list.problem.detail}`);
    return undefined;
  }
  for (const { name, flaw } of list.flaws) {
    say(`the API sends ${name === "" ? "an object" : `node ${name}`} that cannot be read: ${flaw}`);
  }
  const set = new TargetSet(cluster, config, silent);
  set.replace(list.nodes);
  const nodes = set.entries().map(({ node, outcome }) => ({ ...node, cluster, outcome }));
  return { nodes, unreadable: list.flaws.length };
}

async function listFile(config: Config, path: string, signal: AbortSignal): Promise<ListedNode[]> {
  const ending = new AbortController();
  const source = new FileSource({
    path,
    selection: config,
    listener: silent,
    report: { fileChecked() {}, resolved() {} },
    firstSynced: () => ending.abort(),
    log: silentLog,
    clock: systemClock,
    random: Math.random,
  });
  const limit = setTimeout(() => ending.abort(), resolveLimitMs);
  await source.run(AbortSignal.any([signal, ending.signal]));
  clearTimeout(limit);
  source.close();
  return source.outcomes().map(ofEntry);
}

function ofEntry(outcome: StaticOutcome): ListedNode {
  const { name, zone, region, instanceType, os } = outcome.entry;
  const facts = { name, zone, region, instanceType, os, ready: undefined, unschedulable: false, taints: [] };
  return { cluster: staticCluster, ...facts, outcome };
}

function byPlaceAndName(a: ListedNode, b: ListedNode): number {
  return compare(a.cluster, b.cluster) || compare(a.zone, b.zone) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
