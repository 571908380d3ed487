import { stepsMs } from "../../api/queries.ts";
import { resultIndex } from "../../outcome.ts";
import type { Target } from "../../target.ts";
import { encodeBlock } from "../codec/block-codec.ts";
import { encodeZones } from "../codec/zone-codec.ts";
import { groupSize } from "../group-block.ts";
import { noHeat } from "../model.ts";
import { field, packed, recordLength, tenthsPerUs } from "../recording/record-batch.ts";
import type { ChangeRow } from "../store/store.ts";
import type { Order } from "../thread/protocol.ts";
import { ChangedKeys } from "./changed-keys.ts";
import type { ClosedMinute } from "./closed-minute.ts";
import { ClusterStates } from "./cluster-states.ts";
import { KnownTargets } from "./known-targets.ts";
import { LiveStates } from "./live-states.ts";
import { MinuteHandshakes } from "./minute-handshakes.ts";
import { Normals } from "./normals.ts";
import { RunningMinute } from "./running-minute.ts";
import { type Summary, summarise } from "./summarise.ts";
import { ZoneNormals } from "./zone-normals.ts";

const minuteMs = stepsMs[0];
/** The targets of a cluster that is new to a history come with it, and are no news one by one. */
const newClusterMs = 60_000;
/** Targets of the time before that are not told of by then have left while nobody looked. */
const confirmMs = 3_600_000;
/** Of a minute. */
const changesAtMost = 20_000;

/** Everything that is so at this moment: what orders and handshakes make of it, and the minute that goes on. */
export class Intake {
  readonly known = new KnownTargets();
  readonly states = new LiveStates();
  readonly normals = new Normals();
  readonly zoneNormals = new ZoneNormals();
  readonly clusters = new ClusterStates();
  readonly changed = new ChangedKeys();
  readonly minute = new RunningMinute();
  readonly handshakes: MinuteHandshakes;
  /** Of this minute, in order. */
  changes: ChangeRow[] = [];
  latencyIs: "rtt" | "connect" | undefined;
  readonly #over: (minute: ClosedMinute) => void;
  readonly #openedMs: number;
  #minuteStartMs: number;
  #nowMs: number;
  readonly #ids: (number | undefined)[] = [];
  readonly #codes: string[] = [""];
  /** When each cluster was first heard of that the history did not know. */
  readonly #newClusters = new Map<string, number>();
  /** Of the last minute, by id. */
  #lastHeat: Uint8Array = new Uint8Array(0);
  #statesChanged = false;
  #dropped = 0;
  #summary: (Summary & { handshakes: number; targets: unknown; atMs: number }) | undefined;

