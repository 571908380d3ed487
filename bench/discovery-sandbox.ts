// The cluster of `npm run bench:discovery`, in a process of its own. Usage: discovery-sandbox.ts NODES NODE_BYTES
// [STREAMING_LISTS]. Prints the environment as JSON. At each line on its standard input it lets 500 nodes change, 500 go and 500 come within a second
// and prints the name of the last to come. Ends with its standard input.
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { startSandbox } from "../src/sandbox/cluster.ts";
import { internalAddress, kubeletPort } from "../src/sandbox/node-object.ts";
import type { StreamingLists } from "../src/sandbox/node-routes.ts";
import { newNode, withImages } from "../src/sandbox/node-template.ts";
import { descriptorsAllow } from "./fleet-size.ts";

const churned = 500;
const [nodes, nodeBytes] = [Number(process.argv[2]), Number(process.argv[3])];
const streamingLists = (process.argv[4] ?? "served") as StreamingLists;
const sandbox = await startSandbox({ nodes, nodeBytes, streamingLists, sharedKubelets: !descriptorsAllow(nodes) });
process.stdout.write(`${JSON.stringify(sandbox.environment())}\n`);
let rounds = 0;
for await (const _ of createInterface({ input: process.stdin })) await churn(rounds++);
await sandbox.stop();
process.exit();

async function churn(round: number): Promise<void> {
  const startMs = performance.now();
  const names = sandbox.nodeNames();
  for (let index = 0; index < churned; index++) {
    // Spread over the second, as in a cluster whose autoscaler is at work.
    while (performance.now() < startMs + (950 * index) / churned) await pause(1);
    sandbox.store.update(names[index] ?? "", (node) => ({
      ...node,
      spec: { unschedulable: !node.spec.unschedulable },
    }));
    swap(names[names.length - 1 - index] ?? "", `new-${round}-${index}`);
  }
  const last = `new-${round}-${churned - 1}`;
  process.stdout.write(`${JSON.stringify({ last, tookMs: performance.now() - startMs })}\n`);
}

/** One goes and another comes in its place, at the same address. */
function swap(leaves: string, comes: string): void {
  const node = sandbox.store.get(leaves);
  if (node === undefined) throw new Error(`there is no node ${leaves}`);
  const endpoint = { address: internalAddress(node) ?? "", port: kubeletPort(node) };
  sandbox.store.delete(leaves);
  const newcomer = newNode({ name: comes, zone: 0, index: 0, endpoint, nowUnixMs: Date.now() });
  sandbox.store.create(withImages(newcomer, nodeBytes));
}
