// The worker of dark-address.ts. It listens with a short accept queue and then blocks its whole thread, because
// libuv accepts whatever comes as long as its loop turns. The kernel goes on answering for it until the queue is full.
import { createServer } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

export type DarkOrder = { address: string; port: number; reusePort: boolean };
export type DarkReport = { kind: "ready" } | { kind: "listening" } | { kind: "failed"; code: string };

/** 0 while the address is to stay dark. */
const released: Int32Array = workerData;

function report(message: DarkReport): void {
  parentPort?.postMessage(message);
}

function listen({ address, port, reusePort }: DarkOrder): void {
  const server = createServer();
  server.once("error", (error: NodeJS.ErrnoException) => {
    report({ kind: "failed", code: error.code ?? error.message });
    parentPort?.close();
  });
  server.listen({ host: address, port, backlog: 1, reusePort }, () => {
    report({ kind: "listening" });
    Atomics.wait(released, 0, 0);
    // Before the loop turns again, or it would accept what is queued.
    server.close();
    parentPort?.close();
  });
}

parentPort?.once("message", listen);
report({ kind: "ready" });
