import type { Libc } from "./libc.ts";
import { familyOf, sockaddrLength } from "./sockaddr.ts";

/** The addresses of targets or requests by small number, where the kernel can read them. Grows, and never shrinks. */
export class Sockaddrs {
  readonly #libc: Libc;
  #bytes = new Uint8Array(0);
  #pointer = 0;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** `bytes` as sockaddrOf() makes them. */
  set(id: number, bytes: Uint8Array): void {
    const at = id * sockaddrLength;
    if (at + sockaddrLength > this.#bytes.length) this.#grow(at + sockaddrLength);
    this.#bytes.set(bytes, at);
  }

  family(id: number): number {
    return familyOf(this.#bytes, id * sockaddrLength);
  }

  pointer(id: number): number {
    return this.#pointer + id * sockaddrLength;
  }

  #grow(length: number): void {
    const before = this.#bytes;
    // Not below what V8 keeps outside its heap: what lies in the heap moves.
    this.#bytes = new Uint8Array(new ArrayBuffer(Math.max(length, 2 * before.length, 4_096)));
    this.#bytes.set(before);
    this.#pointer = this.#libc.address(this.#bytes.buffer as ArrayBuffer);
  }
}