  /** `over` is given each minute when it is. */
  constructor(nowMs: number, over: (minute: ClosedMinute) => void) {
    this.#over = over;
    this.#nowMs = nowMs;
    this.#openedMs = nowMs;
    this.#minuteStartMs = startOfMinute(nowMs);
    this.handshakes = new MinuteHandshakes((code) => this.#codes[code] ?? "");
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get minuteStartMs(): number {
    return this.#minuteStartMs;
  }

  /** Handshakes of which not all could be kept. */
  get dropped(): number {
    return this.#dropped + this.handshakes.dropped + this.minute.lostLatencies;
  }

  /** It is `nowMs` by the wall clock: the minute may be over. */
  tick(nowMs: number): void {
    this.known.putBackTo(nowMs);
    this.#nowMs = nowMs;
    this.#moveTo(nowMs);
  }

  take(order: Order): void {
    switch (order.order) {
      case "records":
        this.#records(order.records, order.baseUnixMs);
        break;
      case "added":
        this.#added(order.slot, order.target, order.instead);
        break;
      case "removed":
        this.#removed(order.slot);
        break;
      case "relabelled":
        this.#relabelled(order.slot, order.target);
        break;
      case "code":
        this.#codes[order.code] = order.name;
        break;
      case "anew":
        this.#beginAnew();
        break;
      default:
        this.#clusterOrder(order);
    }
  }

  tell(change: ChangeRow | undefined): void {
    if (change === undefined) return;
    this.changed.mark();
    if (this.changes.length < changesAtMost) this.changes.push(change);
    else this.#dropped++;
  }

  /** Nothing is kept of a target any more; its id may be another's. */
  forget(id: number): void {
    this.states.forget(id);
    this.normals.forget(id);
    if (id < this.#lastHeat.length) this.#lastHeat[id] = noHeat;
  }

  /** The running minute so far. At tens of thousands of targets it may be some hundred milliseconds old. */
  summary(): Summary {
    const { handshakes, ids } = this.minute;
    const before = this.#summary;
    const targets = this.known.all();
    const age = before === undefined ? Number.POSITIVE_INFINITY : Math.abs(this.#nowMs - before.atMs);
    const isSame = before?.handshakes === handshakes && before.targets === targets;
    if (before !== undefined && (isSame || (age < ids / 100 && before.handshakes < handshakes))) return before;
    this.#summary = { ...summarise(this.#summaryParts()), handshakes, targets, atMs: this.#nowMs };
    return this.#summary;
  }

  /** Ends the running minute, whatever of it has gone by. */
  close(): void {
    const closed = this.#closedMinute();
    this.changes = [];
    this.handshakes.clear();
    this.minute.clear();
    this.#summary = undefined;
    if (closed !== undefined) this.#over(closed);
  }

  #summaryParts() {
    return {
      minute: this.minute,
      latencies: this.minute.sortedLatencies(),
      known: this.known,
      normals: this.normals,
      zoneNormal: (cluster: string, zone: string) => this.zoneNormals.of(cluster, zone),
    };
  }

  /**
   * To the minute of `atMs`. A clock that was put back by less than a minute only makes this one longer; by more, an old
   * minute is running again, and will be added to what was written of it.
   */
  #moveTo(atMs: number): void {
    const startMs = startOfMinute(atMs);
    if (startMs === this.#minuteStartMs || startMs === this.#minuteStartMs - minuteMs) return;
    this.close();
    this.#minuteStartMs = startMs;
  }

  #closedMinute(): ClosedMinute | undefined {
    if (this.#nowMs - this.#openedMs > confirmMs) this.known.settle(this.#nowMs);
    const measured = this.minute.handshakes === 0 ? undefined : this.#measured();
    const targets = this.known.unwritten();
    if (measured === undefined && this.changes.length === 0 && targets.length === 0) return undefined;
    this.known.written(targets);
    const states = this.#statesChanged ? this.states.encode() : undefined;
    this.#statesChanged = false;
    return {
      startMs: this.#minuteStartMs,
      ...(measured ?? { blocks: new Map(), heat: undefined, zones: undefined }),
      handshakes: this.handshakes.encode(),
      changes: this.changes,
      targets,
      states,
    };
  }

  #measured(): Pick<ClosedMinute, "blocks" | "heat" | "zones"> {
    const parts = this.#summaryParts();
    const { heat, zones } = summarise(parts, (id, medianUs) => this.normals.observe(id, medianUs));
    this.zoneNormals.observe(zones);
    this.#markTurns(heat);
    const blocks = new Map<number, Uint8Array>();
    for (let group = 0; group * groupSize < this.minute.ids; group++) {
      const block = this.minute.group(group, parts.latencies);
      if (block !== undefined) blocks.set(group, encodeBlock(block));
    }
    return { blocks, heat, zones: encodeZones(zones) };
  }

  /** Those whose trouble began or ended with this minute. */
  #markTurns(heat: Uint8Array): void {
    const isTrouble = (value: number | undefined) => value !== undefined && value !== 0 && value !== noHeat;
    for (let id = 0; id < heat.length; id++) {
      if (isTrouble(heat[id]) !== isTrouble(this.#lastHeat[id])) this.#mark(id);
    }
    this.#lastHeat = heat;
  }

  /**
   * A handshake ended before it was told of: by seconds where orders wait, by minutes after a disk that hung. That is no
   * clock that was put back: such a one says so at the next tick, which ends each message.
   */
  #records(records: Int32Array, baseUnixMs: number): void {
    for (let at = 0; at < records.length; at += recordLength) {
      const atMs = baseUnixMs + (records[at + field.atMs] as number);
      this.#nowMs = atMs;
      this.#moveTo(atMs);
      const id = this.#ids[records[at + field.slot] as number];
      if (id === undefined) this.#dropped++;
      else this.#record(id, records, at, atMs);
    }
  }

  #record(id: number, records: Int32Array, at: number, atMs: number): void {
    const what = records[at + field.what] as number;
    const latency = orUndefined(records[at + field.latency]);
    const latencyUs = latency === undefined ? undefined : latency / tenthsPerUs;
    const synSent = orUndefined(records[at + field.synSent]);
    const result = packed.result(what);
    this.minute.count({ id, result, latencyUs, synSent });
    if (latencyUs !== undefined) {
      this.states.latencyIs(id, latencyUs);
      this.latencyIs = synSent === undefined ? "connect" : "rtt";
    }
    const turns = this.#takeNews(id, what, atMs);
    if (result === resultIndex.ok && (synSent ?? 1) < 2 && !turns) return;
    const connectUs = orUndefined(records[at + field.connectUs]);
    const sinceStartMs = Math.min(Math.max(0, Math.trunc(atMs - this.#minuteStartMs)), minuteMs - 1);
    this.handshakes.add({ id, atMs: sinceStartMs, result, turns, code: packed.code(what), synSent, connectUs });
  }

  /** Gives whether its target is down with it, or up again. */
  #takeNews(id: number, what: number, atMs: number): boolean {
    const result = packed.result(what);
    if (!packed.isNews(what)) return false;
    if (result === resultIndex.local) {
      this.states.ended(id, false, atMs);
      return false;
    }
    const turn = this.states.resultIs(id, result, atMs);
    if (turn === "same") return false;
    this.#statesChanged = true;
    // Who fails in another way is where it was: one dead node is not to make every page ask every second.
    if (turn !== "changed") this.#mark(id);
    return turn === "turned";
  }

  #added(slot: number, target: Target, instead: string | undefined): void {
    const zone = this.#zoneOf(this.known.idOf(target.key));
    const isNewCluster = !this.known.knowsCluster(target.cluster);
    if (isNewCluster) this.#newClusters.set(target.cluster, this.#nowMs);
    const entered = this.known.enter(target, this.#nowMs);
    this.#ids[slot] = entered?.id;
    if (entered === undefined) return;
    this.#mark(entered.id);
    this.#tellZone(entered.id, target, zone);
    if (!entered.isNew || this.#comesWithCluster(target.cluster, instead)) return;
    const text = instead === undefined ? "joined" : movedText(target, instead);
    this.tell(this.#changeOf("joined", entered.id, target, text));
  }

  #comesWithCluster(cluster: string, instead: string | undefined): boolean {
    return instead === undefined && this.#nowMs - (this.#newClusters.get(cluster) ?? 0) < newClusterMs;
  }

  #removed(slot: number): void {
    const id = this.#ids[slot];
    const target = id === undefined ? undefined : this.known.get(id)?.target;
    this.#ids[slot] = undefined;
    if (id === undefined || target === undefined) return;
    this.known.leave(id, this.#nowMs);
    this.states.rest(id);
    this.#mark(id);
    this.tell(this.#changeOf("left", id, target, "left: it is probed no more"));
  }

  #relabelled(slot: number, target: Target): void {
    const id = this.#ids[slot];
    if (id === undefined) return;
    const zone = this.#zoneOf(id);
    this.known.relabel(id, target, this.#nowMs);
    this.#mark(id);
    this.#tellZone(id, target, zone);
  }

  #zoneOf(id: number | undefined): string | undefined {
    return id === undefined ? undefined : this.known.get(id)?.target.zone;
  }

  /** `before`: the zone that it was in; undefined where it was not known. */
  #tellZone(id: number, target: Target, before: string | undefined): void {
    if (before === undefined || before === target.zone) return;
    const text = `zone changed: ${before || "none"} -> ${target.zone || "none"}`;
    this.tell(this.#changeOf("zone", id, target, text));
  }

  #clusterOrder(order: Extract<Order, { order: "node" | "node gone" | "api" }>): void {
    if (order.order === "node") this.tell(this.clusters.nodeIs(order.cluster, order.node, this.#nowMs));
    else if (order.order === "node gone") this.clusters.nodeGone(order.cluster, order.name);
    else this.tell(this.clusters.apiIs(order.cluster, order.isUp, order.detail, this.#nowMs));
    this.changed.mark();
  }

  #beginAnew(): void {
    this.#ids.length = 0;
    this.known.doubtAll(this.#nowMs);
    this.clusters.forgetNodes();
  }

  #changeOf(kind: ChangeRow["kind"], id: number, { cluster, node }: Target, text: string): ChangeRow {
    return { atMs: this.#nowMs, kind, cluster, node, id, text };
  }

  #mark(id: number): void {
    this.changed.mark(this.known.get(id)?.target.key);
  }
}

export function startOfMinute(atMs: number): number {
  return Math.floor(atMs / minuteMs) * minuteMs;
}

function movedText({ address }: Target, instead: string): string {
  return instead === address ? "was registered anew" : `moved here from ${instead}`;
}

function orUndefined(value: number | undefined): number | undefined {
  return value === undefined || value < 0 ? undefined : value;
}
