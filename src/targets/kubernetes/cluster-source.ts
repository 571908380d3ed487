import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { NodeFacts } from "../node.ts";
import type { NodeOutcome, Selection } from "../select.ts";
import type { TargetSource } from "../source.ts";
import { type TargetListener, TargetSet } from "../target-set.ts";
import { ApiClient, type RequestReport } from "./api-client.ts";
import { type FollowReport, NodeFollower } from "./node-follower.ts";
import type { OpenCluster } from "./open-cluster.ts";

export interface ClusterSourceOptions {
  readonly open: OpenCluster;
  readonly selection: Selection;
  /** Label selector, sent to the API. */
  readonly nodeSelector: string;
  readonly scanMs: number;
  readonly listener: TargetListener;
  readonly report: FollowReport & { request(report: RequestReport): void };
  /** Told once: its nodes are known. */
  readonly firstSynced: (source: TargetSource) => void;
  readonly log: Log;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** The nodes of one cluster, followed through its API. */
export class ClusterSource implements TargetSource {
  readonly cluster: string;
  isSynced = false;
  readonly #client: ApiClient;
  readonly #nodes: TargetSet;
  readonly #follower: NodeFollower;

  constructor(options: ClusterSourceOptions) {
    const { open, selection, report, log, clock, random } = options;
    this.cluster = open.cluster;
    this.#nodes = new TargetSet(open.cluster, selection, options.listener);
    this.#client = new ApiClient({ access: open.access, clock, report: (request) => report.request(request) });
    this.#follower = new NodeFollower({
      client: this.#client,
      apiName: open.apiName,
      sink: this.#nodes,
      report: {
        synced: () => this.#synced(options),
        watchRestarted: (reason) => report.watchRestarted(reason),
        problem: (reason) => report.problem(reason),
        failed: (problem) => report.failed(problem),
      },
      log,
      clock,
      random,
      labelSelector: options.nodeSelector,
      scanMs: options.scanMs,
    });
  }

  run(signal: AbortSignal): Promise<void> {
    return this.#follower.run(signal);
  }

  close(): void {
    this.#client.close();
  }

  countByState(): Record<NodeOutcome["state"], number> {
    return this.#nodes.countByState();
  }

  nodes(): readonly NodeFacts[] {
    return this.#nodes.entries().map(({ node }) => node);
  }

  #synced({ report, firstSynced }: ClusterSourceOptions): void {
    report.synced();
    if (this.isSynced) return;
    this.isSynced = true;
    firstSynced(this);
  }
}
