import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { DarkAddress } from "../../src/sandbox/dark-address.ts";

/** A port that gives no answer at all, made as the sandbox makes its dark nodes. */
export class DarkListener {
  readonly port: number;
  readonly #address: DarkAddress;

  private constructor(port: number, address: DarkAddress) {
    this.port = port;
    this.#address = address;
  }

  static async start(host: string): Promise<DarkListener> {
    const port = await freePort(host);
    const address = await DarkAddress.prepare();
    if (address === undefined) throw new Error("no thread could be started");
    const problem = (await address.listen(host, port)) ?? (await address.fill());
    if (problem !== undefined) throw new Error(`${host}:${port} does not go dark: ${problem}`);
    return new DarkListener(port, address);
  }

  stop(): Promise<void> {
    return this.#address.close();
  }
}

async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
