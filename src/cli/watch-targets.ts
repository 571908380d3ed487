import { systemClock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { ClusterConfig } from "../config/find-clusters.ts";
import { createLog, oneLine } from "../log.ts";
import type { Target } from "../target.ts";
import { followSource } from "../targets/follow-source.ts";
import { ClusterSource } from "../targets/kubernetes/cluster-source.ts";
import { type OpenCluster, openClusters, secretsOf } from "../targets/kubernetes/open-cluster.ts";
import { targetsOf } from "../targets/select.ts";
import type { TargetSource } from "../targets/source.ts";
import { FileSource } from "../targets/static/file-source.ts";
import { staticCluster } from "../targets/static/static-entry.ts";
import type { TargetListener } from "../targets/target-set.ts";
import type { ListedNode } from "./list-targets.ts";
import type { Terminal } from "./terminal.ts";

/** What `pingo targets --watch` tells of; one line each, of text or of JSON. */
interface Change {
  readonly change: "added" | "removed" | "relabelled" | "not probed" | "ready";
  readonly cluster: string;
  readonly node: string;
  readonly target?: string;
  /** Why there is no target, or what Ready is now. */
  readonly detail?: string;
}

const asking = { request() {}, synced() {}, watchRestarted() {}, problem() {}, failed() {} };

/**
 * Follows every source until `signal` is aborted and tells what changes from what was `listed`. Troubles of an API go to
 * standard error; its nodes stay as they were.
 */
export async function watchTargets(
  config: Config,
  clusters: readonly ClusterConfig[],
  listed: readonly ListedNode[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  let open: readonly OpenCluster[] = [];
  const { logFormat: format } = config;
  const secrets = () => secretsOf(open);
  const log = createLog({ format, level: "warn", write: terminal.err, unixMs: () => systemClock.unixMs(), secrets });
  open = openClusters(clusters, { env: terminal.env, clock: systemClock, warn: () => {} });
  const known = new Map(
    listed.flatMap(({ outcome }) => targetsOf(outcome).map((target) => [target.key, target] as const)),
  );
  const tell = (change: Change) => terminal.out(config.output === "json" ? jsonLine(change) : textLine(change));
  const common = { log, clock: systemClock, random: Math.random };
  const selection = { selection: config, nodeSelector: config.nodeSelector, scanMs: config.scanMs };
  const sources: TargetSource[] = open.map((cluster) => {
    const follower = new Follower(cluster.cluster, known, tell);
    const { listener, synced: firstSynced } = follower;
    return new ClusterSource({ open: cluster, ...selection, listener, report: asking, firstSynced, ...common });
  });
  const { targetsFile } = config.sources;
  if (targetsFile !== undefined) {
    const { listener, synced: firstSynced } = new Follower(staticCluster, known, tell);
    const report = { fileChecked() {}, resolved() {} };
    sources.push(new FileSource({ path: targetsFile, selection: config, listener, report, firstSynced, ...common }));
  }
  const close = () => {
    for (const source of sources) source.close();
  };
  signal.addEventListener("abort", close, { once: true });
  await Promise.all(sources.map((source) => followSource(source, { log, clock: systemClock, signal })));
}

/** Turns what one source tells into changes from what was listed; the first state of the source is mostly the same. */
class Follower {
  readonly #cluster: string;
  readonly #known: Map<string, Target>;
  readonly #tell: (change: Change) => void;
  readonly #seen = new Set<string>();
  #isSynced = false;

  constructor(cluster: string, known: Map<string, Target>, tell: (change: Change) => void) {
    this.#cluster = cluster;
    this.#known = known;
    this.#tell = tell;
  }

  readonly listener: TargetListener = {
    added: (target) => {
      this.#seen.add(target.key);
      if (!this.#known.has(target.key)) this.#tellOf("added", target);
      this.#known.set(target.key, target);
    },
    removed: (target) => {
      this.#known.delete(target.key);
      this.#tellOf("removed", target);
    },
    relabelled: (target) => this.#tellOf("relabelled", target),
    unprobed: (cluster, { name }, why) => {
      if (this.#isSynced) this.#tell({ change: "not probed", cluster, node: name, detail: why });
    },
    readinessChanged: (cluster, { name, ready }) => {
      this.#tell({ change: "ready", cluster, node: name, detail: [ready.status, ready.reason].join(" ").trim() });
    },
  };

  /** What was listed and is not there any more left in between. */
  readonly synced = (): void => {
    this.#isSynced = true;
    for (const target of this.#known.values()) {
      if (target.cluster !== this.#cluster || this.#seen.has(target.key)) continue;
      this.#known.delete(target.key);
      this.#tellOf("removed", target);
    }
  };

  #tellOf(change: Change["change"], { cluster, node, address }: Target): void {
    this.#tell({ change, cluster, node, target: address });
  }
}

function jsonLine(change: Change): string {
  return `${JSON.stringify({ time: new Date(systemClock.unixMs()).toISOString(), ...change })}\n`;
}

function textLine({ change, cluster, node, target, detail }: Change): string {
  const time = new Date(systemClock.unixMs()).toISOString();
  const rest = [target, detail].filter((text) => text !== undefined).join(" ");
  return `${time} ${change.padEnd(10)} ${oneLine(`${cluster} ${node} ${rest}`)}\n`;
}
