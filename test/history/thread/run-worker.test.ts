import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import type { Question } from "../../../src/api/queries.ts";
import type { Message, Report } from "../../../src/history/thread/protocol.ts";
import { runWorker } from "../../../src/history/thread/run-worker.ts";
import { hourMs, startUnixMs } from "../../support/history-driver.ts";

const question: Question = { ask: "targets", query: { cluster: "", search: "", offset: 0, limit: 10 } };

/** What the thread of a history says to these messages, up to its end. */
async function saidTo(t: TestContext, post: (post: (message: Message) => void) => void): Promise<Report[]> {
  const { port1, port2 } = new MessageChannel();
  t.after(() => port2.close());
  const said: Report[] = [];
  port2.on("message", (report: Report) => said.push(report));
  const common = { retentionMs: 24 * hourMs, maxBytes: 1e8, nowUnixMs: startUnixMs, isReplacement: false };
  runWorker(port1, { path: undefined, ...common });
  post((message) => port2.postMessage(message));
  port2.postMessage({ message: "stop", orders: [], nowUnixMs: startUnixMs } satisfies Message);
  await once(port2, "close");
  return said;
}

test("a question that nobody waits for any more is passed over, also where it waited behind others", async (t) => {
  const [waits, left] = [0, 1].map(() => new Int32Array(new SharedArrayBuffer(4))) as [
    Int32Array<SharedArrayBuffer>,
    Int32Array<SharedArrayBuffer>,
  ];
  const said = await saidTo(t, (post) => {
    post({ message: "question", id: 1, question, isFile: false, gone: waits });
    post({ message: "question", id: 2, question, isFile: false, gone: left });
    Atomics.store(left, 0, 1);
  });
  const answers = said.filter(({ report }) => report === "answer" || report === "no answer");
  assert.deepEqual(
    answers.map((answer) => [answer.report, "id" in answer && answer.id, "problem" in answer && answer.problem]),
    [
      ["answer", 1, false],
      ["no answer", 2, "nobody waits for it"],
    ],
  );
});
