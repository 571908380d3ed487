import type { LiveEvents } from "../../api/v1.ts";
import type { Clock, Timer } from "../../clock.ts";

/** More than these nobody needs by name: who hears of them asks for everything anew. */
const maxKeys = 100;
/** Between two. */
const pauseMs = 1_000;
/** What happens together is told together: a zone does not go in one instant. */
const gatherMs = 100;

/** Gathers changes, so that they are told at most once a second, whatever happens. */
export class Changes {
  readonly #clock: Clock;
  readonly #tell: (change: LiveEvents["change"]) => void;
  readonly #keys = new Set<string>();
  #isMore = false;
  #timer: Timer | undefined;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, tell: (change: LiveEvents["change"]) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Undefined: something that is no target's. */
  add(key: string | undefined): void {
    if (key === undefined || this.#keys.has(key)) this.#isMore ||= key === undefined;
    else if (this.#keys.size < maxKeys) this.#keys.add(key);
    else this.#isMore = true;
    const waitMs = Math.max(gatherMs, this.#toldMs + pauseMs - this.#clock.nowMs());
    this.#timer ??= this.#clock.setTimer(() => this.#flush(), waitMs);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#keys.clear();
    this.#isMore = false;
  }

  #flush(): void {
    const change = { nowMs: this.#clock.unixMs(), keys: [...this.#keys], isMore: this.#isMore };
    this.stop();
    this.#toldMs = this.#clock.nowMs();
    this.#tell(change);
  }
}
