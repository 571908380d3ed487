import type { Outcome, Result } from "../../src/outcome.ts";
import type { Target } from "../../src/target.ts";
import { HistoryDriver, hourMs, minuteMs } from "../../test/support/history-driver.ts";

/** The past of a network for pictures: the same each time, counted back from now. What is wrong at its end is wrong still. */

export const probeMs = 15_000;
const dayAndMoreMs = 26 * hourMs;

interface Incident {
  readonly trouble: "down" | "loss" | "syn" | "slow";
  readonly fromMs: number;
  readonly toMs: number;
  /** 0 to 1: how likely, or how slow. */
  readonly strength: number;
  readonly hits: (target: Target) => boolean;
  readonly result: Result;
}

/** Unreachable at the end. */
export interface Ending {
  readonly dark: readonly string[];
  readonly stopped: readonly string[];
}

/** A zone's letter is at the end of its name; of nodes there are a-ash, b-ash and so on. */
const inZone = (letter: string) => (target: Target) => target.zone.endsWith(letter);
const named =
  (...nodes: readonly string[]) =>
  (target: Target) =>
    nodes.includes(target.node);

/** The node that shows most of what a node's own view can. */
export const troubledNode = "a-maple";
const stoppedNode = "b-larch";
const darkZone = "c";

export function endingOf(targets: readonly Target[]): Ending {
  const dark = targets.filter(inZone(darkZone)).map(({ node }) => node);
  return { dark, stopped: [stoppedNode] };
}

function incidentsBefore(nowMs: number): Incident[] {
  const incident = (
    trouble: Incident["trouble"],
    [from, to]: readonly [number, number],
    strength: number,
    hits: Incident["hits"],
    result: Result = "timeout",
  ): Incident => ({ trouble, fromMs: nowMs - from * minuteMs, toMs: nowMs - to * minuteMs, strength, hits, result });
  const still = Number.NEGATIVE_INFINITY;
  return [
    incident("down", [11, still], 1, inZone(darkZone)),
    incident("syn", [19, 11], 0.6, inZone(darkZone)),
    incident("down", [24, still], 1, named(stoppedNode), "refused"),
    incident("slow", [47, 31], 1, named(troubledNode)),
    incident("loss", [31, 26], 0.5, named(troubledNode)),
    incident("syn", [31, 18], 0.5, named(troubledNode)),
    incident("down", [29, 27.5], 1, named(troubledNode)),
    incident("slow", [40, 14], 0.7, named("d-oak", "d-pine")),
    incident("syn", [52, 33], 0.4, named("d-fir", "a-birch")),
    incident("loss", [55, 52], 0.8, named("b-elm"), "refused"),
    incident("down", [4.5 * 60, 4.5 * 60 - 25], 1, inZone("d"), "unreachable"),
    incident("syn", [9 * 60, 7 * 60], 0.35, inZone("a")),
    incident("slow", [15 * 60, 12.5 * 60], 0.6, inZone("b")),
    incident("loss", [20 * 60, 18.5 * 60], 0.15, inZone("c")),
  ];
}

/** Writes it into a new file at `path`, through the recorder and the keeper as they are. */
export function writePast(path: string, targets: readonly Target[], nowMs: number, pastMs = dayAndMoreMs): void {
  const startMs = Math.ceil((nowMs - pastMs) / probeMs) * probeMs;
  const incidents = incidentsBefore(nowMs);
  const driver = new HistoryDriver({ path, nowUnixMs: startMs });
  driver.add(...targets);
  for (let atMs = startMs; atMs < nowMs; atMs += probeMs) {
    const running = incidents.filter(({ fromMs, toMs }) => fromMs <= atMs && toMs > atMs);
    for (const [index, target] of targets.entries()) {
      const hitting = running.filter(({ hits }) => hits(target));
      driver.ended(target, outcomeOf(hitting, index, (atMs - startMs) / probeMs));
    }
    driver.moveTo(Math.min(nowMs, atMs + probeMs));
  }
  driver.close();
}

type Ended = Partial<Outcome> & { readonly result: Result };

function outcomeOf(incidents: readonly Incident[], index: number, round: number): Ended {
  const dice = (salt: number) => chance(index * 16 + salt, round);
  const base = 70 + 60 * chance(index, 0);
  let rttUs = base * (0.9 + 0.25 * dice(1)) * (dice(2) < 0.01 ? 2.5 : 1);
  let retransmits = dice(3) < 0.0004 ? 1 : 0;
  for (const { trouble, strength, result } of incidents) {
    if (trouble === "down" || (trouble === "loss" && dice(4) < strength)) return failed(result);
    if (trouble === "syn" && dice(5) < strength) retransmits = 1 + Math.floor(2 * dice(6));
    if (trouble === "slow") rttUs += strength * (700 + 2_600 * dice(7));
  }
  if (retransmits === 0) return { result: "ok", rttUs, connectUs: rttUs + 20, synSent: 1 };
  return { result: "ok", connectUs: 1_000_000 * (2 ** retransmits - 1) + rttUs, synSent: 1 + retransmits };
}

const codes: Readonly<Partial<Record<Result, string>>> = { refused: "ECONNREFUSED", unreachable: "EHOSTUNREACH" };

function failed(result: Result): Ended {
  return { result, code: codes[result] ?? "DEADLINE", synSent: result === "timeout" ? 4 : 1 } as Ended;
}

/** A figure from 0 to 1 that looks random and is the same for the same two. */
function chance(a: number, b: number): number {
  let hash = Math.imul((a + 1) ^ 0x7feb352d, 0x846ca68b) ^ Math.imul(b + 1, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
