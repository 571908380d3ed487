import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, type TestContext, test } from "node:test";
import { type LinkState, LiveLink } from "../../web/state/live-link.ts";

/** In place of the browser's: a test says what it hears. */
class FakeSource extends EventTarget {
  static all: FakeSource[] = [];
  isClosed = false;
  constructor() {
    super();
    FakeSource.all.push(this);
  }
  close(): void {
    this.isClosed = true;
  }
  hears(event: string): void {
    if (!this.isClosed) this.dispatchEvent(new Event(event));
  }
}

const globals = globalThis as unknown as Record<string, unknown>;
const own = { EventSource: globals.EventSource, fetch: globals.fetch };

/** A link, what it told, and whether the server answers what else it is asked. */
function opened(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const server = { answers: true, asked: 0 };
  globals.fetch = async () => {
    server.asked++;
    if (!server.answers) throw new TypeError("fetch failed");
    return new Response("{}");
  };
  const states: Omit<LinkState, "heardMs">[] = [];
  let changes = 0;
  const link = new LiveLink({
    changed: () => changes++,
    stateChanged: ({ isLost, isPolled }) => states.push({ isLost, isPolled }),
  });
  t.after(() => link.close());
  const source = () => FakeSource.all.at(-1) as FakeSource;
  const hears = async (event: string) => {
    source().hears(event);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const pass = async (ms: number) => {
    t.mock.timers.tick(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { link, server, states, hears, pass, changes: () => changes };
}

const live = { isLost: false, isPolled: false };
const lost = { isLost: true, isPolled: false };
const polled = { isLost: false, isPolled: true };

describe("the page's link with its server", () => {
  beforeEach(() => {
    globals.EventSource = FakeSource;
    FakeSource.all = [];
  });
  afterEach(() => void Object.assign(globals, own));

  test("that is refused events asks every few seconds, and is not lost", async (t) => {
    const { states, hears, pass, changes } = opened(t);
    await hears("error");
    assert.deepEqual(states, [polled]);
    assert.equal(changes(), 1);
    await pass(6_000);
    await pass(6_000);
    assert.deepEqual([states, changes(), FakeSource.all.length], [[polled], 3, 1]);
  });

  test("tries events again now and then, and is live once they come", async (t) => {
    const { states, hears, pass, changes } = opened(t);
    await hears("error");
    for (let poll = 0; poll < 6; poll++) await pass(6_000);
    assert.equal(FakeSource.all.length, 2);
    await hears("error");
    assert.deepEqual(states, [polled], "refused again it goes on as before");
    for (let poll = 0; poll < 6; poll++) await pass(6_000);
    const before = changes();
    await hears("hello");
    assert.deepEqual([states, changes()], [[polled, live], before + 1]);
    await pass(4_000);
    assert.equal(changes(), before + 1, "nobody asks for no reason any more");
  });

  test("polls where events are held back", async (t) => {
    const { states, pass } = opened(t);
    await pass(5_000);
    assert.deepEqual(states, [polled]);
  });

  test("is lost where nothing answers, also while it polls, and comes back", async (t) => {
    const { server, states, hears, pass } = opened(t);
    server.answers = false;
    await hears("error");
    assert.deepEqual(states, [lost]);
    server.answers = true;
    await pass(2_000);
    await hears("error");
    assert.deepEqual(states, [lost, polled]);
    server.answers = false;
    await pass(6_000);
    assert.deepEqual(states, [lost, polled, lost]);
    await pass(2_000);
    await hears("hello");
    assert.deepEqual(states.at(-1), live);
  });

  test("that breaks off is lost at once, and nothing else is asked", async (t) => {
    const { server, states, hears } = opened(t);
    await hears("hello");
    await hears("error");
    assert.deepEqual([states, server.asked], [[lost], 0]);
  });

  test("that is closed asks no more", async (t) => {
    const { link, server, hears, pass } = opened(t);
    await hears("error");
    link.close();
    await pass(60_000);
    assert.deepEqual([server.asked, FakeSource.all.length], [1, 1]);
  });
});
