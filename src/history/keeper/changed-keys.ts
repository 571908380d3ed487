import type { Changed } from "../thread/protocol.ts";

/** Who looks at the page asks anew for all of it where there are more. */
const keysAtMost = 1_000;

/** Targets whose condition changed since somebody asked. */
export class ChangedKeys {
  readonly #keys = new Set<string>();
  #isMore = false;
  #isAny = false;

  /** Without a key: something changed that is no target's. */
  mark(key?: string): void {
    this.#isAny = true;
    if (key === undefined) return;
    if (this.#keys.size < keysAtMost) this.#keys.add(key);
    else this.#isMore ||= !this.#keys.has(key);
  }

  add({ keys, isMore }: Changed): void {
    this.mark();
    for (const key of keys) this.mark(key);
    this.#isMore ||= isMore;
  }

  /** Undefined where nothing changed. */
  take(): Changed | undefined {
    if (!this.#isAny) return undefined;
    const changed = { keys: [...this.#keys], isMore: this.#isMore };
    this.#keys.clear();
    this.#isMore = false;
    this.#isAny = false;
    return changed;
  }
}
