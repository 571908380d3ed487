import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { skipWithout } from "../support/need.ts";
import { Pingo } from "../support/pingo.ts";
import { Tmux } from "../support/tmux.ts";

const entry = fileURLToPath(new URL("../../bin/pingo.js", import.meta.url));
/** The demo probes each second, the view is told at once: what is left is for a machine that is busy. */
const seenWithinMs = 5_000;

describe("pingo top of the demo, in a real terminal", { skip: skipWithout("tmux") }, () => {
  test("has the node that stops on top and says why, finds it, shows what happened to it, and leaves no trace", {
    timeout: 40_000,
  }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "pingo-top-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const demo = new Pingo(["demo", "--listen", "127.0.0.1:0", "--write-kubeconfig", join(folder, "kubeconfig")]);
    t.after(() => demo.stop());
    const terminal = new Tmux(80, 24);
    t.after(() => terminal.close());
    const [, url = ""] = await demo.says(/page +(http:\/\/\S+)\//);
    await terminal.shows(/READY\$/);
    terminal.run("clear; stty -g >~/modes; echo before");
    await terminal.shows(/^before$/m);
    terminal.run(`${process.execPath} ${entry} top ${url}; echo code $?`);
    const before = await terminal.shows(/^all 12 nodes reachable/);
    assert.match(before, /^127\.0\.0\.1:\d+: 12 of 12 reachable, API up$/m);
    assert.match(before, /all nodes by trouble, 1-12 of 12/);
    assert.ok(
      before.split("\n").every((line) => line.length <= 80),
      "it fits 80 columns",
    );
    const firstRow = (screen: string) => /^ {2}NODE .*\n(.*)$/m.exec(screen)?.[1] ?? "";

    const [, stopped = ""] = await demo.says(/sandbox: kubelet of (\S+) stops/);
    const first = await terminal.shows(new RegExp(`^> ${stopped} +unreachable`, "m"), seenWithinMs);
    assert.match(
      firstRow(first),
      new RegExp(`^> ${stopped} +unreachable +\\d+s refused +- `),
      "on top, with its reason",
    );
    const headline = first.slice(0, first.indexOf("\n127.")).replace(/ +1h +[\d:]+ UTC\n/, " ");
    const said = new RegExp(
      `^node ${stopped} of zone \\S+ unreachable since [\\d:]{8}: its host answers, the port is not open$`,
    );
    assert.match(headline, said, "and in the headline, to its end");

    terminal.keys("/");
    terminal.keys("-l", stopped);
    const filtered = await terminal.shows(new RegExp(`with "${stopped}" by trouble, 1-1 of 1`));
    assert.match(filtered, new RegExp(`^/${stopped} *$`, "m"));
    terminal.keys("Enter");
    await terminal.shows(/^q quit/m);
    terminal.keys("Enter");
    const node = await terminal.shows(/^\d\d:\d\d:\d\d +is down: refused the connection: the host is up/m);
    assert.match(node, /^target 127\.\d+\.\d+\.\d+:\d+ {2}kubelet/m);
    assert.match(node, new RegExp(`^${stopped}  `), "its name is the title");
    assert.match(node, /^last 1h: \d+ handshakes, \d+ refused; \d+ of \d+ SYNs were retransmits$/m);
    assert.match(node, /^p50 .*max /m);
    terminal.keys("q");
    await terminal.shows(new RegExp(`^> ${stopped} `, "m"));
    terminal.keys("Escape");
    await terminal.shows(/by trouble, 1-12 of 12/);

    const [, dark = ""] = await demo.says(/sandbox: (\S+) goes dark/);
    const withReason = new RegExp(`^> ${dark} +unreachable +\\d+s timeout +- `, "m");
    const second = await terminal.shows(withReason, seenWithinMs);
    assert.match(firstRow(second), withReason);

    terminal.keys("q");
    const after = await terminal.shows(/^code 0$/m);
    assert.match(after, /^before$/m, "what was on the screen is there again");
    assert.deepEqual(
      ["alternate_on", "cursor_flag", "wrap_flag"].map((name) => terminal.knows(name)),
      ["0", "1", "1"],
    );
    terminal.run("stty -g | cmp - ~/modes && echo as before");
    await terminal.shows(/^as before$/m);
  });
});
