import type { Condition, Heat, HistoryEvent } from "../../../src/api/v1.ts";
import type { Result } from "../../../src/outcome.ts";

/** A network that never was, for the page to be developed, tested and photographed with: the same at every start. */

export const minuteMs = 60_000;
export const probesPerMinute = 4;

export interface MockNode {
  readonly index: number;
  readonly key: string;
  readonly cluster: string;
  readonly zone: string;
  readonly node: string;
  readonly target: string;
  readonly normalUs: number;
  readonly isReady: boolean;
}

export type Trouble = "down" | "loss" | "syn" | "slow";

export interface Incident {
  readonly trouble: Trouble;
  readonly fromMs: number;
  readonly toMs: number;
  /** 0 to 1. */
  readonly strength: number;
  readonly result: Result;
  readonly hits: (node: MockNode) => boolean;
}

/** What a node had in a minute; undefined where it was not measured. */
export interface Minute {
  readonly results: readonly [number, number, number, number, number, number];
  readonly retransmits: number;
  readonly p50Us: number;
  readonly heat: number;
}

export interface WorldOptions {
  readonly nowMs: () => number;
  /** Nodes of each of five zones. */
  readonly zoneSizes?: readonly number[];
  /** Nothing is wrong, nor was. */
  readonly isPeaceful?: boolean;
}

const zones = [
  ["shop-eu", "eu-west-1a"],
  ["shop-eu", "eu-west-1b"],
  ["shop-eu", "eu-west-1c"],
  ["cache-eu", "eu-west-1a"],
  ["cache-eu", "eu-west-1b"],
] as const;

const hourMs = 60 * minuteMs;
const ever = Number.POSITIVE_INFINITY;

export class World {
  readonly nodes: readonly MockNode[];
  readonly startMs: number;
  readonly nowMs: () => number;
  readonly incidents: Incident[];

  constructor({ nowMs, zoneSizes = [74, 76, 62, 52, 48], isPeaceful = false }: WorldOptions) {
    this.nowMs = nowMs;
    this.startMs = Math.floor(nowMs() / minuteMs) * minuteMs;
    this.nodes = zoneSizes.flatMap((size, zone) => Array.from({ length: size }, (_, index) => nodeOf(zone, index)));
    this.incidents = isPeaceful ? [] : incidentsBefore(this.startMs);
  }

  minute(node: MockNode, atMs: number): Minute | undefined {
    const minute = Math.floor(atMs / minuteMs);
    if (!this.#isMeasured(node, minute * minuteMs)) return undefined;
    const incidents = this.#during(node, minute * minuteMs, (minute + 1) * minuteMs);
    const noise = chance(node.index, minute);
    const [lost, result] = lostIn(incidents, node, minute);
    const retransmits = retransmitsIn(incidents, node, minute) + (noise < 0.0012 ? 1 : 0);
    const p50Us = node.normalUs * slowness(incidents, node, minute) * (0.94 + 0.12 * chance(node.index + 7, minute));
    const results: [number, number, number, number, number, number] = [probesPerMinute - lost, 0, 0, 0, 0, 0];
    if (lost > 0) results[resultPlaces[result]] = lost;
    return { results, retransmits, p50Us, heat: heatOf(lost, retransmits, p50Us / node.normalUs) };
  }

  /** The worst minute of a step; looked for in incidents, not minute by minute, where it is long. */
  heat(node: MockNode, fromMs: number, stepMs: number): Heat {
    if (fromMs > this.nowMs()) return null;
    if (stepMs === minuteMs) return this.minute(node, fromMs)?.heat ?? null;
    let worst: Heat = null;
    const looked = this.#during(node, fromMs, fromMs + stepMs).map((incident) => Math.max(fromMs, incident.fromMs));
    for (const atMs of [fromMs, fromMs + stepMs / 2, ...looked, ...looked.map((ms) => ms + minuteMs)]) {
      const heat = atMs < fromMs + stepMs ? this.minute(node, atMs)?.heat : undefined;
      if (heat !== undefined) worst = Math.max(worst ?? 0, heat);
    }
    return worst;
  }

  state(node: MockNode, atMs: number): { condition: Condition; sinceMs: number | null; why: string } {
    const incident = this.#during(node, atMs - minuteMs, atMs).at(-1);
    if (incident === undefined) return { condition: "ok", sinceMs: this.startMs - 30 * hourMs, why: "" };
    const sinceMs = incident.fromMs;
    const why = { down: incident.result, loss: incident.result, syn: "syn retransmits", slow: "latency" }[
      incident.trouble
    ];
    return { condition: incident.trouble === "down" ? "unreachable" : "degraded", sinceMs, why };
  }

  events(node: MockNode | undefined, fromMs: number, toMs: number): HistoryEvent[] {
    const nodes = node === undefined ? this.nodes : [node];
    const events = nodes.flatMap((one) => this.#eventsOf(one, fromMs, toMs));
    return events.sort((a, b) => b.atMs - a.atMs);
  }

  #eventsOf(node: MockNode, fromMs: number, toMs: number): HistoryEvent[] {
    const events: HistoryEvent[] = [];
    for (const incident of this.#during(node, fromMs, toMs)) {
      const endMs = Math.min(incident.toMs, toMs, this.nowMs());
      for (let atMs = Math.max(incident.fromMs, fromMs); atMs < endMs && events.length < 400; atMs += 15_000) {
        const event = handshakeEvent(node, incident, atMs);
        if (event !== undefined) events.push(event);
      }
      if (incident.trouble === "down") events.push(...edgesOf(node, incident));
    }
    return events.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  }

  #during(node: MockNode, fromMs: number, toMs: number): Incident[] {
    return this.incidents.filter((one) => one.fromMs < toMs && one.toMs > fromMs && one.hits(node));
  }

