import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { HandshakeLoop } from "./handshake-loop.ts";
import { loadLibc } from "./libc.ts";
import type { Order, Report, WorkerSetUp } from "./protocol.ts";

/** What a thread of the engine does from its start to its end. `tap` sees each batch of records before it is sent. */
export function runWorker(
  port: MessagePort,
  setUp: WorkerSetUp,
  tap: (records: Float64Array) => void = () => {},
): void {
  const say = (report: Report) => port.postMessage(report);
  const waiting: Order[] = [];
  /** Orders come in batches, a message each. */
  const nextOrder = (): Order | undefined => {
    if (waiting.length > 0) return waiting.pop();
    const received: { message: readonly Order[] } | undefined = receiveMessageOnPort(port);
    if (received !== undefined) waiting.push(...received.message.toReversed());
    return waiting.pop();
  };
  const loop = new HandshakeLoop({
    libc: loadLibc(),
    setUp,
    nextOrder,
    post: (records) => {
      tap(records);
      say({ report: "records", records });
    },
  });
  say({ report: "ready", wakeFd: loop.wakeFd });
  loop.run();
  port.close();
}
