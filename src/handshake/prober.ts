import type { Clock, Timer } from "../clock.ts";
import { IdPool } from "../schedule/id-pool.ts";
import { offsetFraction } from "../schedule/offset.ts";
import { Schedule } from "../schedule/schedule.ts";
import type { Target } from "../target.ts";
import type { HandshakeEngine } from "./engine.ts";
import { Exhaustion } from "./exhaustion.ts";
import { maxInFlightPerTarget, type Probing, type ProbingOptions } from "./probing.ts";

export interface ProberOptions extends ProbingOptions {
  readonly engine: HandshakeEngine;
  readonly clock: Clock;
}

/** A target and what is in flight to it. */
interface Probe {
  /** Its number in the schedule. */
  readonly id: number;
  target: Target;
  readonly giveUps: Set<() => void>;
}

/** Probing on the main thread, with whatever engine makes single handshakes. */
export class Prober implements Probing {
  readonly #options: ProberOptions;
  readonly #schedule: Schedule;
  readonly #probes = new Map<string, Probe>();
  readonly #ids = new IdPool();
  readonly #byId: (Probe | undefined)[] = [];
  readonly #maxPerTarget: number;
  /** Turns the monotonic clock into the schedule's, whose zero is 1970: a target keeps its place through restarts. */
  readonly #epochMs: number;
  readonly #exhaustion = new Exhaustion();
  #inFlight = 0;
  #timer: Timer | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#schedule = new Schedule(options.intervalMs);
    this.#maxPerTarget = maxInFlightPerTarget(options);
    this.#epochMs = options.clock.unixMs() - options.clock.nowMs();
  }

  add(target: Target): void {
    this.remove(target.key);
    const probe = { id: this.#ids.take(), target, giveUps: new Set<() => void>() };
    this.#probes.set(target.key, probe);
    this.#byId[probe.id] = probe;
    this.#schedule.add(probe.id, offsetFraction(placeName(target)), this.#nowMs());
    this.#arm();
  }

  /** Ends a probe at once; what is in flight is given up and counts for nothing. */
  remove(key: string): void {
    const probe = this.#probes.get(key);
    if (probe === undefined) return;
    this.#probes.delete(key);
    this.#schedule.remove(probe.id);
    this.#byId[probe.id] = undefined;
    this.#ids.giveBack(probe.id);
    for (const giveUp of probe.giveUps) giveUp();
    this.#inFlight -= probe.giveUps.size;
    probe.giveUps.clear();
  }

  /** Same target, other labels. */
  relabel(target: Target): void {
    const probe = this.#probes.get(target.key);
    if (probe !== undefined) probe.target = target;
  }

  /** Ends every probe. Can be called again. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    for (const key of [...this.#probes.keys()]) this.remove(key);
  }

  #nowMs(): number {
    return this.#epochMs + this.#options.clock.nowMs();
  }

  /** One timer for all: set for whoever is due first. */
  #arm(): void {
    const dueMs = this.#schedule.nextDueMs;
    if (this.#stopped || dueMs >= this.#timerDueMs) return;
    this.#timer?.cancel();
    this.#timerDueMs = dueMs;
    const delayMs = Math.max(0, Math.ceil(dueMs - this.#nowMs()));
    this.#timer = this.#options.clock.setTimer(() => this.#round(), delayMs);
  }

  #round(): void {
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    const { listener } = this.#options;
    const nowMs = this.#nowMs();
    for (let id = this.#schedule.take(nowMs); id !== -1; id = this.#schedule.take(nowMs)) {
      const probe = this.#byId[id];
      if (probe === undefined) continue;
      const { dueMs, missed, start } = this.#schedule;
      if (missed > 0) listener.skipped(probe.target, "late", missed);
      if (start) this.#begin(probe, dueMs);
    }
    this.#arm();
  }

  #begin(probe: Probe, dueMs: number): void {
    const { engine, listener, timeoutMs } = this.#options;
    const full = this.#inFlight >= this.#options.maxInFlight || this.#exhaustion.holdsBack(this.#nowMs());
    if (full || probe.giveUps.size >= this.#maxPerTarget) {
      listener.skipped(probe.target, full ? "capacity" : "overlap", 1);
      return;
    }
    const { host, port } = probe.target;
    listener.started(probe.target, this.#nowMs() - dueMs);
    const giveUp = engine.start({ host, port, timeoutMs }, (outcome) => {
      this.#inFlight--;
      probe.giveUps.delete(giveUp);
      this.#exhaustion.started(outcome.result === "local" ? outcome.code : undefined, this.#nowMs());
      listener.ended(probe.target, outcome);
    });
    probe.giveUps.add(giveUp);
    this.#inFlight++;
  }
}

/** By what a target has its place in the interval: the same through restarts, and for a node recreated. */
export function placeName({ cluster, node, address }: Target): string {
  return `${cluster}/${node}/${address}`;
}
