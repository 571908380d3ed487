import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { cellsOf } from "../../src/top/cells.ts";
import { frameOf } from "../../src/top/frame.ts";
import { colourInk, plainInk } from "../../src/top/ink.ts";
import { plainFrame } from "../../src/top/plain-frame.ts";
import { squeeze } from "../../src/top/sparkline.ts";
import { initialState, type TopState } from "../../src/top/state.ts";
import { answered, press, resized, unanswered } from "../../src/top/update.ts";
import { heatOf, makeEvent, makeHistory, makeOverview, makeRow } from "../support/mock-history-api.ts";

const nowMs = Date.UTC(2026, 10, 26, 12, 10, 5);
const downMs = Date.UTC(2026, 10, 26, 12, 4, 3);
const plain = { ink: plainInk, heat: "letters" } as const;
const colour = { ink: colourInk, heat: "blocks" } as const;

const down = makeRow("node-07", {
  condition: "unreachable",
  sinceMs: downMs,
  why: "timeout",
  rttUs: null,
  heat: heatOf(33, 6),
});
const slow = makeRow("node-11", {
  condition: "degraded",
  sinceMs: downMs,
  why: "latency",
  rttUs: 48_211,
  heat: heatOf(12, 3),
});
const rows = [down, slow, ...Array.from({ length: 8 }, (_, index) => makeRow(`node-0${index + 1}x`))];

function stateAt(columns: number, height = 18, nodes = rows): TopState {
  const state = initialState("http://localhost:8080", columns, height, nowMs);
  return answered(state, makeOverview(nodes, { nowMs }), undefined);
}

const typed = (text: string) => ({ text, isPasted: false });

function pressAll(state: TopState, ...keys: Parameters<typeof press>[1][]): TopState {
  return keys.reduce((now, key) => press(now, key).state, state);
}

describe("a frame of the list", () => {
  test("in 80 columns has trouble on top, and what is needed to judge it", () => {
    assert.deepEqual(frameOf(stateAt(80, 8, rows.slice(0, 4)), plain), [
      "1 of 4 nodes unreachable since 12:04:03                         1h  12:10:05 UTC",
      "prod: 3 of 4 reachable, API up",
      "all nodes by trouble, 1-3 of 4",
      "  NODE     CONDITION   SINCE WHY                  RTT LAST 1h",
      "> node-07  unreachable    6m timeout                - .......................XXX",
      "  node-11  degraded       6m latency          48.2 ms .........................l",
      "  node-01x ok           329d                 0.412 ms ..........................",
      "q quit  ? help  / filter  s sort  a sick or all  r range  Enter node",
    ]);
  });

  test("in 120 columns has zones and Ready too, and a longer past", () => {
    assert.deepEqual(frameOf(stateAt(120, 9, rows.slice(0, 2)), plain), [
      "1 of 2 nodes unreachable since 12:04:03                                                                 1h  12:10:05 UTC",
      "prod: 1 of 2 reachable, API up",
      "all nodes by trouble, 1-2 of 2",
      "  NODE    ZONE   CONDITION   SINCE WHY             READY      RTT LAST 1h",
      "> node-07 zone-a unreachable    6m timeout         yes          - .................................................XXXXX",
      "  node-11 zone-a degraded       6m latency         yes    48.2 ms ....................................................ll",
      "",
      "",
      "q quit  ? help  / filter  s sort  a sick or all  r range  Enter node",
    ]);
  });

  test("shows by colour what it was, and by height how bad", () => {
    const [, , , , first = "", second = ""] = frameOf(stateAt(80), colour);
    assert.ok(first.includes(colourInk("loss", "unreachable")), first);
    assert.ok(first.endsWith(`${colourInk("fine", "▁".repeat(23))}${colourInk("loss", "███")}`), first);
    assert.ok(second.endsWith(colourInk("latency", "▅")), second);
  });

  test("leaves a gap where nothing was measured", () => {
    const [, , , , line = ""] = frameOf(stateAt(80, 18, [makeRow("n", { heat: heatOf(null, 60) })]), plain);
    assert.match(line, /0\.412 ms +$/);
  });

  test("writes the headline's further sentences below it, two at the most", () => {
    const overview = makeOverview(rows, { nowMs });
    const headline = { ...overview.headline, more: [`one {${downMs}}`, "two", "three"] };
    const state = answered(stateAt(80), { ...overview, headline }, undefined);
    assert.deepEqual(frameOf(state, plain).slice(1, 4), ["one 12:04:03", "two", "prod: 9 of 10 reachable, API up"]);
  });

  test("tells of an API that is down, and since when", () => {
    const clusters = [{ cluster: "prod", isApiUp: false, apiSinceMs: downMs, targets: 9, reachable: 9 }];
    const state = answered(stateAt(80), makeOverview(rows, { nowMs, clusters }), undefined);
    assert.equal(frameOf(state, plain)[1], "prod: 9 of 9 reachable, API down since 12:04:03");
  });

  test("keeps its columns where names are wide, and shows no control of anybody's", () => {
    const odd = [makeRow("東京-node"), makeRow("node-\u001b[2J"), makeRow("plain")];
    const lines = frameOf(stateAt(80, 18, odd), plain).slice(4, 7);
    for (const line of lines) {
      const before = line.slice(0, line.indexOf(" ok "));
      assert.equal(cellsOf(before), cellsOf((lines[0] as string).slice(0, (lines[0] as string).indexOf(" ok "))));
    }
    assert.equal(stripVTControlCharacters(lines.join("")), lines.join(""));
  });
});

