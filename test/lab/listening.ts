import { once } from "node:events";
import type { LabHost } from "./lab.ts";

const listener = new URL("./listener.ts", import.meta.url);

/** listener.ts at work on a host of the lab. */
export class Listening {
  readonly #child: ReturnType<LabHost["spawn"]>;

  private constructor(child: ReturnType<LabHost["spawn"]>) {
    this.#child = child;
  }

  /** Resolves when it listens on every port. */
  static async start(host: LabHost, ports: readonly number[]): Promise<Listening> {
    const child = host.spawn(process.execPath, listener.pathname, JSON.stringify({ ports }));
    await once(child.stdout, "data");
    return new Listening(child);
  }

  /** Connections that it has seen. */
  async accepted(): Promise<number> {
    this.#child.kill("SIGUSR2");
    const [said] = await once(this.#child.stdout, "data");
    return Number(said);
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await once(this.#child, "close");
  }
}