  #isMeasured(node: MockNode, atMs: number): boolean {
    const beforeMs = this.startMs - atMs;
    if (atMs > this.nowMs() || beforeMs > 9 * 24 * hourMs) return false;
    // This PinGo was restarted, and one node in forty joined later.
    if (beforeMs > 41 * minuteMs && beforeMs <= 44 * minuteMs) return false;
    return node.index % 40 !== 39 || beforeMs <= 25 * minuteMs;
  }
}

function nodeOf(zone: number, index: number): MockNode {
  const [cluster, name] = zones[zone % zones.length] ?? zones[0];
  const id = zone * 10_000 + index;
  const node = `ip-10-${40 + zone}-${Math.floor(index / 200)}-${(index % 200) + 11}`;
  const target = `10.${40 + zone}.${Math.floor(index / 200)}.${(index % 200) + 11}:10250`;
  const normalUs = Math.round([180, 420, 510, 640, 710][zone % 5] ?? 200) * (0.9 + 0.25 * chance(id, 1));
  return {
    index: id,
    key: `${cluster}/${node}/${target}`,
    cluster,
    zone: name,
    node,
    target,
    normalUs,
    isReady: id !== 10_021,
  };
}

/** What is wrong now, what was an hour ago, and what was in the days before. */
function incidentsBefore(nowMs: number): Incident[] {
  const ago = (minutes: number) => nowMs - minutes * minuteMs;
  const one =
    (...ids: readonly number[]) =>
    (node: MockNode) =>
      ids.includes(node.index);
  const inZone = (zone: number) => (node: MockNode) => Math.floor(node.index / 10_000) === zone;
  return [
    incident("down", ago(14), ever, 1, inZone(2)),
    incident("syn", ago(22), ago(14), 0.7, inZone(2)),
    incident("down", ago(37), ever, 1, one(10_021)),
    incident("loss", ago(26), ever, 0.3, one(7)),
    incident("slow", ago(31), ever, 0.6, one(30_012, 30_013)),
    incident("syn", ago(52), ago(24), 0.4, one(30_003, 10_044, 22)),
    incident("slow", ago(49), ago(28), 0.9, one(40_005)),
    incident("loss", ago(58), ago(55), 0.8, one(40_018), "refused"),
    incident("down", ago(9 * 60), ago(8.6 * 60), 1, inZone(3)),
    incident("syn", ago(30 * 60), ago(27 * 60), 0.5, inZone(1)),
    incident("slow", ago(50 * 60), ago(44 * 60), 0.5, inZone(4)),
    incident("down", ago(4 * 1_440), ago(4 * 1_440 - 90), 1, inZone(0), "unreachable"),
    incident("loss", ago(6 * 1_440), ago(6 * 1_440 - 400), 0.2, inZone(2)),
  ];
}

