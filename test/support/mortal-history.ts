// The thread of a history that dies when it is told so: by a number of messages it may still take in.
import { getEnvironmentData, parentPort, workerData } from "node:worker_threads";
import { runWorker } from "../../src/history/thread/run-worker.ts";

if (parentPort === null) throw new Error("this is the entry of a thread");
const left = new Int32Array(getEnvironmentData("messages left") as unknown as SharedArrayBuffer);
parentPort.on("message", () => {
  if (Atomics.sub(left, 0, 1) === 1) throw new Error("killed by the test");
});
runWorker(parentPort, workerData);
