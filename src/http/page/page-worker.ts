import { parentPort, workerData } from "node:worker_threads";
import { makePage } from "./make-page.ts";

const warn = process.emitWarning.bind(process);

/** Node warns that stripTypeScriptTypes may change. The repository pins its Node, and a test strips the whole page. */
function emitOtherWarning(...args: Parameters<typeof warn>): void {
  if (!String(args[0]).includes("stripTypeScriptTypes")) warn(...args);
}

process.emitWarning = emitOtherWarning as typeof process.emitWarning;
parentPort?.postMessage(makePage(workerData as string));
