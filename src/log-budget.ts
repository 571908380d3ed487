import type { Clock, Timer } from "./clock.ts";
import type { Log, LogFacts } from "./log.ts";

/** Lines in one window; more would bury what matters. */
const maxLines = 20;
const windowMs = 10_000;

/**
 * Lets a stream of similar lines through until there are too many in a row, then counts them: a thousand nodes that
 * go dark together are a few lines and a number.
 */
export class LogBudget {
  readonly #log: Log;
  readonly #clock: Clock;
  #windowEndMs = 0;
  #lines = 0;
  #heldBack = 0;
  /** Runs while something is held back: the number is told even where no further line comes. */
  #timer: Timer | undefined;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  write(level: "info" | "warn", message: string, facts: LogFacts): void {
    this.#turnWindow();
    if (this.#lines++ < maxLines) this.#log[level](message, facts);
    else this.#holdBack();
  }

  /** Tells of what was held back, where there is anything; to be called at the end. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#heldBack > 0) this.#log.info(`and ${this.#heldBack} more changes like these`);
    this.#heldBack = 0;
  }

  #holdBack(): void {
    this.#heldBack++;
    this.#timer ??= this.#clock.setTimer(() => this.flush(), this.#windowEndMs - this.#clock.nowMs());
  }

  #turnWindow(): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs < this.#windowEndMs) return;
    this.flush();
    this.#windowEndMs = nowMs + windowMs;
    this.#lines = 0;
  }
}
