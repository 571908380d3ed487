import type { StepMs } from "../api/queries.ts";
import type { SteppedRange } from "../api/range.ts";
import type { HistoryEvent, ResultCounts } from "../api/v1.ts";
import type { Outcome } from "../outcome.ts";
import type { Target } from "../target.ts";
import type { NodeFacts, Readiness } from "../targets/node.ts";
import type { LatencySketch } from "./latency-sketch.ts";

/** What is kept of one target, or of a group of them, and one step of time. */
export interface Bucket {
  readonly results: ResultCounts;
  readonly synSent: number;
  readonly synRetransmits: number;
  /** Of the kernel's round trips; of connect times, where the engine cannot see those. */
  readonly latency: LatencySketch;
}

/** A target as the history knows it, also long after it has left. */
export interface KnownTarget {
  /** Small and dense: the index of columns. It may be another target's once nothing is kept of this one. */
  readonly id: number;
  readonly target: Target;
  readonly joinedMs: number;
  /** Undefined while it is probed. */
  readonly leftMs: number | undefined;
  /** Zones that it was in before that of `target`, the oldest first; before the first of them nobody knows, or it was there. */
  readonly pastZones: readonly PastZone[];
}

/** A zone that a target has left. */
export interface PastZone {
  readonly zone: string;
  /** From then on it was in the next one. */
  readonly untilMs: number;
}

export const noPastZones: readonly PastZone[] = [];

/** What a history keeps of a node that no target of it says. */
export interface NodeState {
  readonly name: string;
  readonly ready: Pick<Readiness, "status" | "reason">;
  readonly unschedulable: boolean;
}

/** How a target is at this moment. */
export interface LiveState {
  /** Undefined before the first handshake has ended; `local` never stands here. */
  readonly up: boolean | undefined;
  /** How the last handshake ended that tells of it. */
  readonly result: Outcome["result"] | undefined;
  /** Since when it is so. */
  readonly sinceMs: number | undefined;
  readonly lastRttUs: number | undefined;
  /** Its own normal, microseconds. */
  readonly normalUs: number | undefined;
  /** Where nothing was measured for so long that what stands above may not hold any more. */
  readonly silence: Silence | undefined;
}

/** That of a target nothing is measured. */
export interface Silence {
  /** When the last handshake ended that told of it; null where none ever did. */
  readonly sinceMs: number | null;
  /** It is tried, and PinGo's own machine is what fails. */
  readonly isLocal: boolean;
}

/** A cluster, and the zones of its nodes; empty stands for nodes without one. */
export interface Place {
  readonly cluster: string;
  readonly zones: readonly string[];
}

/** How an API is, or was at a moment; undefined where nobody knows. */
export interface ApiState {
  readonly cluster: string;
  readonly isUp: boolean | undefined;
  readonly sinceMs: number | undefined;
}

/** A bucket of all targets of a zone. */
export interface ZoneBucket {
  readonly cluster: string;
  readonly zone: string;
  readonly bucket: Bucket;
  /** As in heat columns. */
  readonly heat: number;
  /** The most targets that there were in a minute of it, and of which nothing came back for a whole minute. */
  readonly targets: number;
  readonly unreachable: number;
}

/** In columns of heat: nothing was measured. Any other value is a Heat (see api/v1.ts). */
export const noHeat = 255;

/**
 * What questions are answered from: steps that are over, from the database, and those that go on, from memory, alike.
 * Times are of starts of steps, whole multiples of `stepMs`; a range is from `fromMs` to before `toMs`.
 */
export interface HistoryView {
  readonly nowMs: number;
  /** Since when there is anything. */
  readonly sinceMs: number | undefined;
  targets(): readonly KnownTarget[];
  target(key: string): KnownTarget | undefined;
  live(id: number): LiveState;
  node(cluster: string, node: string): NodeState | undefined;
  apis(): readonly ApiState[];
  /** All clusters and zones of which anything is known, or was measured in a range: for who asks for one that is not found. */
  places(range: SteppedRange): readonly Place[];
  /** How they were at a moment that is past; a cluster of which nothing is known may be left out. */
  apisAt(atMs: number): readonly ApiState[];
  /**
   * For each step that has one, a heat by target id; shorter than there are ids where the last have none. An array stays
   * as it is while the question is answered: whoever has it may come back to it.
   */
  heat(stepMs: StepMs, fromMs: number, toMs: number): Iterable<{ readonly startMs: number; readonly heat: Uint8Array }>;
  /** The buckets of one target; steps without a handshake are left out. */
  buckets(
    stepMs: StepMs,
    id: number,
    fromMs: number,
    toMs: number,
  ): Iterable<{ readonly startMs: number; readonly bucket: Bucket }>;
  zones(
    stepMs: StepMs,
    fromMs: number,
    toMs: number,
  ): Iterable<{ readonly startMs: number; readonly zones: readonly ZoneBucket[] }>;
  /** The newest first, from before `before` (an opaque place) on; those that `keeps` lets through, at most `limit`. */
  events(query: EventScan): { readonly events: readonly HistoryEvent[]; readonly next: string | undefined };
}

export interface EventScan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly before: string | undefined;
  readonly limit: number;
  /** Of one target; undefined: of all. */
  readonly id: number | undefined;
  readonly keeps: (event: HistoryEvent) => boolean;
}

/** What the rest of the program tells the history. Cheap: it is called for every handshake. */
export interface HistoryRecorder {
  added(target: Target, instead: Target | undefined): void;
  removed(target: Target): void;
  relabelled(target: Target): void;
  /** `isNews` as TargetMetrics.record() says it. */
  ended(target: Target, outcome: Outcome, isNews: boolean): void;
  /** A node is there, or is another than it was: Ready, taints, whatever. */
  node(cluster: string, node: NodeFacts): void;
  nodeGone(cluster: string, name: string): void;
  api(cluster: string, isUp: boolean, detail: string): void;
}