export function incident(
  trouble: Trouble,
  fromMs: number,
  toMs: number,
  strength: number,
  hits: (node: MockNode) => boolean,
  result: Result = "timeout",
): Incident {
  return { trouble, fromMs, toMs, strength, hits, result };
}

const resultPlaces: Readonly<Record<Result, number>> = {
  ok: 0,
  timeout: 1,
  refused: 2,
  reset: 3,
  unreachable: 4,
  local: 5,
};

function lostIn(incidents: readonly Incident[], node: MockNode, minute: number): [number, Result] {
  let lost = 0;
  let result: Result = "timeout";
  for (const one of incidents) {
    if (one.trouble !== "down" && one.trouble !== "loss") continue;
    result = one.result;
    if (one.trouble === "down") return [probesPerMinute, result];
    for (let probe = 0; probe < probesPerMinute; probe++) {
      if (chance(node.index * 5 + probe, minute) < one.strength) lost++;
    }
  }
  return [Math.min(lost, probesPerMinute), result];
}

function retransmitsIn(incidents: readonly Incident[], node: MockNode, minute: number): number {
  let sum = 0;
  for (const { trouble, strength } of incidents) {
    if (trouble === "down") return 0;
    if (trouble === "syn") sum += Math.floor(chance(node.index + 3, minute) * 9 * strength);
  }
  return sum;
}

function slowness(incidents: readonly Incident[], node: MockNode, minute: number): number {
  let factor = 1;
  for (const { trouble, strength } of incidents) {
    if (trouble === "slow") factor *= 1 + strength * (1.2 + 2.2 * chance(node.index + 11, minute));
    if (trouble === "syn" || trouble === "loss") factor *= 1 + 0.3 * strength;
  }
  return factor;
}

function heatOf(lost: number, retransmits: number, factor: number): number {
  if (lost >= probesPerMinute) return 33;
  if (lost > 0) return lost * 2 >= probesPerMinute ? 32 : 31;
  if (retransmits > 0) return 20 + Math.min(3, 1 + Math.floor(retransmits / 2));
  if (factor < 1.6) return 0;
  return factor < 2.2 ? 11 : factor < 3 ? 12 : 13;
}

function handshakeEvent(node: MockNode, one: Incident, atMs: number): HistoryEvent | undefined {
  const minute = Math.floor(atMs / 15_000);
  const { result } = one;
  const base = { atMs, ...placeOf(node) };
  if (one.trouble === "down" || (one.trouble === "loss" && chance(node.index * 5, minute) < one.strength)) {
    const synSent = result === "timeout" ? 4 : 1;
    return { ...base, kind: "handshake", result, text: reasons[result] ?? result, synSent, connectUs: null };
  }
  if (one.trouble !== "syn" || chance(node.index + 3, minute) > one.strength) return undefined;
  const connectUs = 1_000_000 + node.normalUs;
  return { ...base, kind: "handshake", result: "ok", text: "answered after 1 SYN retransmit", synSent: 2, connectUs };
}

const reasons: Readonly<Partial<Record<Result, string>>> = {
  timeout: "no answer to 4 SYNs in 14.0 s",
  refused: "refused: the host is up, the port is not open (ECONNREFUSED)",
  unreachable: "unreachable: a router says there is no way (EHOSTUNREACH)",
};

function edgesOf(node: MockNode, one: Incident): HistoryEvent[] {
  const base = { ...placeOf(node), synSent: null, connectUs: null };
  const down = { ...base, kind: "down", atMs: one.fromMs, result: one.result, text: "unreachable" } as const;
  const edges: HistoryEvent[] = [down];
  if (!node.isReady) {
    edges.push({
      ...base,
      kind: "ready",
      atMs: one.fromMs + 45_000,
      result: null,
      text: "NotReady: NodeStatusUnknown",
    });
  }
  if (one.toMs !== ever) edges.push({ ...base, kind: "up", atMs: one.toMs, result: null, text: "reachable again" });
  return edges;
}

function placeOf({ key, cluster, zone, node, target }: MockNode) {
  return { key, cluster, zone, node, target };
}

/** A figure from 0 to 1 that looks random and is the same for the same two. */
export function chance(a: number, b: number): number {
  let hash = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 4_294_967_296;
}
