// The thread of a history. SQLite is loaded here only: what it does keeps nobody else waiting.
import { parentPort, workerData } from "node:worker_threads";

const warn = process.emitWarning.bind(process);

/** Node 24 says of SQLite that it may change. What is used of it is tested on each Node that PinGo runs on. */
function emitOtherWarning(...args: Parameters<typeof warn>): void {
  if (!String(args[0]).startsWith("SQLite is an experimental feature")) warn(...args);
}

process.emitWarning = emitOtherWarning as typeof process.emitWarning;
// Not above: node:sqlite would be loaded, and warn, before anything here is done.
const { runWorker } = await import("./run-worker.ts");

if (parentPort === null) throw new Error("worker.ts is the entry of a thread");
runWorker(parentPort, workerData);
