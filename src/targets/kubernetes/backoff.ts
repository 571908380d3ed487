/** A maintenance page may ask for a day; nodes come and go meanwhile. kube-apiserver asks for a second. */
const maxObeyedMs = 30_000;

/**
 * Waits between tries that fail one after another: twice as long each time up to a limit, and never in step with
 * other clients of the same API (half of each wait is chance).
 */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #failures = 0;

  /** `random` gives numbers from 0 up to 1. */
  constructor(firstMs: number, maxMs: number, random: () => number) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
    this.#random = random;
  }

  /** The next wait in milliseconds, at least `atLeastMs` (a server's Retry-After) as far as that is bearable. */
  nextMs(atLeastMs = 0): number {
    const ceilingMs = Math.min(this.#maxMs, this.#firstMs * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 30);
    return Math.max(Math.min(atLeastMs, maxObeyedMs), ceilingMs * (0.5 + this.#random() / 2));
  }

  reset(): void {
    this.#failures = 0;
  }
}
