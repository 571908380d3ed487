import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Key, KeyReader } from "../../src/top/keys.ts";

const typed = (text: string): Key => ({ text, isPasted: false });

function read(...chunks: (string | Uint8Array)[]): Key[] {
  const reader = new KeyReader();
  return chunks.flatMap((chunk) => reader.push(Buffer.from(chunk as string)));
}

describe("keys", () => {
  for (const [name, sent, keys] of [
    ["letters one by one", "q/", [typed("q"), typed("/")]],
    ["arrows", "\u001b[A\u001b[B", [{ key: "up" }, { key: "down" }]],
    ["arrows of a keypad in application mode", "\u001bOA\u001bOB", [{ key: "up" }, { key: "down" }]],
    ["pages", "\u001b[5~\u001b[6~", [{ key: "page-up" }, { key: "page-down" }]],
    ["Home and End of xterm", "\u001b[H\u001b[F", [{ key: "home" }, { key: "end" }]],
    ["Home and End of tmux", "\u001b[1~\u001b[4~", [{ key: "home" }, { key: "end" }]],
    ["an arrow with Ctrl as the arrow", "\u001b[1;5A", [{ key: "up" }]],
    ["Enter, Backspace, Ctrl-C", "\r\u007f\u0003", [{ key: "enter" }, { key: "backspace" }, { key: "ctrl-c" }]],
    ["nothing of a key that means nothing here", "\u001b[15~\u001b[Zx", [typed("x")]],
    ["nothing of a mouse or a terminal's answer", "\u001b[<0;12;7M\u001b[?62;4cx", [typed("x")]],
    ["two Escapes as the first one, until more is known", "\u001b\u001b[A", [{ key: "escape" }, { key: "up" }]],
    [
      "a paste as one text, its letters no commands",
      "\u001b[200~quit\u001b[201~q",
      [{ text: "quit", isPasted: true }, typed("q")],
    ],
    ["a paste that Ctrl-C ends", "\u001b[200~qu\u0003", [{ text: "qu", isPasted: true }, { key: "ctrl-c" }]],
    ["a character of four bytes", "🦆", [typed("🦆")]],
  ] as const satisfies [string, string, Key[]][]) {
    test(`reads ${name}`, () => assert.deepEqual(read(sent), keys));

    test(`reads ${name}, split between any two bytes`, () => {
      const bytes = Buffer.from(sent);
      for (let at = 1; at < bytes.length; at++) {
        assert.deepEqual(read(bytes.subarray(0, at), bytes.subarray(at)), keys, `split at ${at}`);
      }
    });
  }

  test("takes an ESC for the key once nothing comes behind it", () => {
    const reader = new KeyReader();
    assert.deepEqual(reader.push(Buffer.from("\u001b")), []);
    assert.equal(reader.isWaiting, true);
    assert.deepEqual(reader.flush(), [{ key: "escape" }]);
    assert.equal(reader.isWaiting, false);
  });

  test("lets go what never ends", () => {
    const reader = new KeyReader();
    reader.push(Buffer.from(`\u001b[${"1".repeat(100)}`));
    reader.flush();
    assert.deepEqual(reader.push(Buffer.from("q")), [typed("q")]);
    assert.equal(read(`\u001b[200~${"x".repeat(5_000)}`).length > 0, true, "a paste without an end is cut");
  });
});
