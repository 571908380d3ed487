import type { NodeFlaw } from "./read-node.ts";

/**
 * Who was named in one list, be it in pages or as a stream. The nodes themselves are handed on as they come; what is
 * kept until the list is whole are the names, because only then can it be said who is missing.
 */
export class RollCall {
  readonly #names = new Set<string>();
  readonly #unreadable = new Set<string>();
  #items = 0;

  /** Items so far, readable or not: what the API counts. */
  get items(): number {
    return this.#items;
  }

  /** Nodes so far. */
  get nodes(): number {
    return this.#names.size;
  }

  /** A node of a page; false where another one of that name was before it. */
  listed(name: string): boolean {
    // No sound API names one twice; were both taken, they would throw each other out with every list.
    this.#items++;
    const isFirst = !this.#names.has(name);
    this.#names.add(name);
    return isFirst;
  }

  /** A node of a stream, where it may come once more because it has changed. */
  streamed(name: string): void {
    if (!this.#names.has(name) && !this.#unreadable.has(name)) this.#items++;
    this.#names.add(name);
  }

  /** An item that is no node. */
  unreadable({ name }: NodeFlaw): void {
    if (name === "" || (!this.#names.has(name) && !this.#unreadable.has(name))) this.#items++;
    this.#unreadable.add(name);
  }

  /** A node that left while the list was on its way. */
  left(name: string): void {
    if (this.#names.delete(name)) this.#items--;
  }

  /** Whether a known node may still be there: named, or perhaps one of those that could not be read. */
  mayHave(name: string): boolean {
    if (this.#names.has(name)) return true;
    // An item without a name may be any of the known nodes, so that none of them can be called gone.
    return this.#unreadable.has(name) || this.#unreadable.has("");
  }
}
