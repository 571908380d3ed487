// The thread of the kernel engine. It loads libc, says where it can be woken, and then turns its loop until it is
// told to stop; its own event loop never turns meanwhile.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { HandshakeLoop } from "./handshake-loop.ts";
import { loadLibc } from "./libc.ts";
import type { Order, Report, WorkerSetUp } from "./protocol.ts";

const port = parentPort;
if (port === null) throw new Error("worker.ts is a worker's entry");
const say = (report: Report) => port.postMessage(report);

const waiting: Order[] = [];

/** Orders come in batches, a message each. */
function nextOrder(): Order | undefined {
  if (waiting.length === 0 && port !== null) {
    const received: { message: readonly Order[] } | undefined = receiveMessageOnPort(port);
    if (received !== undefined) waiting.push(...received.message.toReversed());
  }
  return waiting.pop();
}

const loop = new HandshakeLoop({
  libc: loadLibc(),
  setUp: workerData as WorkerSetUp,
  nextOrder,
  post: (records) => say({ report: "records", records }),
});
say({ report: "ready", wakeFd: loop.wakeFd });
loop.run();
say({ report: "stopped" });
port.close();
