import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TokenSource } from "../../src/targets/kubernetes/token.ts";

/** A token file that the test writes; undefined where it is not there. */
function fromFile(text: string | undefined) {
  const file = { text, reads: 0 };
  const source = new TokenSource({ from: "file", path: "/run/token" }, (path) => {
    file.reads++;
    assert.equal(path, "/run/token");
    if (file.text === undefined) throw new Error("ENOENT: no such file or directory, open '/run/token'");
    return file.text;
  });
  return { file, source };
}

function neverRead(): string {
  assert.fail("a file was read");
}

describe("a token that is given", () => {
  test("is that token, and a secret before it is asked for", () => {
    const source = new TokenSource({ from: "value", token: "abc" }, neverRead);
    assert.deepEqual(source.secrets(), ["abc"]);
    assert.equal(source.current(), "abc");
  });

  test("as none is none", () => {
    const source = new TokenSource({ from: "none" }, neverRead);
    assert.equal(source.current(), undefined);
    assert.deepEqual(source.secrets(), []);
  });
});

describe("a token in a file", () => {
  test("is read each time, without the line end that editors leave", () => {
    const { file, source } = fromFile("first\n");
    assert.equal(source.current(), "first");
    file.text = " second\r\n";
    assert.equal(source.current(), "second");
    assert.equal(file.reads, 2);
  });

  test("stays a secret after it was replaced by another, as may be the new one", () => {
    const { file, source } = fromFile("first");
    source.current();
    file.text = "second";
    source.current();
    source.current();
    assert.deepEqual(source.secrets().toSorted(), ["first", "second"]);
  });

  for (const [what, text] of [
    ["is not there", undefined],
    ["is empty", ""],
    ["is blank", "\n \n"],
    ["has two lines", "first\nsecond"],
    ["is half written", "sec\u0000\u0000\u0000"],
    ["is not text", "\ufffd\ufffd"],
  ] as const) {
    test(`serves on where the file ${what} for a moment`, () => {
      const { file, source } = fromFile("first");
      source.current();
      file.text = text;
      assert.equal(source.current(), "first");
      assert.deepEqual(source.secrets(), ["first"]);
      file.text = "second";
      assert.equal(source.current(), "second");
    });

    test(`is missed where the file ${what} from the beginning`, () => {
      const { file, source } = fromFile(text);
      assert.throws(
        () => source.current(),
        /^Error: the token file (cannot be read: ENOENT|\/run\/token holds no token)/,
      );
      assert.deepEqual(source.secrets(), []);
      file.text = "first";
      assert.equal(source.current(), "first");
    });
  }
});
