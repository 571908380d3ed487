import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asciiOnly, cellsOf, cut, fit, showable } from "../../src/top/cells.ts";

describe("cells of a terminal", () => {
  for (const [text, cells] of [
    ["node-1", 6],
    ["", 0],
    ["ü", 1],
    ["u\u0308", 1],
    ["東京", 4],
    ["한글", 4],
    ["🦆", 2],
    ["ｆ", 2],
    ["▁█", 2],
    ["\u001b[31mred\u001b[0m", 3],
  ] as const) {
    test(`${JSON.stringify(text)} takes ${cells}`, () => assert.equal(cellsOf(text), cells));
  }

  test("a cut text ends with an ellipsis and is never wider, also where a wide character would not fit", () => {
    assert.equal(cut("node-12345", 6), "node-…");
    assert.equal(cut("node", 4), "node");
    assert.equal(cut("東京都", 4), "東…");
    assert.equal(cut("東京都", 5), "東京…");
    assert.equal(cut("node", 0), "");
    assert.equal(cut("e\u0301e\u0301e\u0301", 2), "e\u0301…");
    for (let cells = 0; cells < 12; cells++) assert.ok(cellsOf(cut("a東b京c🦆d", cells)) <= cells);
  });

  test("a fitted text is just as wide as its column", () => {
    assert.equal(fit("ok", 5), "ok   ");
    assert.equal(fit("ok", 5, "right"), "   ok");
    for (let cells = 1; cells < 12; cells++) assert.equal(cellsOf(fit("東京 🦆 node", cells)), cells);
  });

  test("what would move the cursor or turn the line is shown as a sign", () => {
    assert.equal(showable("a\u001b[2Jb\nc\u202ed"), "a\ufffd[2Jb\ufffdc\ufffdd");
  });

  test("in ASCII a line keeps its styling, and no other escape sequence", () => {
    assert.equal(asciiOnly("\u001b[31mü東…\u001b[0m"), "\u001b[31m???~\u001b[0m");
    assert.equal(asciiOnly("a\u001b]0;b\u0007\u001b[2J\u009bc"), "a?]0;b??[2J?c");
  });
});
