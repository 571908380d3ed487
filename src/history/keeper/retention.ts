import { stepsMs } from "../../api/queries.ts";
import { type Level, levels, type Store } from "../store/store.ts";

const dayMs = 86_400_000;
/** Steps that are removed at once, by level. */
const stepsAtOnce = [10, 6, 6, 4] as const;
const changesAtOnce = 500;
/**
 * Bites a minute that age alone may take: several times what becomes too old in a minute, and yet so little that a wall
 * clock which is years ahead for a moment takes no history with it.
 */
const bitesForAge = 3;
/**
 * Where the file is too large: how far back each level is to reach before the next coarser one loses anything, in days and as a
 * share of the retention, whichever is less. Last minutes are looked at closely, last weeks from afar.
 */
const reach = [
  { days: 1, share: 1 / 4 },
  { days: 3, share: 1 / 2 },
  { days: 14, share: 3 / 4 },
  { days: 60, share: 1 },
] as const;
/** Free pages that stay for what comes next; what is beyond goes back to the file system. */
const sparePages = 64;
const pagesAtOnce = 64;

export interface RetentionLimits {
  readonly retentionMs: number;
  readonly maxBytes: number;
}

/** Removes what is too old and, where there is too much, what is missed least. */
export class Retention {
  readonly #limits: RetentionLimits;
  #bitesForAge = bitesForAge;

  constructor(limits: RetentionLimits) {
    this.#limits = limits;
  }

  minuteIsOver(): void {
    this.#bitesForAge = bitesForAge;
  }

  /** One bite, within a transaction; false where all is as it should be. */
  bite(store: Store, nowMs: number): boolean {
    return this.#removeOld(store, nowMs) || this.#removeSurplus(store, nowMs);
  }

  /**
   * Where the file is in its bound and too much with its log, the log goes: all in it is counted with the file. Once, after
   * the last bite: to write it over and sync it before each would be dear. Not within a transaction.
   */
  spareLog(store: Store): void {
    if (store.bytes() > this.#limits.maxBytes) store.emptyLog();
  }

  /** Gives back a few free pages; false where there are not too many. Not within a transaction. */
  shrink(store: Store): boolean {
    if (store.freePages() <= sparePages) return false;
    store.shrink(pagesAtOnce);
    return true;
  }

  #removeOld(store: Store, nowMs: number): boolean {
    if (this.#bitesForAge === 0) return false;
    this.#bitesForAge--;
    const beforeMs = nowMs - this.#limits.retentionMs;
    for (const level of levels) {
      const firstMs = store.firstStep(level);
      if (firstMs !== undefined && firstMs + stepsMs[level] <= beforeMs) {
        // A step that began before may end after.
        removeSteps(store, level, firstMs, beforeMs - stepsMs[level] + 1);
        return true;
      }
    }
    return store.removeChanges(beforeMs, changesAtOnce) > 0;
  }

  #removeSurplus(store: Store, nowMs: number): boolean {
    // Nothing is removed for the log's sake: that can be had without.
    if (store.bytes() - store.logBytes() <= this.#limits.maxBytes) return false;
    for (const spares of [true, false]) {
      for (const level of levels) {
        const reachMs = spares ? this.#reachMs(level) : 0;
        const firstMs = store.firstStep(level);
        const beforeMs = Math.min(nowMs - reachMs, endOfUsed(store, level));
        if (firstMs === undefined || firstMs >= beforeMs) continue;
        removeSteps(store, level, firstMs, beforeMs);
        return true;
      }
    }
    return store.removeChanges(store.firstStep(0) ?? nowMs, changesAtOnce) > 0;
  }

  #reachMs(level: Level): number {
    const { days, share } = reach[level];
    return Math.min(days * dayMs, share * this.#limits.retentionMs);
  }
}

function removeSteps(store: Store, level: Level, firstMs: number, beforeMs: number): void {
  store.removeSteps(level, Math.min(firstMs + stepsAtOnce[level] * stepsMs[level], beforeMs));
}

/** Up to where a level's steps have served to make longer ones; of the longest, up to the last. */
function endOfUsed(store: Store, level: Level): number {
  return level === 3 ? (store.lastStep(3) ?? 0) : store.rolledUpTo((level + 1) as Level);
}
