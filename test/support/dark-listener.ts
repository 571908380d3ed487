import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Worker } from "node:worker_threads";

/** Listens with the smallest backlog and never turns its event loop again, so that nothing is ever accepted. */
const neverAccepts = `
const { workerData, parentPort } = require("node:worker_threads");
const server = require("node:net").createServer();
server.listen({ host: workerData.host, port: 0, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  setImmediate(() => Atomics.wait(new Int32Array(workerData.shared), 0, 0));
});
`;

/**
 * A port that gives no answer at all, without root: its accept queue is full, so that the kernel drops every SYN
 * (net/ipv4/tcp_input.c, tcp_conn_request: sk_acceptq_is_full).
 */
export class DarkListener {
  readonly port: number;
  readonly #worker: Worker;
  readonly #fillers: Socket[];

  private constructor(port: number, worker: Worker, fillers: Socket[]) {
    this.port = port;
    this.#worker = worker;
    this.#fillers = fillers;
  }

  static async start(host: string): Promise<DarkListener> {
    const shared = new SharedArrayBuffer(4);
    const worker = new Worker(neverAccepts, { eval: true, workerData: { host, shared } });
    const [port] = (await once(worker, "message")) as [number];
    const fillers: Socket[] = [];
    // A queue of backlog 1 takes two connections before it is full.
    for (let filler = 0; filler < 2; filler++) {
      const socket = connect({ host, port });
      fillers.push(socket);
      await once(socket, "connect");
    }
    return new DarkListener(port, worker, fillers);
  }

  async stop(): Promise<void> {
    for (const socket of this.#fillers) socket.on("error", () => {}).destroy();
    await this.#worker.terminate();
  }
}
