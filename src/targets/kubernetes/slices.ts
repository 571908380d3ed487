import type { Clock } from "../../clock.ts";

/** Work without a pause; then whatever else waits for the main thread has its turn. */
const sliceMs = 5;

/**
 * Cuts long work into slices, so that thousands of nodes at once hold up no scrape and no signal:
 *
 *     for (const node of nodes) {
 *       work(node);
 *       await slices.giveWay();
 *     }
 */
export class Slices {
  readonly #clock: Clock;
  #sinceMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.nowMs();
  }

  /** Undefined while the slice lasts: `await` costs next to nothing then. */
  giveWay(): Promise<void> | undefined {
    return this.#clock.nowMs() - this.#sinceMs < sliceMs ? undefined : this.#pause();
  }

  async #pause(): Promise<void> {
    // Behind I/O and timers, as a promise alone would not be.
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#sinceMs = this.#clock.nowMs();
  }
}
