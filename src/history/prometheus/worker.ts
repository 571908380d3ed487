// The thread that asks a Prometheus: its answers are megabytes of JSON, which keep nobody else waiting here.
import { parentPort, workerData } from "node:worker_threads";
import { answerBytes } from "../answers/answer-bytes.ts";
import type { Asking, GivingUp, PrometheusSetUp, Replying } from "./protocol.ts";
import { PrometheusError, QueryClient } from "./query-client.ts";
import { readView } from "./read-view.ts";

const { access, bounds } = workerData as PrometheusSetUp;
const client = new QueryClient(access, bounds);

/** Of the questions that are under way. */
const endings = new Map<number, AbortController>();

async function answer({ id, question, nowMs }: Asking): Promise<Replying> {
  const ending = new AbortController();
  endings.set(id, ending);
  try {
    const reply = answerBytes(await readView(client.forQuestion(ending.signal), question, nowMs), question);
    return "problem" in reply ? { id, ...reply, isTrouble: false } : { id, bytes: reply };
  } catch (error) {
    // Anything else is a bug, and who waits has to be answered all the same.
    const why = error instanceof PrometheusError ? error.message : `gave what cannot be read: ${error}`;
    return { id, problem: `Prometheus ${why}`, status: 503, isTrouble: true };
  } finally {
    endings.delete(id);
    // One that failed leaves other queries behind.
    ending.abort();
  }
}

parentPort?.on("message", (asking: Asking | GivingUp) => {
  if ("gone" in asking) return endings.get(asking.gone)?.abort();
  void answer(asking).then((reply) => {
    parentPort?.postMessage(reply, "bytes" in reply ? [reply.bytes.buffer] : []);
  });
});
