// `node doomed.ts`: makes a lab with a program in it, prints its hosts' names and the program's process id, and leaves
// all of it behind when it is killed.
import { once } from "node:events";
import { Lab } from "./lab.ts";

const lab = Lab.create();
const left = lab.far.spawn("sh", "-c", "echo there; exec sleep 600");
await once(left.stdout, "data");
process.stdout.write(`${JSON.stringify({ hosts: [lab.near.name, lab.far.name], pid: left.pid })}\n`);
// Until the test that started it is gone, too.
process.stdin.resume();
