import type { Clock, Timer } from "../clock.ts";
import type { Outcome } from "../outcome.ts";
import { offsetFraction } from "../schedule/offset.ts";
import { type Due, Schedule } from "../schedule/schedule.ts";
import type { Target } from "../target.ts";
import type { HandshakeEngine } from "./engine.ts";

/** Why a round of a target had no handshake; the `reason` label of `pingo_probes_skipped_total`. */
export const skipReasons = ["late", "overlap", "capacity"] as const;
export type SkipReason = (typeof skipReasons)[number];

/** Hears of everything the prober does. */
export interface ProbeListener {
  /** A handshake begins, `lagMs` after it was due. */
  started(target: Target, lagMs: number): void;
  ended(target: Target, outcome: Outcome): void;
  skipped(target: Target, reason: SkipReason, rounds: number): void;
}

export interface ProberOptions {
  readonly engine: HandshakeEngine;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** To all targets together. */
  readonly maxInFlight: number;
  readonly listener: ProbeListener;
}

/** A target and what is in flight to it. */
interface Probe {
  target: Target;
  readonly giveUps: Set<() => void>;
}

/** Probes each target once an interval, at the place that its name gives it. */
export class Prober {
  readonly #options: ProberOptions;
  readonly #schedule: Schedule<Probe>;
  readonly #probes = new Map<string, Probe>();
  /**
   * More than one only where the timeout reaches the interval: then a handshake may still be ending when the next
   * one is due.
   */
  readonly #maxPerTarget: number;
  /** Turns the monotonic clock into the schedule's, whose zero is 1970: a target keeps its place through restarts. */
  readonly #epochMs: number;
  #inFlight = 0;
  #timer: Timer | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#schedule = new Schedule(options.intervalMs);
    this.#maxPerTarget = 1 + Math.floor(options.timeoutMs / options.intervalMs);
    this.#epochMs = options.clock.unixMs() - options.clock.nowMs();
  }

  add(target: Target): void {
    this.remove(target.key);
    const probe = { target, giveUps: new Set<() => void>() };
    this.#probes.set(target.key, probe);
    const place = offsetFraction(`${target.cluster}/${target.node}/${target.address}`);
    this.#schedule.add(target.key, probe, place, this.#nowMs());
    this.#arm();
  }

  /** Ends a probe at once; what is in flight is given up and counts for nothing. */
  remove(key: string): void {
    const probe = this.#probes.get(key);
    if (probe === undefined) return;
    this.#probes.delete(key);
    this.#schedule.remove(key);
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
    const dueMs = this.#schedule.nextDueMs();
    if (this.#stopped || dueMs === undefined || dueMs >= this.#timerDueMs) return;
    this.#timer?.cancel();
    this.#timerDueMs = dueMs;
    const delayMs = Math.max(0, Math.ceil(dueMs - this.#nowMs()));
    this.#timer = this.#options.clock.setTimer(() => this.#round(), delayMs);
  }

  #round(): void {
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    const { listener } = this.#options;
    for (const due of this.#schedule.takeDue(this.#nowMs())) {
      if (due.missed > 0) listener.skipped(due.item.target, "late", due.missed);
      if (due.start) this.#begin(due);
    }
    this.#arm();
  }

  #begin({ item: probe, dueMs }: Due<Probe>): void {
    const { engine, listener, timeoutMs } = this.#options;
    const full = this.#inFlight >= this.#options.maxInFlight;
    if (full || probe.giveUps.size >= this.#maxPerTarget) {
      listener.skipped(probe.target, full ? "capacity" : "overlap", 1);
      return;
    }
    const { host, port } = probe.target;
    listener.started(probe.target, this.#nowMs() - dueMs);
    const giveUp = engine.start({ host, port, timeoutMs }, (outcome) => {
      this.#inFlight--;
      probe.giveUps.delete(giveUp);
      listener.ended(probe.target, outcome);
    });
    probe.giveUps.add(giveUp);
    this.#inFlight++;
  }
}
