/**
 * What `/api/v1` answers: the types that server, page and terminal share. Times are whole milliseconds since 1970 UTC
 * (`...Ms`), round trips microseconds (`...Us`), null stands for "not known" and "no data", never for "none".
 *
 * In an answer over time, `range` says which: column `i` covers `stepMs` from `fromMs + i * stepMs` on, and every array
 * "by column" has `columns` items.
 */
import type { Result } from "../outcome.ts";

/** What of time an answer covers: whole steps. The last one may be going on still. */
export interface Range {
  readonly fromMs: number;
  /** The end of the last column, which may lie ahead of now. */
  readonly toMs: number;
  readonly stepMs: number;
  readonly columns: number;
}

/**
 * How a step of a node or a zone was, as one number: 0 is fine, `10 * kind + level` is trouble. Kinds: 1 latency against
 * the node's own normal, 2 SYN retransmits, 3 loss. Levels: 1 some, 2 much, 3 the worst (loss: nothing came through). The
 * worst minute of a longer step counts. Null: nothing was measured, which is no trouble.
 */
export type Heat = number | null;

/** Handshakes by result, in the order of `results`: ok, timeout, refused, reset, unreachable, local. */
export type ResultCounts = readonly [number, number, number, number, number, number];

/** What may be said of a node at a glance. `unknown`: nothing was measured yet, not for long, or not at that time. */
export type Condition = "ok" | "degraded" | "unreachable" | "unknown";

export interface Headline {
  /** The worst of what it says; `unknown` where nothing is known of any node, or not any more of some. */
  readonly condition: Condition;
  /** A sentence of plain words: "all 312 nodes reachable". Its times are in UTC, written as `{<milliseconds>}`. */
  readonly text: string;
  /** More sentences, the worst first; seldom any. */
  readonly more: readonly string[];
}

export interface ClusterState {
  readonly cluster: string;
  /** At the end of the range. Null where there is no API: a file of targets, or a history that does not know. */
  readonly isApiUp: boolean | null;
  readonly apiSinceMs: number | null;
  readonly targets: number;
  readonly reachable: number;
}

export interface ZoneRow {
  readonly cluster: string;
  /** Empty where the nodes have none. */
  readonly zone: string;
  readonly targets: number;
  /** At the end of the range, as in NodeRow. */
  readonly unreachable: number;
  readonly degraded: number;
  /** By column. */
  readonly heat: readonly Heat[];
}

/** A target on the overview. */
export interface NodeRow {
  /** Names the target in other requests. */
  readonly key: string;
  readonly cluster: string;
  /** The one that it was in at the end of the range. */
  readonly zone: string;
  readonly node: string;
  /** `192.0.2.7:10250` */
  readonly target: string;
  readonly portName: string;
  /** As it was at the end of the range; of now where that is not over. */
  readonly condition: Condition;
  /** Since when; null where it is not known. */
  readonly sinceMs: number | null;
  /** Why, in a word, where it is not ok: a result, `loss` (which result is not told), `syn retransmits` or `latency`; else empty. */
  readonly why: string;
  /** Ready in the cluster's eyes; null where nobody says. */
  readonly isReady: boolean | null;
  /** The last round trip, for who looks at now; else null. */
  readonly rttUs: number | null;
  /** Whether it is still probed. */
  readonly isProbed: boolean;
  /** By column. */
  readonly heat: readonly Heat[];
}

/** `GET /api/v1/overview` */
export interface Overview {
  readonly nowMs: number;
  /** Whether `range` reaches to now, so that conditions are those of this moment. */
  readonly isLive: boolean;
  readonly range: Range;
  readonly headline: Headline;
  readonly clusters: readonly ClusterState[];
  /** Zones, trouble on top; the first 500, should there be more. */
  readonly zones: readonly ZoneRow[];
  /** The nodes that were asked for, trouble on top, at most `limit` of them from `offset` on. */
  readonly nodes: readonly NodeRow[];
  /** How many nodes the question fits. */
  readonly nodesTotal: number;
  /** Where to go on, or null at the end. */
  readonly nextOffset: number | null;
}

/** Percentiles of a step, microseconds; null where there was no round trip. */
export interface Latency {
  readonly minUs: number | null;
  readonly p50Us: number | null;
  readonly p90Us: number | null;
  readonly p99Us: number | null;
  readonly maxUs: number | null;
}

/** By column: what was measured of a node, a zone, or of many. All arrays have `range.columns` items. */
export interface Series {
  readonly results: readonly ResultCounts[];
  readonly synSent: readonly number[];
  readonly synRetransmits: readonly number[];
  readonly latency: readonly Latency[];
  readonly heat: readonly Heat[];
}

