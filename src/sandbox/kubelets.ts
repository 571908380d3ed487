import { AddressBlock } from "./address-block.ts";
import { type Endpoint, type Holders, Kubelet, type KubeletProblem, type KubeletState } from "./kubelet.ts";

export type KubeletsOptions = {
  /** The port every kubelet listens on, each on an address of its own. */
  port?: number;
  /**
   * One listener for all addresses of this machine instead of one each: for fleets of more nodes than a process may
   * have descriptors. No node can stop or go dark then. Meant for a network namespace: the port is open on all sides.
   */
  shared?: boolean;
};

export const stoppedProblem = "the sandbox has stopped";

/** So many listeners are opened before other work gets its turn. */
const batch = 500;

/** The kubelets of a cluster, by the names of their nodes. */
export class Kubelets {
  readonly #block: AddressBlock;
  readonly #kubelets = new Map<string, Kubelet>();
  /** Kubelets of nodes that have gone or moved and whose ports are still being closed. */
  readonly #leaving = new Set<Promise<unknown>>();
  readonly #holders: Holders = new Map();
  #stopped = false;

  /** The listener that serves all, where it is shared. */
  readonly #everywhere: Kubelet | undefined;

  private constructor(block: AddressBlock, everywhere?: Kubelet) {
    this.#block = block;
    this.#everywhere = everywhere;
  }

  /** Takes a free block of loopback addresses. Throws where there is none. */
  static async create({ port = 10250, shared = false }: KubeletsOptions = {}): Promise<Kubelets> {
    if (!shared) return new Kubelets(await AddressBlock.take(port));
    const everywhere = new Kubelet({ address: "0.0.0.0", port });
    const problem = await everywhere.set("listening");
    if (problem !== undefined) throw new Error(problem);
    return new Kubelets(AddressBlock.unbound(port), everywhere);
  }

  get size(): number {
    return this.#kubelets.size;
  }

  get(name: string): Kubelet | undefined {
    return this.#kubelets.get(name);
  }

  state(name: string): KubeletState | undefined {
    return this.#kubelets.get(name)?.state;
  }

  /** Opens one kubelet for each name on endpoints that were never used before. */
  async openAll(names: readonly string[]): Promise<KubeletProblem> {
    for (let start = 0; start < names.length; start += batch) {
      const opened = names.slice(start, start + batch).map((name) => this.open(name, this.#block.next()));
      const problem = (await Promise.all(opened)).find((found) => found !== undefined);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  /** Puts `name`'s kubelet on a new endpoint; the one before is closed once the new one listens. */
  async move(name: string): Promise<KubeletProblem> {
    return this.open(name, this.#block.next());
  }

  /** Listens for `name` at `endpoint`; nothing changes where it already has its kubelet there. */
  async open(name: string, endpoint: Endpoint): Promise<KubeletProblem> {
    if (this.#stopped) return stoppedProblem;
    const before = this.#kubelets.get(name);
    if (before && sameEndpoint(before.endpoint, endpoint)) return undefined;
    const kubelet = new Kubelet(endpoint, { shared: this.#everywhere !== undefined, holders: this.#holders });
    this.#kubelets.set(name, kubelet);
    // A node that is deleted and made again at once finds its address free.
    await Promise.all(this.#leaving);
    // Closed or replaced in the meantime: then listening would be for nobody.
    const isWanted = () => !this.#stopped && this.#kubelets.get(name) === kubelet;
    const problem = isWanted() ? await kubelet.set("listening") : undefined;
    if (before) this.#leave(before);
    return this.#stopped ? stoppedProblem : problem;
  }

  close(name: string): void {
    const kubelet = this.#kubelets.get(name);
    this.#kubelets.delete(name);
    if (kubelet) this.#leave(kubelet);
  }

  /** Closes every port and waits until all are closed. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const name of [...this.#kubelets.keys()]) this.close(name);
    await Promise.all([...this.#leaving, this.#everywhere?.set("stopped")]);
    await this.#block.release();
  }

  #leave(kubelet: Kubelet): void {
    const closed = kubelet.set("stopped").finally(() => this.#leaving.delete(closed));
    this.#leaving.add(closed);
  }
}

function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.address === b.address && a.port === b.port;
}
