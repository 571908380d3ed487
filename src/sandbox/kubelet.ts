import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { DarkAddress } from "./dark-address.ts";

/**
 * `listening` accepts handshakes; `stopped` refuses them, as a host does whose kubelet has ended; `dark` answers
 * nothing at all, as a host does that is off or cut off.
 */
export type KubeletState = "listening" | "stopped" | "dark";

/**
 * Whether what listens next binds the port before what listens now lets go of it (SO_REUSEPORT, socket(7)), so that a host
 * that goes dark or comes back refuses nothing in between.
 */
const overlaps = process.platform === "linux";

export type Endpoint = { address: string; port: number };

/** Undefined, or why the state could not be reached, for people. */
export type KubeletProblem = string | undefined;

/** Which kubelet holds an endpoint, by its address and port. */
export type Holders = Map<string, Kubelet>;

/** The port of one node's kubelet: it takes connections, ignores what comes in, and closes when the client does. */
export class Kubelet {
  #endpoint: Endpoint;
  #state: KubeletState = "stopped";
  #server: Server | undefined;
  /** Of the last listener: its close event, which waits for its connections. */
  #closed: Promise<unknown> | undefined;
  #dark: DarkAddress | undefined;
  readonly #sockets = new Set<Socket>();
  /** Changes of state run one after another, in the order in which they were asked for. */
  #work: Promise<unknown> = Promise.resolve();

  readonly #shared: boolean;
  readonly #holders: Holders;

  /**
   * Port 0 takes a free port at the first `set("listening")`. Stopped until then. A `shared` one owns no port: a
   * listener for all addresses answers in its place, and it can do nothing but listen. Of those that have `holders` in
   * common, one may listen at an endpoint.
   */
  constructor(
    endpoint: Endpoint,
    { shared = false, holders = new Map() }: { shared?: boolean; holders?: Holders } = {},
  ) {
    this.#endpoint = endpoint;
    this.#shared = shared;
    this.#holders = holders;
  }

  get endpoint(): Endpoint {
    return this.#endpoint;
  }

  get state(): KubeletState {
    return this.#state;
  }

  set(state: KubeletState): Promise<KubeletProblem> {
    const done = this.#work.then(() => this.#change(state));
    this.#work = done.catch(() => {});
    return done;
  }

  async #change(state: KubeletState): Promise<KubeletProblem> {
    if (state === this.#state) return undefined;
    if (this.#shared) return this.#changeShared(state);
    switch (state) {
      case "listening":
        return this.#listen();
      case "dark":
        return this.#goDark();
      case "stopped":
        await this.#leave();
        for (const socket of this.#sockets) socket.destroy();
        await this.#closed;
        return undefined;
    }
  }

  #changeShared(state: KubeletState): KubeletProblem {
    if (state === "dark") return "its listener is shared with all others";
    this.#state = state;
    return undefined;
  }

  async #listen(): Promise<KubeletProblem> {
    const { address, port } = this.#endpoint;
    const taken = await this.#claim();
    if (taken !== undefined) return cannotListen(address, port, taken);
    if (!overlaps) await this.#release();
    const server = createServer((socket) => this.#accept(socket));
    server.listen({ host: address, port, reusePort: overlaps });
    try {
      await once(server, "listening");
    } catch (error) {
      await this.#leave();
      return cannotListen(address, port, (error as NodeJS.ErrnoException).code ?? `${error}`);
    }
    await this.#release();
    const bound = server.address();
    if (bound !== null && typeof bound === "object") this.#endpoint = { address, port: bound.port };
    this.#server = server;
    this.#closed = new Promise((resolve) => server.once("close", resolve));
    this.#state = "listening";
    return undefined;
  }

  async #goDark(): Promise<KubeletProblem> {
    const { address, port } = this.#endpoint;
    const dark = await DarkAddress.prepare();
    if (dark === undefined) return "no thread could be started for it";
    const taken = await this.#claim();
    if (taken !== undefined) {
      await dark.close();
      return cannotListen(address, port, taken);
    }
    const problem = await this.#exchangeFor(dark).catch((error) => `no thread for it: ${error}`);
    if (problem !== undefined) {
      await dark.close();
      await this.#leave();
      return problem;
    }
    this.#dark = dark;
    this.#state = "dark";
    return undefined;
  }

  async #exchangeFor(dark: DarkAddress): Promise<KubeletProblem> {
    const { address, port } = this.#endpoint;
    if (!overlaps) await this.#release();
    const code = await dark.listen(address, port, overlaps);
    // Open connections stay as they are: a host that has gone dark does not say goodbye.
    await this.#release();
    return code === undefined ? dark.fill() : cannotListen(address, port, code);
  }

  /**
   * Makes the endpoint its own; else gives the code of why not. The system refuses nobody a port that may be bound twice:
   * whether others are there, one that may be bound once has to find out.
   */
  async #claim(): Promise<string | undefined> {
    if (!overlaps || this.#endpoint.port === 0) return undefined;
    const key = keyOf(this.#endpoint);
    if ((this.#holders.get(key) ?? this) !== this) return "EADDRINUSE";
    this.#holders.set(key, this);
    if (this.#state !== "stopped") return undefined;
    const code = await refusalAt(this.#endpoint);
    if (code !== undefined) this.#holders.delete(key);
    return code;
  }

  async #leave(): Promise<void> {
    await this.#release();
    const key = keyOf(this.#endpoint);
    if (this.#holders.get(key) === this) this.#holders.delete(key);
  }

  /** Frees the port. A listener's descriptor is closed at once, its connections stay. */
  async #release(): Promise<void> {
    this.#server?.close();
    this.#server = undefined;
    const dark = this.#dark;
    this.#dark = undefined;
    this.#state = "stopped";
    await dark?.close();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    // Without reading, the client's FIN would never be seen and the socket would stay for ever.
    socket.resume();
  }
}

/** The code of what keeps a listener from the endpoint, or undefined. */
async function refusalAt({ address, port }: Endpoint): Promise<string | undefined> {
  const server = createServer((socket) => socket.destroy());
  server.listen({ host: address, port });
  try {
    await once(server, "listening");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? `${error}`;
  }
  server.close();
  await once(server, "close");
  return undefined;
}

const keyOf = ({ address, port }: Endpoint) => `${address} ${port}`;

const cannotListen = (address: string, port: number, code: string) => `cannot listen on ${address}:${port}: ${code}`;
