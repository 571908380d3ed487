import type { Clock, Timer } from "../../src/clock.ts";

interface PendingTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** Turns of the event loop given to promises after each timer; enough for a chain of a few dozen `await`s and their I/O. */
const SETTLE_TURNS = 4;

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  #nowMs: number;
  readonly #unixOffsetMs: number;
  readonly #pending = new Set<PendingTimer>();

  /** Starts at odd values by default, so that code which mistakes one kind of time for the other, or for zero, shows. */
  constructor(startMs = 5_000, startUnixMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678)) {
    this.#nowMs = startMs;
    this.#unixOffsetMs = startUnixMs - startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  unixMs(): number {
    return this.#nowMs + this.#unixOffsetMs;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    // NaN would never come due and look like a timer that nobody set.
    if (Number.isNaN(delayMs)) throw new RangeError("a timer was set with a delay of NaN");
    const timer: PendingTimer = { dueMs: this.#nowMs + Math.max(0, delayMs), callback };
    this.#pending.add(timer);
    return { cancel: () => void this.#pending.delete(timer) };
  }

  get pendingTimers(): number {
    return this.#pending.size;
  }

  /** When the next timer is due, on the scale of `nowMs`; undefined where there is none. */
  get nextDueMs(): number | undefined {
    return this.#earliest()?.dueMs;
  }

  /** Lets `ms` go by unnoticed, as when the process was stopped; what came due meanwhile fires late, at the end of it. */
  async jump(ms: number): Promise<void> {
    this.#nowMs += ms;
    for (;;) {
      const timer = this.#earliest();
      if (timer === undefined || timer.dueMs > this.#nowMs) return;
      this.#pending.delete(timer);
      timer.callback();
      await settle();
    }
  }

  /** Moves time on by `ms`, firing what comes due on the way, including timers that those set. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const timer = this.#earliest();
      if (timer === undefined || timer.dueMs > endMs) break;
      this.#pending.delete(timer);
      this.#nowMs = timer.dueMs;
      timer.callback();
      await settle();
    }
    this.#nowMs = endMs;
  }

  /** Of timers due at the same time, the one set first: a Set keeps that order. */
  #earliest(): PendingTimer | undefined {
    let earliest: PendingTimer | undefined;
    for (const timer of this.#pending) {
      if (earliest === undefined || timer.dueMs < earliest.dueMs) earliest = timer;
    }
    return earliest;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLE_TURNS; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
