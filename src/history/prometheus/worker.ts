// The thread that asks a Prometheus: its answers are megabytes of JSON, which keep nobody else waiting here.
import { parentPort, workerData } from "node:worker_threads";
import { answerBytes } from "../answers/answer-bytes.ts";
import type { Asking, PrometheusSetUp, Replying } from "./protocol.ts";
import { PrometheusError, QueryClient } from "./query-client.ts";
import { readView } from "./read-view.ts";

const { access, bounds } = workerData as PrometheusSetUp;
const client = new QueryClient(access, bounds);

async function answer({ id, question, nowMs }: Asking): Promise<Replying> {
  try {
    const reply = answerBytes(await readView(client, question, nowMs), question);
    return "problem" in reply ? { id, ...reply, isTrouble: false } : { id, bytes: reply };
  } catch (error) {
    // Anything else is a bug, and who waits has to be answered all the same.
    const why = error instanceof PrometheusError ? error.message : `gave what cannot be read: ${error}`;
    return { id, problem: `Prometheus ${why}`, status: 503, isTrouble: true };
  }
}

parentPort?.on("message", (asking: Asking) => {
  void answer(asking).then((reply) => {
    parentPort?.postMessage(reply, "bytes" in reply ? [reply.bytes.buffer] : []);
  });
});
