import { AF_INET, AF_INET6 } from "./constants.ts";

/**
 * Of each family: for what is in flight at once between two turns of the loop. With more in flight, sockets are being
 * made and closed anyway; and each holds a descriptor.
 */
const capacity = 32;

/** Sockets that have made a handshake, were disconnected, and can make another. */
export class SpareSockets {
  readonly #fours = new Stack();
  readonly #sixes = new Stack();

  /** -1 where there is none. */
  take(family: number): number {
    return this.#of(family).pop();
  }

  takeAny(): number {
    const four = this.take(AF_INET);
    return four >= 0 ? four : this.take(AF_INET6);
  }

  hasRoom(family: number): boolean {
    return this.#of(family).size < capacity;
  }

  put(fd: number, family: number): void {
    this.#of(family).push(fd);
  }

  #of(family: number): Stack {
    return family === AF_INET ? this.#fours : this.#sixes;
  }
}

/** Allocates nothing when it is used. */
class Stack {
  readonly #fds = new Int32Array(capacity);
  size = 0;

  pop(): number {
    return this.size === 0 ? -1 : (this.#fds[--this.size] as number);
  }

  push(fd: number): void {
    this.#fds[this.size++] = fd;
  }
}
