import { type Clock, sleep } from "../clock.ts";
import type { Outcome } from "../outcome.ts";
import { offsetFraction } from "../schedule/offset.ts";
import type { Target } from "../target.ts";
import type { HandshakeEngine } from "./engine.ts";

export interface VolleyOptions {
  readonly engine: HandshakeEngine;
  readonly clock: Clock;
  /** Handshakes to each target. */
  readonly count: number;
  /** Between the starts of two handshakes to one target, in milliseconds. */
  readonly gapMs: number;
  readonly timeoutMs: number;
  /** File descriptors are finite; the rest waits for a place. */
  readonly maxInFlight: number;
  /** Hears of each outcome as it comes. */
  readonly ended: (target: Target, outcome: Outcome) => void;
  readonly signal: AbortSignal;
}

/**
 * A few handshakes to each of many targets, then an end. Each target has its place within the gap, so that they are
 * spread, and the next handshake of one does not wait for the last: a target that gives no answer costs one timeout,
 * not one for each handshake. Resolves when all have ended or `signal` is aborted.
 */
export async function volley(targets: readonly Target[], options: VolleyOptions): Promise<void> {
  const { clock, count, gapMs, signal } = options;
  const places = targets.map((target) => ({ target, atMs: offsetFraction(target.key) * gapMs }));
  places.sort((a, b) => a.atMs - b.atMs);
  const flight = new Flight(options);
  const beginMs = clock.nowMs();
  for (let round = 0; round < count; round++) {
    for (const { target, atMs } of places) {
      const waitMs = beginMs + round * gapMs + atMs - clock.nowMs();
      if (waitMs > 0) await sleep(clock, waitMs, signal);
      await flight.place();
      if (signal.aborted) return flight.giveUp();
      flight.start(target);
    }
  }
  await flight.landed();
}

/** What is in flight, and who waits for it to be less. */
class Flight {
  readonly #options: VolleyOptions;
  readonly #giveUps = new Set<() => void>();
  #wake: (() => void) | undefined;

  constructor(options: VolleyOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#wake?.(), { once: true });
  }

  start(target: Target): void {
    const { engine, timeoutMs, ended } = this.#options;
    const giveUp = engine.start({ host: target.host, port: target.port, timeoutMs }, (outcome) => {
      this.#giveUps.delete(giveUp);
      ended(target, outcome);
      this.#wake?.();
    });
    this.#giveUps.add(giveUp);
  }

  place(): Promise<void> {
    return this.#until(() => this.#giveUps.size < this.#options.maxInFlight);
  }

  async landed(): Promise<void> {
    await this.#until(() => this.#giveUps.size === 0);
    this.giveUp();
  }

  giveUp(): void {
    for (const giveUp of this.#giveUps) giveUp();
    this.#giveUps.clear();
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.#options.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
