import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { painter, type Terminal } from "../../src/cli/terminal.ts";

function terminal(outIsTerminal: boolean, env: Terminal["env"]): Terminal {
  // The other stream must not decide.
  return { out: () => {}, err: () => {}, outIsTerminal, errIsTerminal: !outIsTerminal, env };
}

describe("colour", () => {
  for (const [name, isTerminal, env, coloured] of [
    ["on a terminal", true, {}, true],
    ["not in a file or a pipe", false, {}, false],
    ["not where NO_COLOR is set", true, { NO_COLOR: "1" }, false],
    ["not where NO_COLOR is set, to whatever", true, { NO_COLOR: "0" }, false],
    ["where NO_COLOR is empty, which is not set (no-color.org)", true, { NO_COLOR: "" }, true],
    ["not on a terminal that has none", true, { TERM: "dumb" }, false],
    ["not in a pipe, whatever TERM says", false, { TERM: "xterm-256color" }, false],
  ] as const) {
    test(name, () => {
      const paint = painter(terminal(isTerminal, env));
      assert.equal(paint("red", "x"), coloured ? "\u001b[31mx\u001b[39m" : "x");
    });
  }

  test("does not depend on the streams and variables of the process that runs the tests", () => {
    const { NO_COLOR, FORCE_COLOR } = process.env;
    try {
      process.env.NO_COLOR = "1";
      assert.notEqual(painter(terminal(true, {}))("green", "x"), "x");
      delete process.env.NO_COLOR;
      process.env.FORCE_COLOR = "1";
      assert.equal(painter(terminal(false, {}))("green", "x"), "x");
    } finally {
      for (const [name, value] of Object.entries({ NO_COLOR, FORCE_COLOR })) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });
});
