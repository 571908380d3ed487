/** What a headline is made of. */
import type { Silence } from "../model.ts";

/** A target that is unreachable, or degraded. */
export interface Ailing {
  readonly node: string;
  /** A result, `loss`, `syn retransmits` or `latency`. */
  readonly why: string;
  readonly sinceMs: number | null;
}

export interface ZoneWorld {
  readonly cluster: string;
  readonly zone: string;
  readonly targets: number;
  /** Of which nothing is known. */
  readonly unknown: number;
  /** Those of them that are tried, or were: of the others nothing is known yet. */
  readonly silent: readonly Silence[];
  readonly unreachable: readonly Ailing[];
  readonly degraded: readonly Ailing[];
}

export interface ApiWorld {
  readonly cluster: string;
  readonly isUp: boolean | null;
  readonly sinceMs: number | null;
}

export interface World {
  /** The moment that is told of. */
  readonly atMs: number;
  readonly isLive: boolean;
  /** What targets are called: nodes may have several. */
  readonly noun: "node" | "target";
  readonly zones: readonly ZoneWorld[];
  readonly apis: readonly ApiWorld[];
  /** In the cluster's eyes; null where nobody says. */
  readonly isReady: (cluster: string, node: string) => boolean | null;
}
