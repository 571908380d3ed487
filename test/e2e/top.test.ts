import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { NodeRow } from "../../src/api/v1.ts";
import { eventually } from "../support/eventually.ts";
import { heatOf, MockHistoryApi, makeRow } from "../support/mock-history-api.ts";
import { skipWithout } from "../support/need.ts";
import { Pingo } from "../support/pingo.ts";
import { Tmux } from "../support/tmux.ts";

const entry = fileURLToPath(new URL("../../bin/pingo.js", import.meta.url));
/** What styling begins with (ECMA-48, control sequence introducer). */
const csi = "\u001b[";
const healthy = Array.from({ length: 40 }, (_, index) => makeRow(`node-${10 + index}`, { rttUs: 300 + index }));

/** The node stopped answering a minute ago; its last round trip is still known. */
function stopped(row: NodeRow): NodeRow {
  return {
    ...row,
    condition: "unreachable",
    why: "timeout",
    sinceMs: Date.now() - 61_000,
    heat: heatOf(33, 2),
  };
}

interface World {
  readonly api: MockHistoryApi;
  readonly url: string;
  readonly terminal: Tmux;
  /** Types `pingo top` into the shell. */
  readonly top: (args?: string, before?: string) => void;
}

async function open(t: TestContext, columns = 80, rows = 24, env: Record<string, string> = {}): Promise<World> {
  const api = new MockHistoryApi();
  api.rows = healthy;
  const url = await api.start();
  t.after(() => api.stop());
  const terminal = new Tmux(columns, rows, env);
  t.after(() => terminal.close());
  await terminal.shows(/READY\$/);
  terminal.run("stty -g >~/modes; printf '\\033[H\\033[2J'");
  await eventually("the screen is empty", () => !terminal.screen().includes("stty"));
  const top = (args = url, before = "") =>
    terminal.run(`${before}${process.execPath} ${entry} top ${args}; echo code $?`);
  return { api, url, terminal, top };
}

const lineOf = (screen: string, pattern: RegExp) => screen.split("\n").findIndex((line) => pattern.test(line));

/** The shell has its screen, its cursor and its echo again. */
async function assertRestored(terminal: Tmux, code: string): Promise<void> {
  const screen = await terminal.shows(new RegExp(`code ${code}\n`));
  assert.match(screen, /^READY\$ /, "what was on the screen is there again");
  assert.equal(terminal.knows("alternate_on"), "0");
  assert.equal(terminal.knows("cursor_flag"), "1");
  assert.equal(terminal.knows("wrap_flag"), "1");
  terminal.run("stty -g | cmp - ~/modes && echo as before");
  await terminal.shows(/^as before$/m);
}

