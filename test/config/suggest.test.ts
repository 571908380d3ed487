import assert from "node:assert/strict";
import { test } from "node:test";
import { closest } from "../../src/config/suggest.ts";

const flags = ["api", "token", "token-file", "ca", "probe", "listen"];

for (const [word, suggested] of [
  ["tokn", "token"],
  ["tokens", "token"],
  ["tkoen", "token"],
  ["tokenfile", "token-file"],
  ["porbe", "probe"],
  ["pai", "api"],
  ["cas", "ca"],
  ["Listen", "listen"],
] as const) {
  test(`"${word}" is taken for a slip of "${suggested}"`, () => {
    assert.equal(closest(word, flags, "did you mean --"), `did you mean --${suggested}?`);
  });
}

for (const word of ["", "x", "c", "xy", "verbose", "kubeconfig", "probability"]) {
  test(`nothing is suggested for "${word}"`, () => {
    assert.equal(closest(word, flags, "did you mean --"), "");
  });
}

test("of two near ones the nearer is suggested, of equally near ones the first", () => {
  assert.equal(closest("token-fil", ["token", "token-file"], ""), "token-file?");
  assert.equal(closest("bat", ["cat", "hat"], ""), "cat?");
});
