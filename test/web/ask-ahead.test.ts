import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { parseAddress } from "../../web/state/address.ts";
import { ask } from "../../web/state/ask.ts";
import { askAhead } from "../../web/state/ask-ahead.ts";
import { firstQuestion } from "../../web/state/questions.ts";

interface Fetched {
  readonly url: string;
  readonly signal: AbortSignal;
}

/** In the place of the browser's: answers its own number. */
function fakeFetch(t: TestContext, answer = async (count: number) => Response.json(count)): Fetched[] {
  const fetched: Fetched[] = [];
  t.mock.method(globalThis, "fetch", (url: string, { signal }: { signal: AbortSignal }) => {
    fetched.push({ url, signal });
    return answer(fetched.length);
  });
  return fetched;
}

const never = () => new AbortController().signal;

test("what was asked ahead is not asked again, but once", async (t) => {
  const fetched = fakeFetch(t);
  askAhead("a");
  assert.deepEqual(await ask("a", never()), { kind: "answer", value: 1 });
  assert.deepEqual(await ask("a", never()), { kind: "answer", value: 2 });
  assert.equal(fetched.length, 2);
});

test("another question is asked for itself, and leaves what was asked ahead", async (t) => {
  fakeFetch(t);
  askAhead("a");
  assert.deepEqual(await ask("b", never()), { kind: "answer", value: 2 });
  assert.deepEqual(await ask("a", never()), { kind: "answer", value: 1 });
});

test("what was asked ahead too long ago is asked anew", async (t) => {
  const fetched = fakeFetch(t);
  const now = t.mock.method(performance, "now", () => 1_000);
  askAhead("a");
  now.mock.mockImplementation(() => 4_001);
  assert.deepEqual(await ask("a", never()), { kind: "answer", value: 2 });
  assert.equal(fetched[0]?.signal.aborted, true);
});

test("who asked and waits no more ends what was asked ahead", async (t) => {
  const fetched = fakeFetch(t, () => new Promise(() => {}));
  askAhead("a");
  const asking = new AbortController();
  void ask("a", asking.signal);
  asking.abort();
  assert.equal(fetched[0]?.signal.aborted, true);
});

test("a question asked ahead that fails is told of to whoever asks it", async (t) => {
  fakeFetch(t, async () => Promise.reject(new TypeError("Failed to fetch")));
  askAhead("a");
  await new Promise(setImmediate);
  assert.deepEqual(await ask("a", never()), { kind: "silent", error: "Failed to fetch" });
});

test("what is asked ahead is what the address's view wants", () => {
  const noonMs = Date.UTC(2026, 10, 26, 12);
  for (const [address, question] of [
    ["", "api/v1/overview?range=1h&nodes=sick&offset=0&limit=200"],
    ["?search=x&range=24h&zone=a", "api/v1/overview?range=24h&zone=a&search=x&nodes=all&offset=0&limit=100"],
    ["?view=zones&range=7d", "api/v1/zones?range=7d"],
    [`?view=node&node=k&at=${noonMs}`, `api/v1/history?from=${noonMs - 3_600_000}&to=${noonMs}&key=k`],
  ] as const) {
    assert.equal(firstQuestion(parseAddress(address)), question);
  }
});
