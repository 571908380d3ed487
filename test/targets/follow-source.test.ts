import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLog } from "../../src/log.ts";
import { followSource } from "../../src/targets/follow-source.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** Follows a source whose runs are `run`, one after the other. */
function follow(run: (signal: AbortSignal, runs: number) => Promise<void>) {
  const clock = new FakeClock();
  const ending = new AbortController();
  const signals: AbortSignal[] = [];
  let logged = "";
  const write = (line: string) => {
    logged += line;
  };
  const source = {
    cluster: "east",
    isSynced: false,
    run: (signal: AbortSignal) => run(signal, signals.push(signal)),
    close() {},
    countByState: () => ({ probed: 0, no_address: 0, no_port: 0, filtered: 0 }),
    nodes: () => [],
  };
  const log = createLog({ format: "text", level: "debug", write, unixMs: () => clock.unixMs(), secrets: () => [] });
  const done = followSource(source, { log, clock, signal: ending.signal });
  return { clock, ending, signals, done, logged: () => logged };
}

const until = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

describe("a source that is followed", () => {
  test("ends when it is told to, without a word", async () => {
    const { clock, ending, done, logged } = follow(until);
    ending.abort();
    await done;
    assert.deepEqual([clock.pendingTimers, logged()], [0, ""]);
  });

  test("that fails is named, and begins anew after 10 s, as often as it takes", async () => {
    const { clock, ending, signals, done, logged } = follow((signal, runs) =>
      runs < 3 ? Promise.reject(new Error(`flaw ${runs}`)) : until(signal),
    );
    await clock.advance(9_999);
    assert.equal(signals.length, 1);
    assert.match(logged(), /ERROR the source east failed and begins anew in 10 s: Error: flaw 1/);
    await clock.advance(60_000);
    assert.equal(signals.length, 3);
    assert.equal(
      logged()
        .match(/flaw \d/g)
        ?.join(),
      "flaw 1,flaw 2",
    );
    ending.abort();
    await done;
    assert.equal(clock.pendingTimers, 0);
  });

  test("that fails leaves nothing under way", async () => {
    const { clock, ending, signals, done } = follow(() => Promise.reject(new Error("flaw")));
    await clock.advance(0);
    assert.equal(signals[0]?.aborted, true);
    ending.abort();
    await done;
    assert.deepEqual([signals.length, clock.pendingTimers], [1, 0], "it does not wait for its turn");
  });
});
