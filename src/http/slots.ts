/** A place that somebody's answer has among the few that are sent at once. */
export interface Slot {
  /** Aborted when the place goes to another. */
  readonly signal: AbortSignal;
  /** The answer moves on. */
  moved(): void;
  free(): void;
}

interface Taken extends Slot {
  readonly peer: string;
  movedMs: number;
  readonly give: () => void;
}

/**
 * Bounds how many long answers are under way, each of which holds memory, without letting those who ask and do not read
 * keep others out. Where all places are taken, one of whoever has the most goes to a newcomer who has none; else that of
 * the answer that has stood still for longest, if that is long enough.
 */
export class Slots {
  readonly #max: number;
  readonly #stalledMs: number;
  readonly #nowMs: () => number;
  readonly #taken = new Set<Taken>();

  /** `stalledMs`: for how long an answer has to stand still to lose its place to anybody. */
  constructor(max: number, stalledMs: number, nowMs: () => number) {
    this.#max = max;
    this.#stalledMs = stalledMs;
    this.#nowMs = nowMs;
  }

  /** Undefined where there is no place. `peer` is the address of who asks. */
  take(peer: string): Slot | undefined {
    if (this.#taken.size >= this.#max) {
      const loser = this.#loser(peer);
      if (loser === undefined) return undefined;
      loser.free();
      loser.give();
    }
    const ending = new AbortController();
    const slot: Taken = {
      peer,
      movedMs: this.#nowMs(),
      signal: ending.signal,
      moved: () => {
        slot.movedMs = this.#nowMs();
      },
      free: () => void this.#taken.delete(slot),
      give: () => ending.abort(),
    };
    this.#taken.add(slot);
    return slot;
  }

  #loser(newcomer: string): Taken | undefined {
    const byMoved = [...this.#taken].toSorted((a, b) => a.movedMs - b.movedMs);
    const perPeer = Map.groupBy(byMoved, ({ peer }) => peer);
    const most = [...perPeer.values()].toSorted((a, b) => b.length - a.length)[0] ?? [];
    if (!perPeer.has(newcomer) && most.length > 1) return most[0];
    const [stillest] = byMoved;
    return stillest !== undefined && this.#nowMs() - stillest.movedMs >= this.#stalledMs ? stillest : undefined;
  }
}
