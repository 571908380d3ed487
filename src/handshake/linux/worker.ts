// The thread of the kernel engine. It loads libc, says where it can be woken, and then turns its loop until it is
// told to stop; its own event loop never turns meanwhile.
import { parentPort, workerData } from "node:worker_threads";
import { runWorker } from "./run-worker.ts";

if (parentPort === null) throw new Error("worker.ts is the entry of a thread");
runWorker(parentPort, workerData);
