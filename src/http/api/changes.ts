import type { LiveEvents } from "../../api/v1.ts";
import type { Clock, Timer } from "../../clock.ts";
import type { Changed } from "./source.ts";

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

  add({ keys, isMore }: Changed): void {
    // What is no target's has no name: that, too, is more than is named.
    this.#isMore ||= isMore || keys.length === 0;
    for (const key of keys) {
      if (this.#keys.size < maxKeys) this.#keys.add(key);
      else this.#isMore ||= !this.#keys.has(key);
    }
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