describe("pingo top in a real terminal", { skip: skipWithout("tmux") }, () => {
  test("shows the nodes, turns red who stops within seconds, on top, and shows why", async (t) => {
    const { api, terminal, top } = await open(t);
    top();
    const before = await terminal.shows(/all 40 nodes reachable/);
    assert.match(before, /^> node-10 +ok /m);
    const startedMs = performance.now();
    api.become(healthy.map((row) => (row.node === "node-33" ? stopped(row) : row)));
    const screen = await terminal.shows(/1 of 40 nodes unreachable since/);
    assert.ok(performance.now() - startedMs < 3_000);
    assert.equal(lineOf(screen, /^> node-33 +unreachable +1m timeout +- /), 4);
    assert.ok(terminal.screen(true).includes(`${csi}31munreachable`), "in red");
    terminal.keys("Enter");
    assert.match(await terminal.shows(/event 1 of node-33/), /^target 192\.0\.2\.7:10250/m);
    terminal.keys("q");
    await terminal.shows(/^> node-33/m);
    terminal.keys("q");
    await assertRestored(terminal, "0");
  });

  test("scrolls, sorts, filters and changes what it asks for by keys", async (t) => {
    const { api, terminal, top } = await open(t);
    top();
    await terminal.shows(/all 40 nodes reachable/);
    terminal.keys("NPage");
    await terminal.shows(/^> node-29/m);
    terminal.keys("Down", "End");
    await terminal.shows(/^> node-49/m);
    terminal.keys("Home");
    await terminal.shows(/^> node-10/m);
    terminal.keys("s", "s", "s");
    assert.equal(lineOf(await terminal.shows(/by rtt/), /^> node-49/), 4);
    terminal.keys("/", "n", "o", "d", "e", "-", "2", "5");
    await terminal.shows(/^\/node-25 *$/m);
    await terminal.shows(/with "node-25" by rtt, 1-1 of 1/);
    terminal.keys("Enter", "r");
    await terminal.shows(/LAST 3h/);
    await eventually("the server is asked so", () => api.asked.some((path) => /range=3h.*search=node-25/.test(path)));
    terminal.keys("Escape");
    await terminal.shows(/1-19 of 40/);
    terminal.keys("a");
    await terminal.shows(/no node had any trouble/);
    terminal.keys("?");
    await terminal.shows(/Ctrl-Z +stop for a while/);
    terminal.keys("q", "C-c");
    await assertRestored(terminal, "0");
  });

  test("fits its window as that changes", async (t) => {
    const { terminal, top } = await open(t, 80, 24);
    top();
    await terminal.shows(/^ {2}NODE +CONDITION/m);
    terminal.resize(130, 40);
    await terminal.shows(/^ {2}NODE +ZONE +CONDITION +SINCE +WHY +READY +RTT/m);
    assert.equal(lineOf(terminal.screen(), /^q quit/), 39);
    terminal.resize(44, 10);
    await terminal.shows(/^ {2}NODE +CONDITION +SINCE +LAST/m);
    assert.equal(lineOf(terminal.screen(), /^q quit/), 9);
  });

  test("says that its server is gone since when, and goes on when it is there again", async (t) => {
    const { api, terminal, top } = await open(t, 120);
    top();
    await terminal.shows(/all 40 nodes reachable/);
    await api.stop();
    const screen = await terminal.shows(/does not answer since \d\d:\d\d:\d\d; shown is .*connection refused/);
    assert.match(screen, /^> node-10/m, "what was known is still there");
    await api.start();
    await terminal.shows(/all nodes by trouble/);
  });

  test("waits for a server that is not there yet", async (t) => {
    const { api, url, terminal, top } = await open(t, 100);
    await api.stop();
    top(url);
    await terminal.shows(/does not answer since/);
    await api.start();
    await terminal.shows(/all 40 nodes reachable/);
  });

  for (const [signal, code] of [
    ["TERM", "130"],
    ["HUP", "130"],
    ["INT", "130"],
  ] as const) {
    test(`leaves the terminal as it was at SIG${signal}`, async (t) => {
      const { terminal, top } = await open(t);
      top();
      await terminal.shows(/all 40 nodes reachable/);
      process.kill(terminal.foreground(), `SIG${signal}`);
      await assertRestored(terminal, code);
    });
  }

  test("leaves the terminal as it was at a crash, and the error can be read", async (t) => {
    const { url, terminal, top } = await open(t);
    const crash = "data:text/javascript,process.on('SIGUSR2',()=>{throw%20new%20Error('crashed%20on%20purpose')})";
    top(url, `NODE_OPTIONS="--import=${crash}" `);
    await terminal.shows(/all 40 nodes reachable/);
    process.kill(terminal.foreground(), "SIGUSR2");
    assert.match(await terminal.shows(/code \d+/), /crashed on purpose/);
    assert.equal(terminal.knows("alternate_on"), "0");
    assert.equal(terminal.knows("cursor_flag"), "1");
  });

  test("stops at Ctrl-Z, gives the shell its screen, and draws itself anew in the foreground", async (t) => {
    const { api, terminal, top } = await open(t);
    top();
    await terminal.shows(/all 40 nodes reachable/);
    for (const stop of [() => terminal.keys("C-z"), () => void process.kill(terminal.foreground(), "SIGTSTP")]) {
      stop();
      await terminal.shows(/Stopped/);
      assert.equal(terminal.knows("alternate_on"), "0");
      terminal.run("clear; fg");
      await terminal.shows(/all 4[01] nodes reachable/);
      assert.equal(terminal.knows("alternate_on"), "1");
      assert.equal(terminal.knows("cursor_flag"), "0");
    }
    api.become([...healthy, makeRow("node-new")]);
    await terminal.shows(/all 41 nodes reachable/);
    terminal.keys("q");
    await eventually("it ends", () => terminal.knows("alternate_on") === "0");
  });

  test("prints one frame as text where the terminal can do no more", async (t) => {
    const { terminal, top, url } = await open(t, 80, 60, { TERM: "dumb" });
    top();
    const screen = await terminal.shows(/code 0/);
    assert.match(screen, /all 40 nodes reachable[\s\S]*node-49 +ok[\s\S]*\. fine/);
    top(url, "printf '\\033[H\\033[2J'; TERM=screen NO_COLOR=1 ");
    assert.doesNotMatch(await terminal.shows(/code 0/), /^q quit/m);
    assert.equal(terminal.knows("alternate_on"), "0");
  });
});

describe("pingo top in a pipe", () => {
  test("prints one frame and leaves with 0", async (t) => {
    const api = new MockHistoryApi();
    api.rows = healthy;
    t.after(() => api.stop());
    const { code, stdout, stderr } = await Pingo.run(["top", await api.start()]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^all 40 nodes reachable/);
    assert.ok(!stdout.includes(csi));
  });

  test("leaves with 3 and says why where nothing answers, and where the password is wrong", async () => {
    const api = new MockHistoryApi();
    const url = await api.start();
    api.user = "alice:right";
    const wrong = await Pingo.run(["top", url], { PINGO_TOP_USER: "alice:wrong" });
    assert.deepEqual([wrong.code, wrong.stdout], [3, ""]);
    assert.match(wrong.stderr, /wants a password/);
    assert.equal((await Pingo.run(["top", url], { PINGO_TOP_USER: "alice:right" })).code, 0);
    await api.stop();
    const nobody = await Pingo.run(["top", url]);
    assert.equal(nobody.code, 3);
    assert.match(nobody.stderr, /^pingo: http:\/\/127\.0\.0\.1:\d+ does not answer: connection refused\n$/);
  });

  test("leaves with 2 where a certificate's file cannot be used", async () => {
    const { code, stderr } = await Pingo.run(["top", "--ca-file", "/nowhere", "--cert-file", "/nowhere/either"]);
    assert.equal(code, 2);
    assert.match(stderr, /--ca-file: "\/nowhere" cannot be read[\s\S]*belong together/);
  });
});
