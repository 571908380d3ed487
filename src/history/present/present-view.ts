import type { Clock } from "../../clock.ts";
import { type Outcome, resultIndex } from "../../outcome.ts";
import { IdPool } from "../../schedule/id-pool.ts";
import type { Target } from "../../target.ts";
import type { NodeFacts } from "../../targets/node.ts";
import { ClusterStates } from "../keeper/cluster-states.ts";
import { LiveStates } from "../keeper/live-states.ts";
import { type HistoryView, type KnownTarget, type LiveState, type NodeState, noPastZones } from "../model.ts";
import { placesOf } from "../places.ts";
import { latencyOf } from "../recording/record-batch.ts";
import { stateOf } from "../recording/retelling.ts";

/** How everything is at this moment, and nothing of any other: steps of time are all empty, and who has left is forgotten. */
export class PresentView implements HistoryView {
  readonly #clock: Clock;
  readonly #ids = new Map<string, number>();
  readonly #pool = new IdPool();
  readonly #known: (KnownTarget | undefined)[] = [];
  readonly #states = new LiveStates();
  readonly #clusters = new ClusterStates();
  readonly sinceMs = undefined;
  latencyIs: "rtt" | "connect" | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get nowMs(): number {
    return this.#clock.unixMs();
  }

  enter(target: Target): void {
    this.leave(target);
    const id = this.#pool.take();
    this.#ids.set(target.key, id);
    this.#known[id] = { id, target, joinedMs: this.nowMs, leftMs: undefined, pastZones: noPastZones };
  }

  leave({ key }: Target): void {
    const id = this.#ids.get(key);
    if (id === undefined) return;
    this.#ids.delete(key);
    this.#known[id] = undefined;
    this.#states.forget(id);
    this.#pool.giveBack(id);
  }

  relabel(target: Target): void {
    const known = this.target(target.key);
    if (known !== undefined) this.#known[known.id] = { ...known, target };
  }

  /** Gives whether its target is now otherwise than it was. */
  ended({ key }: Target, outcome: Outcome, isNews: boolean): boolean {
    const id = this.#ids.get(key);
    if (id === undefined) return false;
    const latencyUs = latencyOf(outcome);
    if (latencyUs !== undefined) {
      this.#states.latencyIs(id, latencyUs);
      this.latencyIs = outcome.synSent === undefined ? "connect" : "rtt";
    }
    if (!isNews) return false;
    if (outcome.result === "local") {
      this.#states.ended(id, false, this.nowMs);
      return false;
    }
    const turn = this.#states.resultIs(id, resultIndex[outcome.result], this.nowMs);
    return turn === "turned" || turn === "known";
  }

  nodeIs(cluster: string, node: NodeFacts): void {
    this.#clusters.nodeIs(cluster, stateOf(node), this.nowMs);
  }

  nodeGone(cluster: string, name: string): void {
    this.#clusters.nodeGone(cluster, name);
  }

  apiIs(cluster: string, isUp: boolean): void {
    this.#clusters.apiIs(cluster, isUp, "", this.nowMs);
  }

  targets(): readonly KnownTarget[] {
    return this.#known.filter((known) => known !== undefined);
  }

  target(key: string): KnownTarget | undefined {
    const id = this.#ids.get(key);
    return id === undefined ? undefined : this.#known[id];
  }

  live(id: number): LiveState {
    const result = this.#states.resultOf(id);
    return {
      up: result === undefined ? undefined : result === "ok",
      result,
      sinceMs: this.#states.sinceMsOf(id),
      lastRttUs: this.#states.latencyUsOf(id),
      normalUs: undefined,
      silence: this.#states.silenceOf(id, this.nowMs),
    };
  }

  node(cluster: string, node: string): NodeState | undefined {
    return this.#clusters.node(cluster, node);
  }

  apis() {
    return this.#clusters.apis;
  }

  apisAt() {
    return [];
  }

  places() {
    return placesOf(this.targets(), this.apis(), []);
  }

  heat() {
    return [];
  }

  buckets() {
    return [];
  }

  zones() {
    return [];
  }

  events() {
    return { events: [], next: undefined };
  }
}
