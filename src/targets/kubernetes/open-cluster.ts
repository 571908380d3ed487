import type { Clock } from "../../clock.ts";
import type { ClusterConfig } from "../../config/find-clusters.ts";
import { ClusterAccess } from "./credentials/cluster-access.ts";
import type { Environment } from "./credentials/proxy-for.ts";
import { readBoundedFile } from "./credentials/read-bounded-file.ts";

/** A cluster that can be asked. */
export interface OpenCluster {
  readonly cluster: string;
  readonly apiName: string;
  readonly access: ClusterAccess;
}

export interface OpenOptions {
  readonly env: Environment;
  readonly clock: Clock;
  /** Told of what a user should know and nothing breaks for. */
  readonly warn: (message: string) => void;
}

/** Brings the way to each cluster to life; asks nothing yet. */
export function openClusters(clusters: readonly ClusterConfig[], options: OpenOptions): OpenCluster[] {
  const { clock, warn } = options;
  // Where bin/pingo.js keeps what it compiled is no place for what a plugin compiles.
  const { NODE_COMPILE_CACHE: _, ...env } = options.env;
  return clusters.map(({ cluster, apiName, access: spec }) => {
    if (spec.tls.insecure) {
      warn(
        `${spec.origin} says insecure-skip-tls-verify: whoever is on the way to ${apiName} can read the token there`,
      );
    }
    return { cluster, apiName, access: new ClusterAccess(spec, { readFile: readBoundedFile, clock, env, warn }) };
  });
}

/** What no log and no terminal may show. */
export function secretsOf(clusters: readonly OpenCluster[]): readonly string[] {
  return clusters.flatMap(({ access }) => access.secrets());
}