describe("a frame", () => {
  test("has as many lines as the terminal, none wider, at any size", () => {
    const details = { history: makeHistory(down, nowMs), events: { nowMs, events: [makeEvent(down)], next: null } };
    for (const columns of [10, 20, 35, 40, 50, 64, 70, 80, 100, 109, 110, 120, 200]) {
      for (const height of [1, 2, 5, 6, 10, 24, 60]) {
        for (const view of ["list", "node", "help"] as const) {
          for (const look of [plain, colour]) {
            const state: TopState = { ...resized(stateAt(80), columns, height), view, chosen: down.key, details };
            const lines = frameOf(state, look);
            assert.equal(lines.length, height);
            for (const line of lines) assert.ok(cellsOf(line) <= columns, `${columns}x${height} ${view}: ${line}`);
          }
        }
      }
    }
  });

  test("of one node has its facts, its figures and what happened", () => {
    const history = makeHistory(down, nowMs);
    const events = { nowMs, events: [makeEvent(down, { atMs: downMs })], next: null };
    const state = answered({ ...stateAt(80), view: "node", chosen: down.key }, makeOverview(rows, { nowMs }), {
      history,
      events,
    });
    const lines = frameOf(state, plain);
    assert.deepEqual(lines.slice(0, 7), [
      "node-07  unreachable since 12:04:03 (6m): timeout",
      "",
      "cluster prod  zone zone-a  region eu-1",
      "target 192.0.2.7:10250  kubelet  InternalIP  m5.large  linux",
      "Ready  probed since 01-01 00:00",
      "last 1h: 240 handshakes, 40 timeout; 60 of 300 SYNs were retransmits",
      "p50 0.412 ms  p90 0.700 ms  p99 1.90 ms  max 2.50 ms  normal 0.400 ms",
    ]);
    assert.deepEqual(lines.slice(10, 12), [
      "EVENTS 1-1 of the last 1",
      "12:04:03    node-07 does not answer any more (timeout)",
    ]);
  });

  test("says that the server is gone since when, keeps what was known and says of when that is", () => {
    const lost = unanswered(stateAt(80), "connection refused", nowMs + 4_000);
    const later = unanswered(lost, "no answer within 5 s", nowMs + 60_000);
    const [headline, , line] = frameOf({ ...later, nowMs: nowMs + 60_000 }, plain);
    assert.match(headline ?? "", /^1 of 10 nodes unreachable/);
    assert.match(line ?? "", /^no answer since 12:10:09; shown is 12:10:05 \(no answer within 5 s\)$/);
    const again = answered(later, makeOverview(rows, { nowMs }), undefined);
    assert.match(frameOf(again, plain)[2] ?? "", /^all nodes/);
  });

  test("as plain text has every row, no cursor, and says what its letters mean", () => {
    const many = Array.from({ length: 100 }, (_, index) => makeRow(`node-${index}`));
    const state = { ...stateAt(100, 10, many), rows: Number.POSITIVE_INFINITY };
    const lines = plainFrame(state).split("\n");
    assert.equal(lines.filter((line) => /^ {2}node-\d+ +ok /.test(line)).length, 100);
    assert.match(lines.at(-2) ?? "", /^\. fine/);
  });
});

