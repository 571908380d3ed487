import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, share } from "../../web/state/figures.ts";

for (const [count, text] of [
  [0, "0 KB"],
  [4_096, "4 KB"],
  [812_400, "812 KB"],
  [2_140_000, "2.1 MB"],
  [214_000_000, "214 MB"],
  [1_400_000_000, "1.4 GB"],
] as const) {
  test(`${count} bytes are ${text}`, () => assert.equal(bytes(count), text));
}

test("a share is never nothing or all where it is only nearly so", () => {
  assert.deepEqual(
    [share(1, 1e6), share(999_999, 1e6), share(0, 9), share(9, 9)],
    ["< 0.01 %", "> 99.9 %", "0 %", "100 %"],
  );
});