/** Facts of a node as its API has them; null and empty where nobody says. */
export interface TargetFacts {
  readonly key: string;
  readonly cluster: string;
  readonly node: string;
  readonly name: string;
  readonly target: string;
  readonly portName: string;
  readonly addressType: string;
  readonly zone: string;
  readonly region: string;
  readonly instanceType: string;
  readonly os: string;
  readonly isReady: boolean | null;
  readonly readyReason: string;
  readonly isUnschedulable: boolean | null;
  readonly isProbed: boolean;
  /** When PinGo began and ceased to probe it; null where it is not known or has not ended. */
  readonly joinedMs: number | null;
  readonly leftMs: number | null;
  readonly condition: Condition;
  readonly sinceMs: number | null;
  /** The node's own normal, what latency is held against; null before there is one. */
  readonly normalUs: number | null;
}

/** `GET /api/v1/history?key=KEY` (one target) or `?cluster=&zone=` (all of a zone, or of a cluster, or of everything). */
export interface HistoryAnswer {
  readonly nowMs: number;
  readonly isLive: boolean;
  readonly range: Range;
  /** Of one target; null for a group. */
  readonly facts: TargetFacts | null;
  readonly series: Series;
  /** Of the whole range, from merged sketches. */
  readonly total: {
    readonly results: ResultCounts;
    readonly synSent: number;
    readonly synRetransmits: number;
  } & Latency;
}

/** `GET /api/v1/zones`: the matrix. */
export interface ZonesAnswer {
  readonly nowMs: number;
  readonly isLive: boolean;
  readonly range: Range;
  readonly zones: readonly (ZoneRow & {
    readonly lossShare: readonly (number | null)[];
    readonly p50Us: readonly (number | null)[];
  })[];
}

/** What happened. `handshake`: one that failed, or that a SYN retransmit was needed for. */
export interface HistoryEvent {
  readonly atMs: number;
  readonly kind: "handshake" | "down" | "up" | "ready" | "joined" | "left" | "zone" | "api" | "pingo";
  readonly cluster: string;
  /** Empty for `api` and `pingo`. */
  readonly node: string;
  readonly target: string;
  /** Names the target, where it is about one; else empty. */
  readonly key: string;
  readonly zone: string;
  /** Of a handshake, `down`: how it ended; else null. */
  readonly result: Result | null;
  /** One line for people. */
  readonly text: string;
  readonly synSent: number | null;
  readonly connectUs: number | null;
}

/** `GET /api/v1/history/events`: the newest first, at most `limit` of them. */
export interface EventsAnswer {
  readonly nowMs: number;
  readonly events: readonly HistoryEvent[];
  /** Give it as `before` to read on; null at the end. */
  readonly next: string | null;
}

/** `GET /api/v1/targets`: sorted by cluster, zone and node. */
export interface TargetsAnswer {
  readonly nowMs: number;
  readonly targets: readonly TargetFacts[];
  readonly total: number;
  readonly nextOffset: number | null;
}

/** `GET /api/v1/status` */
export interface Status {
  readonly version: string;
  readonly revision: string;
  readonly nowMs: number;
  readonly startedMs: number;
  readonly probeMs: number;
  /** Whether round trips are the kernel's, or connect times of the portable engine; null where the history does not know. */
  readonly latencyIs: "rtt" | "connect" | null;
  readonly history: {
    readonly kind: "memory" | "file" | "prometheus" | "none";
    /** Since when there is any; null where there is none. */
    readonly sinceMs: number | null;
    readonly bytes: number | null;
    /** What is wrong with it (a full disk ...); empty where nothing is. */
    readonly problem: string;
    /** Since when; null where nothing is, and where it is not known. */
    readonly problemSinceMs: number | null;
    /** Files that were damaged and are set aside, since PinGo started; write-ahead logs among them. */
    readonly damagedFiles: number;
    /** When the history's file itself was, the last time: what was before is not shown. Null where it was a log at most. */
    readonly damagedMs: number | null;
  };
}

/**
 * `GET /api/v1/events`: server-sent events (text/event-stream). `event:` is the name, `data:` the JSON of these.
 * hello: at the beginning. change: conditions, nodes or APIs changed; at most one a second, whatever happens. tick: every 2 s,
 * so that who listens knows that its server lives.
 */
export interface LiveEvents {
  readonly hello: { readonly nowMs: number; readonly startedMs: number };
  readonly change: { readonly nowMs: number; readonly keys: readonly string[]; readonly isMore: boolean };
  readonly tick: { readonly nowMs: number };
}

/** Any answer that is not 200. */
export interface ApiError {
  readonly error: string;
  /** `no-history`: this PinGo keeps none, and will not (`--history none`). Left out where `error` says all. */
  readonly type?: "no-history" | undefined;
}
