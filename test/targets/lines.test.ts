import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LineTooLong, splitLines } from "../../src/targets/kubernetes/lines.ts";
import { capture } from "../support/captures.ts";

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

describe("splitLines", () => {
  test("gives the same lines wherever the chunks end, also within a character", async () => {
    const text = `${capture("watch-changes.http").body.slice(0, 20_000)}\nZürich → 東京\n\nlast\n`;
    const expected = text.split("\n").slice(0, -1);
    for (const size of [1, 2, 3, 7, 1_024, 1_000_000]) {
      assert.deepEqual(
        await collect(splitLines(chunksOf(Buffer.from(text), size), 2 ** 20)),
        expected,
        `chunks of ${size}`,
      );
    }
  });

  test("gives a last line without its line end, unless the stream failed in it", async () => {
    assert.deepEqual(await collect(splitLines(chunksOf(Buffer.from("a\nb"), 10), 100)), ["a", "b"]);
    async function* failing(): AsyncGenerator<Buffer> {
      yield Buffer.from("a\nb");
      throw new Error("cut");
    }
    const seen: string[] = [];
    await assert.rejects(async () => {
      for await (const line of splitLines(failing(), 100)) seen.push(line);
    }, /cut/);
    assert.deepEqual(seen, ["a"]);
  });

  test("gives a line of a megabyte and refuses one over the limit", async () => {
    const long = Buffer.from(`${"x".repeat(2 ** 20)}\n`);
    assert.equal((await collect(splitLines(chunksOf(long, 65_536), 2 ** 21)))[0]?.length, 2 ** 20);
    await assert.rejects(collect(splitLines(chunksOf(long, 65_536), 2 ** 19)), LineTooLong);
  });
});
