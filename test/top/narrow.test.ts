import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { cellsOf } from "../../src/top/cells.ts";
import { frameOf } from "../../src/top/frame.ts";
import { headlineOf, wrap } from "../../src/top/headline.ts";
import { colourInk, plainInk } from "../../src/top/ink.ts";
import { isAsciiLocale } from "../../src/top/locale.ts";
import { plainFrame } from "../../src/top/plain-frame.ts";
import { initialState, type TopState } from "../../src/top/state.ts";
import { answered, press, unanswered } from "../../src/top/update.ts";
import { heatOf, makeEvent, makeHistory, makeOverview, makeRow } from "../support/mock-history-api.ts";

const nowMs = Date.UTC(2026, 10, 26, 12, 10, 5);
const plain = { ink: plainInk, heat: "letters" } as const;
const verdict = "its kubelet is Ready and the API answers: the network";
const text = `zone eu-central-1a of cluster production: 7 of 9 nodes unreachable since {${nowMs}}; ${verdict}`;
const rows = Array.from({ length: 30 }, (_, index) => makeRow(`node-${index + 10}`, { heat: heatOf(33, 3) }));

function stateAt(columns: number, height: number, more: readonly string[] = []): TopState {
  const overview = makeOverview(rows, { nowMs });
  const headline = { ...overview.headline, text, more };
  const state = initialState("http://localhost:8080", columns, height, nowMs);
  return answered(state, { ...overview, headline }, undefined);
}

describe("a headline longer than the window is wide", () => {
  for (const [columns, height] of [
    [80, 24],
    [60, 24],
    [44, 16],
    [200, 60],
  ] as const) {
    test(`is broken, and has its end, at ${columns}x${height}`, () => {
      const lines = headlineOf(stateAt(columns, height));
      assert.equal(lines.join(" "), text.replace(/\{\d+\}/, "12:10:05"));
      assert.equal(lines.length > 1, columns < 200);
    });
  }

  test("takes a quarter of a small window at the most, and the nodes have the rest", () => {
    const state = stateAt(40, 10, ["one", "two"]);
    const lines = frameOf(state, plain);
    assert.equal(headlineOf(state).length, 2);
    assert.match(lines[1] ?? "", /…$/);
    assert.equal(lines.filter((line) => /^[> ] node-\d+ /.test(line)).length, 4);
    const last = press(state, { key: "end" }).state;
    assert.equal(frameOf(last, plain).filter((line) => /^> node-39 /.test(line)).length, 1, "the last one is in sight");
  });

  test("has further sentences behind it as far as there is room", () => {
    assert.deepEqual(headlineOf(stateAt(200, 24, ["one", "two", "three"])).slice(1), ["one", "two"]);
    assert.equal(headlineOf(stateAt(200, 8, ["one", "two"])).length, 2);
  });

  test("is cut where a word is longer than a line", () => {
    assert.deepEqual(wrap("aaaaaaaaaaaa b", 4, 6, 3), ["aaa…", "b"]);
    assert.deepEqual(wrap("aa aaaaaaaaaaaa b", 4, 6, 2), ["aa", "aaaaa…"]);
    assert.deepEqual(wrap("one two three", 5, 5, 1), ["one …"]);
    assert.deepEqual(wrap("", 5, 5, 2), [""]);
  });
});

describe("a server that is gone", () => {
  test("is told of with its cause in any window of 40 columns", () => {
    for (const columns of [40, 50, 60, 80, 120, 200]) {
      const state = unanswered(stateAt(columns, 24), "connection refused", nowMs + 4_000);
      const lines = frameOf(state, plain);
      assert.ok(
        lines.some((line) => /(answer).*connection refused/.test(line)),
        `${columns}\n${lines.join("\n")}`,
      );
    }
    const wide = frameOf(unanswered(stateAt(120, 24), "connection refused", nowMs + 4_000), plain).join("\n");
    assert.match(
      wide,
      /^http:\/\/localhost:8080 does not answer since 12:10:09; shown is 12:10:05 \(connection refused\)$/m,
    );
  });

  test("has no say over the terminal, by whatever it gave as its reason", () => {
    // The title of the window, the bell, the screen cleared, and both in the eight bits of C1.
    const why = "HTTP status 404: \u001b]0;owned\u0007\u001b[2J\u009b2J\u009d0;owned\u009c";
    for (const view of ["list", "node"] as const) {
      for (const columns of [40, 80, 200]) {
        const state = { ...unanswered(stateAt(columns, 24), why, nowMs + 4_000), view };
        for (const isAscii of [false, true]) {
          const shown = frameOf(state, { ...plain, isAscii }).join("");
          assert.doesNotMatch(shown, /\p{Cc}/u, `${view} of ${columns} columns`);
          assert.match(shown, /HTTP status 404/);
        }
      }
    }
  });
});

describe("the help", () => {
  test("has nothing cut in 80 columns and 24 lines", () => {
    const lines = frameOf({ ...stateAt(80, 24), view: "help" }, plain);
    assert.ok(!lines.join("\n").includes("…"), lines.join("\n"));
    assert.match(lines.join("\n"), /Times are in UTC/);
  });

  test("is offered also where there is little room for keys", () => {
    for (const view of ["list", "node"] as const) {
      assert.match(frameOf({ ...stateAt(40, 10), view }, plain).at(-1) ?? "", /^q \w+ {2}\? help/);
    }
  });
});

describe("a terminal that is said to know no UTF-8", () => {
  const row = makeRow("東京-node", { heat: heatOf(33, 3), zone: "zone-ä" });
  const details = { history: makeHistory(row, nowMs), events: { nowMs, events: [makeEvent(row)], next: null } };

  test("gets nothing beyond ASCII, as wide as it was", () => {
    for (const view of ["list", "node", "help"] as const) {
      for (const columns of [40, 80, 120]) {
        const overview = makeOverview([row, ...rows], { nowMs });
        const state = { ...answered(stateAt(columns, 24), overview, undefined), view, chosen: row.key, details };
        const lines = frameOf(state, { ink: colourInk, heat: "letters", isAscii: true });
        const same = frameOf(state, { ink: colourInk, heat: "letters" });
        assert.deepEqual(lines.map(cellsOf), same.map(cellsOf));
        assert.match(stripVTControlCharacters(lines.join("")), /^[\x20-\x7e]*$/);
        assert.equal(lines.join("").includes("\u001b[31m"), same.join("").includes("\u001b[31m"), "colour stays");
      }
    }
    assert.match(plainFrame(stateAt(40, 10), true), /^[\n\x20-\x7e]*$/);
  });

  for (const [isAscii, env] of [
    [false, {}],
    [false, { LANG: "en_GB.UTF-8" }],
    [false, { LANG: "C", LC_ALL: "C.utf8" }],
    [false, { LANG: "", LC_ALL: "" }],
    [true, { LANG: "C" }],
    [true, { LANG: "en_GB.UTF-8", LC_CTYPE: "POSIX" }],
    [true, { LANG: "de_DE.ISO-8859-1" }],
    [true, { LC_ALL: "C", LC_CTYPE: "C.UTF-8" }],
  ] as const) {
    test(`${isAscii ? "is" : "is not"} one with ${JSON.stringify(env)}`, () => {
      assert.equal(isAsciiLocale(env), isAscii);
    });
  }
});
