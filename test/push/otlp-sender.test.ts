import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { createLog } from "../../src/log.ts";
import type { Family } from "../../src/metrics/catalogue.ts";
import { type FamilySeries, tableOf } from "../../src/metrics/exposition/family-series.ts";
import { OtlpSender } from "../../src/push/otlp-sender.ts";
import { Pusher } from "../../src/push/pusher.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake-clock.ts";

const never = new AbortController().signal;

/** A family of so many points, and which rows were asked for their labels. */
function many(name: string, of: Family["of"], rows: number) {
  const family: Family = { name, type: "gauge", help: "", labels: [], of, level: "minimal" };
  const made = { values: 0 };
  const table = tableOf(Array.from({ length: rows }, (_, index) => ({ a: String(index) })));
  const series: FamilySeries = {
    family,
    table,
    write: (_row, to) => {
      made.values++;
      to.value(1);
    },
  };
  return { series, made };
}

/** A receiver; `answer` is asked with the number of each request and its body. */
async function receive(
  t: TestContext,
  answer: (request: number, body: string) => [status: number, body?: Buffer | undefined],
) {
  let requests = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const [status, body] = answer(++requests, Buffer.concat(chunks).toString("latin1"));
    response.writeHead(status).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`);
  return new OtlpSender({ url, instance: "i", version: "0" });
}

test("what is refused for itself does not keep back the rest, of which PinGo itself comes first", async (t) => {
  const names: (string | undefined)[] = [];
  const sender = await receive(t, (request, body) => {
    names.push(/of_(target|process)/.exec(body)?.[1]);
    return [request === 2 ? 400 : 200];
  });
  const families = [many("of_target", "target", 5_000).series, many("of_process", "process", 10).series];
  const { arrived, dropped, problem } = await sender.send(families, 1, never);
  assert.deepEqual(names, ["process", "target", "target", "target"]);
  assert.deepEqual([arrived, dropped], [3_010, 2_000]);
  assert.match(problem ?? "", /^400 Bad Request/);
});

test("after a failure that all would share nothing more is sent, and what is left is counted", async (t) => {
  let requests = 0;
  const sender = await receive(t, () => [++requests === 1 ? 200 : 500]);
  const { arrived, dropped } = await sender.send([many("m", "target", 9_000).series], 1, never);
  assert.deepEqual([requests, arrived, dropped], [2, 2_000, 7_000]);
});

test("others have their turn while batches are made, and while what is left is counted", async (t) => {
  const sender = await receive(t, () => [500]);
  const { series } = many("m", "target", 20_000);
  const slow: FamilySeries = {
    ...series,
    write: (row, to) => {
      // 400 ms in all.
      const untilMs = performance.now() + 0.02;
      while (performance.now() < untilMs);
      series.write(row, to);
    },
  };
  let [longestMs, lastMs, isOver] = [0, performance.now(), false];
  const watch = () => {
    longestMs = Math.max(longestMs, performance.now() - lastMs);
    lastMs = performance.now();
    if (!isOver) setImmediate(watch);
  };
  watch();
  const { dropped } = await sender.send([slow], 1, never);
  isOver = true;
  assert.equal(dropped, 20_000);
  assert.ok(longestMs < 150, `${longestMs} ms`);
});

test("points that the far side rejects have not arrived, and it says why", async (t) => {
  // ExportMetricsServiceResponse { partial_success { rejected_data_points: 5, error_message: "bad" } }
  const partial = Buffer.from([0x0a, 7, 0x08, 5, 0x12, 3, ...Buffer.from("bad")]);
  const sender = await receive(t, (request) => [200, request === 1 ? partial : undefined]);
  assert.deepEqual(await sender.send([many("m", "target", 20).series], 1, never), {
    arrived: 15,
    dropped: 5,
    problem: "it rejects 5 of 20 points: bad",
  });
  const again = await sender.send([many("m", "target", 20).series], 1, never);
  assert.deepEqual(again, { arrived: 20, dropped: 0, problem: undefined });
});

test("a snapshot that fails is a push that failed, and the next is tried", async () => {
  const clock = new FakeClock();
  const ending = new AbortController();
  const told = { log: "", failed: 0 };
  const pusher = new Pusher({
    url: new URL("http://127.0.0.1:1/"),
    intervalMs: 1_000,
    instance: "i",
    version: "0",
    snapshot: () => Promise.reject(new Error("no snapshot")),
    report: { pushed: () => told.failed++, dropped: () => {} },
    log: createLog({
      format: "text",
      level: "info",
      write: (line) => {
        told.log += line;
      },
      unixMs: Date.now,
      secrets: () => [],
    }),
    clock,
  });
  const running = pusher.run(ending.signal);
  await eventually("two pushes", () => {
    void clock.advance(1_000);
    return told.failed >= 2;
  });
  ending.abort();
  await running;
  assert.equal(told.log.match(/no snapshot/g)?.length, 1);
});
