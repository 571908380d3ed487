// The thread of a history that hangs as long as the test says so, at the next message it gets.
import { getEnvironmentData, parentPort, workerData } from "node:worker_threads";
import { runWorker } from "../../src/history/thread/run-worker.ts";

if (parentPort === null) throw new Error("this is the entry of a thread");
const hangs = new Int32Array(getEnvironmentData("hangs") as unknown as SharedArrayBuffer);
parentPort.on("message", () => void Atomics.wait(hangs, 0, 1));
runWorker(parentPort, workerData);
