import { once } from "node:events";
import { createServer, type Server } from "node:net";
import type { Endpoint } from "./kubelet.ts";

const firstBlock = 66;
const lastBlock = 250;

/** Of 127.B.y.z, the z that are used; 0 and 255 look like a network's own to some tools. */
const addressesPerRow = 250;
const rowsPerBlock = 255;

/**
 * A part of 127.0.0.0/8, all of which is this machine (RFC 6890), for one sandbox's kubelets. 127.B.0.1 stays
 * bound for as long as the block is held, so that several sandboxes, and tests in parallel, keep out of each other's way.
 * Where only 127.0.0.1 exists, as on macOS, every kubelet gets a port of its own there instead.
 */
export class AddressBlock {
  readonly #lease: Server | undefined;
  readonly #block: number | undefined;
  /** The last block whose addresses it may give out. */
  readonly #lastBlock: number;
  readonly #port: number;
  #next = 0;

  private constructor(port: number, block?: number, lease?: Server) {
    this.#port = port;
    this.#lease = lease;
    this.#block = block;
    this.#lastBlock = lease === undefined ? lastBlock : (block ?? 0);
  }

  /** All blocks, without keeping others out of them: for who listens on every address anyway. */
  static unbound(port: number): AddressBlock {
    return new AddressBlock(port, firstBlock);
  }

  /** Takes the first free block. Throws where all are taken, or where the port may not be bound. */
  static async take(port: number): Promise<AddressBlock> {
    for (let block = firstBlock; block <= lastBlock; block++) {
      const lease = createServer((socket) => socket.destroy());
      lease.listen({ host: `127.${block}.0.1`, port });
      try {
        await once(lease, "listening");
        return new AddressBlock(port, block, lease);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === "EADDRNOTAVAIL") return new AddressBlock(port);
        if (code !== "EADDRINUSE") throw error;
      }
    }
    throw new Error(
      `no free block for kubelets: port ${port} is taken on 127.${firstBlock}.0.1 to 127.${lastBlock}.0.1`,
    );
  }

  /** The next endpoint that was not given out before. Throws after 63,750 of a block. */
  next(): Endpoint {
    if (this.#block === undefined) return { address: "127.0.0.1", port: 0 };
    const row = Math.floor(this.#next / addressesPerRow);
    const block = this.#block + Math.floor(row / rowsPerBlock);
    if (block > this.#lastBlock) throw new Error(`127.${this.#block}.0.0/16 is used up after ${this.#next} addresses`);
    const address = `127.${block}.${1 + (row % rowsPerBlock)}.${1 + (this.#next % addressesPerRow)}`;
    this.#next += 1;
    return { address, port: this.#port };
  }

  async release(): Promise<void> {
    if (!this.#lease?.listening) return;
    const closed = once(this.#lease, "close");
    this.#lease.close();
    await closed;
  }
}
