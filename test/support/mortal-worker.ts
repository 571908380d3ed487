// A thread of the kernel engine that dies, once for each process, when it has made 20 handshakes.
import { getEnvironmentData, parentPort, workerData } from "node:worker_threads";
import { recordLength } from "../../src/handshake/linux/protocol.ts";
import { runWorker } from "../../src/handshake/linux/run-worker.ts";

if (parentPort === null) throw new Error("this is the entry of a thread");
const lives = new Int32Array(getEnvironmentData("lives") as unknown as SharedArrayBuffer);
let made = 0;
runWorker(parentPort, workerData, (records) => {
  made += records.length / recordLength;
  if (made >= 20 && Atomics.sub(lives, 0, 1) > 0) throw new Error("killed by the test");
});
