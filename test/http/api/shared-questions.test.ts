import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { QuestionQueue } from "../../../src/http/api/question-queue.ts";
import { SharedQuestions } from "../../../src/http/api/shared-questions.ts";

const never = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Questions of which one at a time is under way until `finish`, and one waits. */
function opened() {
  const shared = new SharedQuestions<string>(new QuestionQueue(1, 1), () => () => {});
  const begun: { readonly name: string; readonly gone: AbortSignal }[] = [];
  let underWay: (() => void)[] = [];
  const ask = (name: string, gone = never, peer = "p") =>
    shared.run(name, peer, gone, async (nobodyWaits) => {
      begun.push({ name, gone: nobodyWaits });
      await new Promise<void>((resolve) => {
        underWay.push(resolve);
        nobodyWaits.addEventListener("abort", () => resolve());
      });
      return name;
    });
  const finish = async () => {
    for (const end of underWay) end();
    underWay = [];
    await settled();
  };
  return { ask, begun, finish };
}

describe("shared questions", () => {
  test("go on while one of those who asked still waits", async () => {
    const { ask, begun, finish } = opened();
    const leaving = new AbortController();
    const [first, second] = [ask("q", leaving.signal), ask("q")];
    leaving.abort();
    assert.equal(await first, "gone");
    await finish();
    assert.deepEqual([await second, begun.length, begun[0]?.gone.aborted], ["q", 1, false]);
  });

  test("that nobody waits for any more are given up, and their place is another's", async () => {
    const { ask, begun, finish } = opened();
    const leaving = new AbortController();
    const both = [ask("q", leaving.signal), ask("q", leaving.signal)];
    const other = ask("r");
    await settled();
    leaving.abort();
    assert.deepEqual(await Promise.all(both), ["gone", "gone"]);
    await settled();
    assert.deepEqual([begun.map(({ name }) => name), begun[0]?.gone.aborted], [["q", "r"], true]);
    await finish();
    assert.equal(await other, "r");
  });

  test("that lost the place of another peer are asked by themselves", async () => {
    const shared = new SharedQuestions<string>(new QuestionQueue(1, 2), () => () => {});
    const ends: (() => void)[] = [];
    const ask = (name: string, peer: string) =>
      shared.run(name, peer, never, async () => {
        await new Promise<void>((resolve) => ends.push(resolve));
        return name;
      });
    const answers = [ask("a", "hog"), ask("b", "hog"), ask("c", "hog"), ask("c", "modest")];
    const newcomer = ask("d", "newcomer");
    await settled();
    assert.equal(await answers[2], "busy");
    for (let count = 0; count < 4; count++) {
      ends.shift()?.();
      await settled();
    }
    assert.deepEqual(await Promise.all([answers[0], answers[1], newcomer]), ["a", "b", "d"]);
    assert.equal(await answers[3], "busy", "with its own place there was no room either");
  });
});
