import type { Order } from "./protocol.ts";
import { sockaddrLength } from "./sockaddr.ts";

/** Collects targets for one order that adds them all. */
export class TargetBatch {
  #ids = new Int32Array(16);
  #addresses = new Uint8Array(16 * sockaddrLength);
  #fractions = new Float64Array(16);
  size = 0;

  /** `address` as sockaddrOf() makes it. */
  push(id: number, address: Uint8Array, fraction: number): void {
    if (this.size === this.#ids.length) this.#grow();
    this.#ids[this.size] = id;
    this.#addresses.set(address, this.size * sockaddrLength);
    this.#fractions[this.size] = fraction;
    this.size++;
  }

  order(): Order {
    return {
      order: "add",
      ids: this.#ids.slice(0, this.size),
      addresses: this.#addresses.slice(0, this.size * sockaddrLength),
      fractions: this.#fractions.slice(0, this.size),
    };
  }

  #grow(): void {
    const [ids, addresses, fractions] = [this.#ids, this.#addresses, this.#fractions];
    this.#ids = new Int32Array(2 * ids.length);
    this.#addresses = new Uint8Array(2 * addresses.length);
    this.#fractions = new Float64Array(2 * fractions.length);
    this.#ids.set(ids);
    this.#addresses.set(addresses);
    this.#fractions.set(fractions);
  }
}