describe("a key", () => {
  const shownNodes = (state: TopState) =>
    frameOf(state, plain)
      .slice(4, -1)
      .map((line) => line.slice(2).split(" ")[0])
      .filter((name) => name !== "");

  test("sorts by name, loss and RTT, and again by trouble", () => {
    const state = stateAt(80, 18, [slow, down, makeRow("a")]);
    assert.deepEqual(shownNodes(state), ["node-11", "node-07", "a"]);
    const names = [1, 2, 3, 4].map((times) => shownNodes(pressAll(state, ...Array(times).fill(typed("s")))));
    assert.deepEqual(names, [
      ["a", "node-07", "node-11"],
      ["node-07", "a", "node-11"],
      ["node-11", "a", "node-07"],
      ["node-11", "node-07", "a"],
    ]);
  });

  test("moves the cursor, scrolls no further than needed, and stops at both ends", () => {
    const many = Array.from({ length: 40 }, (_, index) => makeRow(`n${index}`));
    const state = stateAt(80, 15, many);
    const cursor = (now: TopState) =>
      frameOf(now, plain)
        .find((line) => line.startsWith("> "))
        ?.split(" ")[1];
    assert.equal(cursor(pressAll(state, { key: "up" })), "n0");
    assert.equal(cursor(pressAll(state, { key: "down" }, typed("j"))), "n2");
    assert.equal(pressAll(state, ...Array(9).fill({ key: "down" })).top, 0);
    assert.equal(pressAll(state, ...Array(10).fill({ key: "down" })).top, 1);
    assert.equal(cursor(pressAll(state, { key: "page-down" })), "n10");
    assert.equal(cursor(pressAll(state, { key: "end" })), "n39");
    assert.equal(pressAll(state, { key: "end" }).top, 30);
    assert.equal(cursor(pressAll(state, { key: "end" }, typed("k"), { key: "home" })), "n0");
  });

  test("keeps the cursor on its node where rows move, and on the first row where nobody chose one", () => {
    const state = pressAll(stateAt(80), { key: "down" });
    const moved = answered(state, makeOverview(rows.toReversed(), { nowMs }), undefined);
    assert.match(frameOf(moved, plain).find((line) => line.startsWith("> ")) ?? "", /node-11/);
    const unmoved = answered(stateAt(80), makeOverview(rows.toReversed(), { nowMs }), undefined);
    assert.match(frameOf(unmoved, plain)[4] ?? "", /^> node-08x/);
  });

  test("writes a filter letter by letter, which fits at once and is asked of the server", () => {
    const typing = press(stateAt(80), typed("/")).state;
    const { state, effect } = press(typing, typed("07"));
    assert.equal(effect, "load");
    assert.deepEqual(shownNodes(state), ["node-07", "node-07x"]);
    assert.equal(frameOf(state, plain).at(-1), "/07 ");
    const quitting = pressAll(state, typed("q"));
    assert.equal(quitting.filter, "07q", "letters are letters while a filter is written");
    assert.equal(pressAll(quitting, { key: "backspace" }, { key: "enter" }).filter, "07");
    assert.equal(pressAll(quitting, { key: "enter" }, { key: "escape" }).filter, "");
    assert.equal(pressAll(typing, { text: "a\nb\u0007", isPasted: true }).filter, "ab");
  });

  test("pastes no command", () => assert.equal(press(stateAt(80), { text: "q", isPasted: true }).effect, undefined));

  test("changes what is asked for", () => {
    const state = stateAt(80);
    assert.deepEqual([press(state, typed("a")).state.nodes, press(state, typed("a")).effect], ["sick", "load"]);
    assert.deepEqual([press(state, typed("r")).state.range, press(state, typed("R")).state.range], ["3h", "15m"]);
    assert.equal(press(state, typed("q")).effect, "quit");
    assert.equal(press({ ...state, isFiltering: true }, { key: "ctrl-c" }).effect, "quit");
    assert.equal(press(state, { key: "ctrl-z" }).effect, "suspend");
  });

  test("asks for more rows before their end is reached", () => {
    const overview = makeOverview(rows, { nowMs, nodesTotal: 900, nextOffset: 500 });
    const { state, effect } = press(answered(stateAt(80), overview, undefined), { key: "end" });
    assert.deepEqual([effect, state.wantedRows], ["load", 1_000]);
  });

  test("opens a node, scrolls its events, and goes back to where it was", () => {
    const opened = press(pressAll(stateAt(80), { key: "down" }), { key: "enter" });
    assert.deepEqual([opened.effect, opened.state.view, opened.state.chosen], ["load", "node", slow.key]);
    const events = Array.from({ length: 30 }, (_, index) => makeEvent(slow, { text: `event ${index}` }));
    const details = { history: makeHistory(slow, nowMs), events: { nowMs, events, next: null } };
    const known = answered(opened.state, makeOverview(rows, { nowMs }), details);
    assert.match(frameOf(known, plain)[11] ?? "", /event 0$/);
    assert.match(frameOf(pressAll(known, { key: "end" }), plain).at(-2) ?? "", /event 29$/);
    const listed = pressAll(known, typed("q"));
    assert.match(frameOf(listed, plain)[5] ?? "", /^> node-11/);
  });

  test("drops what comes late of a node that is not looked at any more", () => {
    const details = { history: makeHistory(down, nowMs), events: { nowMs, events: [], next: null } };
    const state = pressAll(stateAt(80), { key: "down" }, { key: "enter" });
    assert.equal(answered(state, makeOverview(rows, { nowMs }), details).details, undefined);
  });
});

describe("a sparkline", () => {
  test("shows the worst of the columns that share a cell, and leaves none out", () => {
    assert.deepEqual(squeeze([0, 13, 0, 31, 12, null, null, null], 4), [13, 31, 12, null]);
    for (let cells = 1; cells < 60; cells++) {
      for (let place = 0; place < 60; place++) {
        const heat = Array.from({ length: 60 }, (_, column) => (column === place ? 33 : 0));
        assert.equal(squeeze(heat, cells).filter((value) => value === 33).length, 1, `${cells} cells, column ${place}`);
      }
    }
  });
});
