/** What this machine is out of, whoever the target is; a port is missing to one address only. */
const exhausted = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);
const firstPauseMs = 50;
const maxPauseMs = 1_000;

/**
 * Holds rounds back while this machine has no descriptors or memory for them: trying on would take what is left from
 * the rest of the program. Twice as long after each failure, until one gets through.
 */
export class Exhaustion {
  #pauseMs = 0;
  #untilMs = Number.NEGATIVE_INFINITY;

  /** Whether a round that is due is better left out. */
  holdsBack(nowMs: number): boolean {
    return nowMs < this.#untilMs;
  }

  /** To be told of each start: the errno's name, or undefined where it got through. */
  started(failure: string | undefined, nowMs: number): void {
    if (failure === undefined) this.#pauseMs = 0;
    if (failure === undefined || !exhausted.has(failure)) return;
    this.#pauseMs = Math.min(maxPauseMs, Math.max(firstPauseMs, 2 * this.#pauseMs));
    this.#untilMs = nowMs + this.#pauseMs;
  }
}
