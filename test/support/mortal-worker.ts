// A thread of the kernel engine that dies when it has made 20 handshakes, as often as the test says; and one that, when
// the test says so, does not start at all.
import { getEnvironmentData, parentPort, workerData } from "node:worker_threads";
import { recordLength } from "../../src/handshake/linux/protocol.ts";
import { runWorker } from "../../src/handshake/linux/run-worker.ts";

if (parentPort === null) throw new Error("this is the entry of a thread");
/** How often it dies at work, and how often at its start. */
const [atWork, atStart] = [0, 1];
const deaths = new Int32Array(getEnvironmentData("deaths") as unknown as SharedArrayBuffer);
if ((deaths[atWork] as number) <= 0 && Atomics.sub(deaths, atStart, 1) > 0) throw new Error("no memory for a thread");
let made = 0;
runWorker(parentPort, workerData, (records) => {
  made += records.length / recordLength;
  if (made >= 20 && Atomics.sub(deaths, atWork, 1) > 0) throw new Error("killed by the test");
});
