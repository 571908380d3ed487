// The thread of a history. SQLite is loaded here only: what it does keeps nobody else waiting.
import { parentPort, workerData } from "node:worker_threads";
import { runWorker } from "./run-worker.ts";

if (parentPort === null) throw new Error("worker.ts is the entry of a thread");
runWorker(parentPort, workerData);
