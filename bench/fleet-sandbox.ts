// The cluster of `npm run bench:fleet`, in a process of its own so that what the bench does with its figures delays no
// kubelet's answer. Usage: fleet-sandbox.ts NODES. Prints the environment as JSON; ends with its standard input.
import { startSandbox } from "../src/sandbox/cluster.ts";
import { descriptorsAllow } from "./fleet-size.ts";

const nodes = Number(process.argv[2]);
const sandbox = await startSandbox({ nodes, sharedKubelets: !descriptorsAllow(nodes) });
process.stdout.write(`${JSON.stringify(sandbox.environment())}\n`);
process.stdin.resume().on("end", () => void sandbox.stop().then(() => process.exit()));
