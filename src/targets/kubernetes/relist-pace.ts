import type { Clock } from "../../clock.ts";
import { Backoff } from "./backoff.ts";

/** Together with the longest wait after a failure, which may come before, it stays within the 5 s that are promised. */
const waitMs = { first: 500, max: 1_500, maxForLarge: 30_000 };
/** It is the list that costs an API: no more than this share of the time goes into them in the long run. */
const share = 0.1;
/** What a list costs at least, however soon it is answered: beside the time there is a request and what it makes of etcd. */
const minCostMs = 300;
/** So many lists more than that are a trouble that passes; what goes beyond is how this API is. */
const spareLists = 5;

/**
 * Paces lists that come to nothing because each watch after them says 410 Gone. The first few follow one another
 * within seconds, so that the nodes are right again soon; an API that goes on so gets a list as seldom as its own cost
 * asks for, at least every 30 s.
 */
export class RelistPace {
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #costMs = minCostMs;
  /** What the lists have taken beyond their share, in milliseconds, as of `#asOfMs`. */
  #debtMs = 0;
  #asOfMs = 0;

  /** `random` gives numbers from 0 up to 1. */
  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#backoff = new Backoff(waitMs.first, waitMs.max, random);
  }

  /** A list is whole; `tookMs` is the time in which the API answered, without what was waited for between tries. */
  listed(tookMs: number): void {
    this.#costMs = Math.max(minCostMs, tookMs);
  }

  /** A list and the watch after it have worked. */
  reset(): void {
    this.#backoff.reset();
    this.#debtMs = 0;
  }

  /** How long to wait before the next list, at least `retryAfterMs` as far as that is bearable. */
  nextMs(retryAfterMs: number | undefined): number {
    const nowMs = this.#clock.nowMs();
    const costMs = this.#costMs;
    this.#debtMs = Math.max(0, this.#debtMs - (nowMs - this.#asOfMs) * share) + costMs;
    this.#asOfMs = nowMs;
    const isHabit = this.#debtMs > (spareLists + 0.5) * costMs;
    const atLeastMs = isHabit ? Math.min(waitMs.maxForLarge, costMs * (1 / share - 1)) : 0;
    return Math.max(atLeastMs, this.#backoff.nextMs(retryAfterMs));
  }
}
