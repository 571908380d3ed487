import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { QuestionQueue } from "../../../src/http/api/question-queue.ts";

const never = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A queue, and what of it has been begun; `finish` ends the first of those that are under way. */
function queueOf(maxUnderWay: number, maxWaiting: number) {
  const queue = new QuestionQueue(maxUnderWay, maxWaiting);
  const begun: string[] = [];
  const underWay: (() => void)[] = [];
  const ask = (name: string, gone = never) =>
    queue.run(name[0] ?? "", gone, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => underWay.push(resolve));
      return name;
    });
  const finish = async () => {
    underWay.shift()?.();
    await settled();
  };
  return { ask, begun, finish };
}

describe("a queue of questions", () => {
  test("answers so many at once, and each peer's in turn", async () => {
    const { ask, begun, finish } = queueOf(2, 10);
    const answers = ["a1", "a2", "a3", "a4", "a5", "b1", "b2", "c1"].map((name) => ask(name));
    await settled();
    assert.deepEqual(begun, ["a1", "a2"]);
    for (let count = 0; count < 8; count++) await finish();
    assert.deepEqual(begun, ["a1", "a2", "a3", "b1", "c1", "a4", "b2", "a5"]);
    assert.deepEqual(await Promise.all(answers), ["a1", "a2", "a3", "a4", "a5", "b1", "b2", "c1"]);
  });

  test("has no room for more than it holds", async () => {
    const { ask, finish } = queueOf(1, 2);
    const answers = ["a1", "a2", "a3"].map((name) => ask(name));
    assert.equal(await ask("a4"), "busy");
    for (let count = 0; count < 3; count++) await finish();
    assert.deepEqual(await Promise.all(answers), ["a1", "a2", "a3"]);
  });

  test("gives a newcomer the last place of whoever has the most", async () => {
    const { ask, begun, finish } = queueOf(1, 3);
    const answers = ["a1", "a2", "a3", "a4"].map((name) => ask(name));
    const newcomer = ask("b1");
    assert.equal(await answers[3], "busy");
    // Now a has two waiting and b one: nobody has more than one that is b's to take.
    assert.equal(await ask("b2"), "busy");
    for (let count = 0; count < 4; count++) await finish();
    assert.equal(await newcomer, "b1");
    assert.deepEqual(begun, ["a1", "a2", "b1", "a3"]);
  });

  test("lets those go who do not wait any more", async () => {
    const { ask, begun, finish } = queueOf(1, 2);
    const first = ask("a1");
    const leaving = new AbortController();
    const gone = ask("a2", leaving.signal);
    leaving.abort();
    assert.equal(await gone, "gone");
    assert.equal(await ask("a3", AbortSignal.abort()), "gone");
    const next = ask("a4");
    await finish();
    await finish();
    assert.deepEqual([await first, await next, begun], ["a1", "a4", ["a1", "a4"]]);
  });

  test("goes on after one that failed", async () => {
    const queue = new QuestionQueue(1, 1);
    const failed = queue.run("a", never, async () => {
      throw new Error("a bug");
    });
    await assert.rejects(failed, /a bug/);
    assert.equal(await queue.run("a", never, async () => "well"), "well");
  });
});
