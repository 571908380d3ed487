import { parentPort, workerData } from "node:worker_threads";
import { makePage } from "./make-page.ts";

parentPort?.postMessage(await makePage(workerData as string));
