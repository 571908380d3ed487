/** What became of a question that was not answered: there was no room for it, or nobody waits for its answer any more. */
export type NotAnswered = "busy" | "gone";

interface Waiting {
  readonly peer: string;
  readonly start: () => void;
  readonly give: (why: NotAnswered) => void;
}

/**
 * Lets few questions be answered at once and bounds how many wait. Whoever asks much waits longer: one after another is
 * taken from each peer in turn, and where there is no more room, the newest of whoever has the most waiting goes.
 */
export class QuestionQueue {
  readonly #maxUnderWay: number;
  readonly #maxWaiting: number;
  /** The peer whose turn is next is first. */
  readonly #waiting = new Map<string, Waiting[]>();
  #underWay = 0;
  #size = 0;

  constructor(maxUnderWay: number, maxWaiting: number) {
    this.#maxUnderWay = maxUnderWay;
    this.#maxWaiting = maxWaiting;
  }

  /** Resolves with what `work` gives, or why it was not called. */
  async run<T>(peer: string, gone: AbortSignal, work: () => Promise<T>): Promise<T | NotAnswered> {
    const refusal = await this.#enter(peer, gone);
    if (refusal !== undefined) return refusal;
    try {
      return gone.aborted ? "gone" : await work();
    } finally {
      this.#underWay--;
      this.#next();
    }
  }

  /** Resolves when it is this one's turn, or with why it never is. */
  #enter(peer: string, gone: AbortSignal): Promise<NotAnswered | undefined> {
    if (gone.aborted) return Promise.resolve("gone");
    if (this.#underWay < this.#maxUnderWay) {
      this.#underWay++;
      return Promise.resolve(undefined);
    }
    if (this.#size >= this.#maxWaiting && !this.#makeRoomFor(peer)) return Promise.resolve("busy");
    return new Promise((resolve) => {
      const waiting: Waiting = { peer, start: () => settle(undefined), give: (why) => settle(why) };
      const leave = () => {
        this.#remove(waiting);
        settle("gone");
      };
      const settle = (refusal: NotAnswered | undefined) => {
        gone.removeEventListener("abort", leave);
        resolve(refusal);
      };
      gone.addEventListener("abort", leave);
      this.#add(waiting);
    });
  }

  #makeRoomFor(newcomer: string): boolean {
    const [most] = [...this.#waiting.values()].toSorted((a, b) => b.length - a.length);
    const own = this.#waiting.get(newcomer)?.length ?? 0;
    const loser = most !== undefined && most.length > own + 1 ? most.at(-1) : undefined;
    if (loser === undefined) return false;
    this.#remove(loser);
    loser.give("busy");
    return true;
  }

  #next(): void {
    const [first] = this.#waiting;
    const waiting = first?.[1][0];
    if (first === undefined || waiting === undefined) return;
    this.#remove(waiting);
    // The next turn is another peer's.
    const [peer, left] = first;
    if (this.#waiting.delete(peer)) this.#waiting.set(peer, left);
    this.#underWay++;
    waiting.start();
  }

  #add(waiting: Waiting): void {
    const own = this.#waiting.get(waiting.peer);
    if (own === undefined) this.#waiting.set(waiting.peer, [waiting]);
    else own.push(waiting);
    this.#size++;
  }

  #remove(waiting: Waiting): void {
    const own = this.#waiting.get(waiting.peer) ?? [];
    const place = own.indexOf(waiting);
    if (place === -1) return;
    own.splice(place, 1);
    this.#size--;
    if (own.length === 0) this.#waiting.delete(waiting.peer);
  }
}
