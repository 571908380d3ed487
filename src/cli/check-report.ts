import { isLost, noResults, type Outcome, type Result, results } from "../outcome.ts";
import type { Target } from "../target.ts";
import { usToSeconds } from "../units.ts";
import type { ListedNode } from "./list-targets.ts";

export type Codes = { readonly [Name in Result]?: Readonly<Record<string, number>> };

/** What `check` found out about one target of one node. */
export interface NodeReport {
  readonly node: ListedNode;
  readonly target: Target;
  readonly counts: Readonly<Record<Result, number>>;
  /** Of the handshakes that gave no connection: how often each code, by result. */
  readonly codes: Codes;
  /** Handshakes that have ended. */
  readonly handshakes: number;
  /** What stands for them all: the commonest way of being lost, else `ok`, else `local`; undefined where none has ended. */
  readonly result: Result | undefined;
  /** Of the replies, in microseconds; undefined without any. */
  readonly medianUs: number | undefined;
  readonly worstUs: number | undefined;
  /** The kernel's round trips, in microseconds; undefined where it measured none. */
  readonly rttUs: Spread | undefined;
  /** SYNs that were sent again; undefined where the engine cannot see them. */
  readonly synRetransmits: number | undefined;
  readonly verdict: Verdict;
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/**
 * reachable: all replied; lossy: some did; unreachable: none did; unknown: this machine could not try; untried: an
 * interrupt came before the first handshake had ended.
 */
export const verdicts = ["unreachable", "unknown", "untried", "lossy", "reachable"] as const;
export type Verdict = (typeof verdicts)[number];

/** Sums up the outcomes of one target. */
export function reportNode(node: ListedNode, target: Target, outcomes: readonly Outcome[]): NodeReport {
  const counts = noResults();
  for (const { result } of outcomes) counts[result]++;
  const timesUs = outcomes.flatMap((outcome) => (outcome.result === "ok" ? (outcome.connectUs ?? []) : []));
  timesUs.sort((a, b) => a - b);
  return {
    node,
    target,
    counts,
    codes: countCodes(outcomes),
    handshakes: outcomes.length,
    result: commonest(counts),
    medianUs: median(timesUs),
    worstUs: timesUs.at(-1),
    rttUs: spreadOf(outcomes.flatMap((outcome) => (outcome.result === "ok" ? (outcome.rttUs ?? []) : []))),
    synRetransmits: countRetransmits(outcomes),
    verdict: judge(counts),
  };
}

function spreadOf(timesUs: readonly number[]): Spread | undefined {
  const sorted = timesUs.toSorted((a, b) => a - b);
  const [min, middle, max] = [sorted[0], median(sorted), sorted.at(-1)];
  return min === undefined || middle === undefined || max === undefined ? undefined : { min, median: middle, max };
}

/** All SYNs of a handshake but the first. */
function countRetransmits(outcomes: readonly Outcome[]): number | undefined {
  const sent = outcomes.flatMap(({ synSent }) => synSent ?? []);
  return sent.length === 0 ? undefined : sent.reduce((sum, syns) => sum + Math.max(syns - 1, 0), 0);
}

function countCodes(outcomes: readonly Outcome[]): Codes {
  const codes: { [Name in Result]?: Record<string, number> } = {};
  for (const outcome of outcomes) {
    if (outcome.result === "ok") continue;
    const ofResult = codes[outcome.result] ?? {};
    codes[outcome.result] = { ...ofResult, [outcome.code]: (ofResult[outcome.code] ?? 0) + 1 };
  }
  return codes;
}

function judge(counts: Readonly<Record<Result, number>>): Verdict {
  const lost = results.filter(isLost).reduce((sum, result) => sum + counts[result], 0);
  if (counts.ok === 0 && lost === 0) return counts.local === 0 ? "untried" : "unknown";
  if (counts.ok === 0) return "unreachable";
  return lost === 0 ? "reachable" : "lossy";
}

/** The commonest way in which handshakes were lost; where none was, `ok` if any was answered. */
function commonest(counts: Readonly<Record<Result, number>>): Result | undefined {
  const happened = results.filter((result) => counts[result] > 0);
  const lost = happened.filter(isLost).sort((a, b) => counts[b] - counts[a]);
  return lost[0] ?? happened[0];
}

/** Of sorted numbers; the mean of the middle two where there is no middle one. */
export function median(sorted: readonly number[]): number | undefined {
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** The report as programs read it; times in seconds. */
export function reportToJson(report: NodeReport) {
  const { node, target, counts, codes, handshakes, result, medianUs, worstUs, rttUs, synRetransmits, verdict } = report;
  return {
    cluster: node.cluster,
    node: node.name,
    zone: node.zone,
    target: target.address,
    addressType: target.addressType,
    port: target.portName,
    ready: node.ready?.status ?? null,
    readyReason: node.ready?.reason ?? null,
    verdict,
    result: result ?? null,
    handshakes,
    results: counts,
    codes,
    medianSeconds: medianUs === undefined ? null : usToSeconds(medianUs),
    worstSeconds: worstUs === undefined ? null : usToSeconds(worstUs),
    rttSeconds:
      rttUs === undefined
        ? null
        : { min: usToSeconds(rttUs.min), median: usToSeconds(rttUs.median), max: usToSeconds(rttUs.max) },
    synRetransmits: synRetransmits ?? null,
  };
}
