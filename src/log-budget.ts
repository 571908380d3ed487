import type { Clock } from "./clock.ts";
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

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  write(level: "info" | "warn", message: string, facts: LogFacts): void {
    this.#turnWindow();
    if (this.#lines++ < maxLines) this.#log[level](message, facts);
    else this.#heldBack++;
  }

  /** Tells of what was held back, where there is anything; to be called now and then, and at the end. */
  flush(): void {
    if (this.#heldBack > 0) this.#log.info(`and ${this.#heldBack} more changes like these`);
    this.#heldBack = 0;
  }

  #turnWindow(): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs < this.#windowEndMs) return;
    this.flush();
    this.#windowEndMs = nowMs + windowMs;
    this.#lines = 0;
  }
}
