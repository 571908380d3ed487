import { recordLength } from "./protocol.ts";

const capacity = 512;

/** Collects records and hands them over in batches: a message between threads costs as much as a handshake. */
export class Records {
  readonly #post: (records: Float64Array) => void;
  readonly #rows = new Float64Array(capacity * recordLength);
  #count = 0;
  #handedOver = false;

  constructor(post: (records: Float64Array) => void) {
    this.#post = post;
  }

  get count(): number {
    return this.#count;
  }

  /** One record, its fields in the order of protocol.ts. */
  add(
    kind: number,
    id: number,
    what: number,
    detail: number,
    startedMs: number,
    lagMs: number,
    connectUs: number,
    rttUs: number,
    synSent: number,
  ): void {
    const rows = this.#rows;
    let at = this.#count * recordLength;
    rows[at++] = kind;
    rows[at++] = id;
    rows[at++] = what;
    rows[at++] = detail;
    rows[at++] = startedMs;
    rows[at++] = lagMs;
    rows[at++] = connectUs;
    rows[at++] = rttUs;
    rows[at] = synSent;
    this.#count++;
    if (this.#count === capacity) this.flush();
  }

  flush(): void {
    if (this.#count === 0) return;
    this.#post(this.#rows.slice(0, this.#count * recordLength));
    this.#count = 0;
    this.#handedOver = true;
  }

  /** Whether some were handed over since this was last asked. */
  takeHandedOver(): boolean {
    const handedOver = this.#handedOver;
    this.#handedOver = false;
    return handedOver;
  }
}
