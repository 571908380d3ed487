import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { hashSync } from "bcryptjs";
import { PasswordChecker } from "../../src/http/web-config/password-checker.ts";

const hash = hashSync("right", 4);

function createChecker(t: TestContext): PasswordChecker {
  const checker = new PasswordChecker();
  t.after(() => checker.stop());
  return checker;
}

test("one check per address waits, and of 64 addresses", async (t) => {
  const checker = createChecker(t);
  const first = checker.check({ password: "a", hash, peer: "0" });
  assert.equal(await checker.check({ password: "b", hash, peer: "0" }), undefined);
  const others = Array.from({ length: 64 }, (_, peer) =>
    checker.check({ password: "right", hash, peer: `${peer + 1}` }),
  );
  assert.equal(await others[63], undefined);
  assert.equal(await first, false);
  assert.deepEqual(new Set(await Promise.all(others.slice(0, 63))), new Set([true]));
  assert.equal(await checker.check({ password: "b", hash, peer: "0" }), false);
});

test("the same password twice from one address is checked once, for both", async (t) => {
  const checker = createChecker(t);
  const twice = [1, 2].map(() => checker.check({ password: "right", hash, peer: "a" }));
  assert.deepEqual(await Promise.all(twice), [true, true]);
});

test("a right password is remembered whatever is guessed, and as long as its hash is the same", async (t) => {
  const checker = createChecker(t);
  assert.equal(await checker.check({ password: "right", hash, peer: "a" }), true);
  for (let guess = 0; guess < 120; guess++) await checker.check({ password: `${guess}`, hash, peer: "a" });
  const waiting = checker.check({ password: "another", hash, peer: "a" });
  assert.equal(await checker.check({ password: "right", hash, peer: "a" }), true, "it needed no check");
  assert.equal(await waiting, false);
  assert.equal(await checker.check({ password: "right", hash: hashSync("changed", 4), peer: "a" }), false);
});

test("nothing is the password of a hash that cannot be used", async (t) => {
  const checker = createChecker(t);
  for (const start of ["$2x$04$", "$2y$99$"]) {
    const unusable = `${start}${hash.slice(start.length)}`;
    assert.equal(await checker.check({ password: "right", hash: unusable, peer: "a" }), false);
  }
});

test("who waits when it is stopped is told so", async () => {
  const checker = new PasswordChecker();
  const waiting = ["a", "b"].map((peer) => checker.check({ password: "x", hash: hashSync("y", 10), peer }));
  checker.stop();
  const settled = await Promise.allSettled(waiting);
  assert.deepEqual(
    settled.map(({ status }) => status),
    ["rejected", "rejected"],
  );
});
