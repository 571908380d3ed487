import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Pingo } from "../test/support/pingo.ts";

/** A whole PinGo, and the cluster that it probes in a process of its own. */
export interface Fleet {
  readonly pingo: Pingo;
  /** Where its metrics are. */
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts both; resolves once all nodes are known. */
export async function startFleet(nodes: number, args: readonly string[]): Promise<Fleet> {
  const script = fileURLToPath(new URL("./fleet-sandbox.ts", import.meta.url));
  const sandbox = spawn(process.execPath, [script, String(nodes)], { stdio: ["pipe", "pipe", "inherit"] });
  const [environment] = (await once(createInterface({ input: sandbox.stdout }), "line")) as [string];
  const pingo = new Pingo([...args, "--listen", "127.0.0.1:0"], JSON.parse(environment));
  const [, port] = await pingo.says(/metrics are at http:\/\/127\.0\.0\.1:(\d+)/);
  await pingo.says(new RegExp(`probing ${nodes} nodes`));
  return {
    pingo,
    port: Number(port),
    async stop() {
      await pingo.stop();
      sandbox.stdin.end();
      await once(sandbox, "exit");
    },
  };
}
