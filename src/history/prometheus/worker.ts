// The thread that asks a Prometheus: its answers are megabytes of JSON, which keep nobody else waiting here.
import { parentPort, workerData } from "node:worker_threads";
import { isProblem, nobodyWaits, type Problem } from "../../api/problem.ts";
import { answerBytes } from "../answers/answer-bytes.ts";
import { type MadePart, OpenParts } from "../answers/csv/open-parts.ts";
import type { Asking, GivingUp, PrometheusSetUp, ReadingOn, Replying } from "./protocol.ts";
import { PrometheusError, QueryClient } from "./query-client.ts";
import { readView } from "./read-view.ts";

const { access, bounds } = workerData as PrometheusSetUp;
const client = new QueryClient(access, bounds);

/** Of the questions that are under way. */
const endings = new Map<number, AbortController>();

const files = new OpenParts();

async function answer({ id, question, nowMs, isFile }: Asking): Promise<Replying> {
  const ending = new AbortController();
  endings.set(id, ending);
  try {
    const view = await readView(client.forQuestion(ending.signal), question, nowMs);
    if (ending.signal.aborted) return { id, ...nobodyWaits, isTrouble: false };
    return replyOf(id, isFile ? files.first(id, view, question) : whole(answerBytes(view, question)));
  } catch (error) {
    return troubleOf(id, error);
  } finally {
    endings.delete(id);
    // One that failed leaves other queries behind.
    ending.abort();
  }
}

/** Thrown here, it would end the thread, and with it all that others have asked. */
function readOn(id: number): Replying {
  try {
    return replyOf(id, files.next(id));
  } catch (error) {
    return troubleOf(id, error);
  }
}

function troubleOf(id: number, error: unknown): Replying {
  // Anything else is a bug, and who waits has to be answered all the same.
  const why = error instanceof PrometheusError ? error.message : `gave what cannot be read: ${error}`;
  return { id, problem: `Prometheus ${why}`, status: 503, isTrouble: true };
}

function whole(bytes: Uint8Array<ArrayBuffer> | Problem): MadePart | Problem {
  return isProblem(bytes) ? bytes : { bytes, isMore: false };
}

function replyOf(id: number, given: MadePart | Problem): Replying {
  return isProblem(given) ? { id, ...given, isTrouble: false } : { id, ...given };
}

function say(reply: Replying): void {
  parentPort?.postMessage(reply, "bytes" in reply ? [reply.bytes.buffer] : []);
}

parentPort?.on("message", (asking: Asking | ReadingOn | GivingUp) => {
  if ("part" in asking) return say(readOn(asking.part));
  if ("gone" in asking) {
    files.end(asking.gone);
    endings.get(asking.gone)?.abort();
    return;
  }
  void answer(asking).then(say);
});
