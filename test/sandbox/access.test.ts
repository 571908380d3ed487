import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Access } from "../../src/sandbox/access.ts";

const bearer = (token: string) => `Bearer ${token}`;

describe("the sandbox's tokens", () => {
  const ending = { name: "me", admin: false, rules: () => [] };

  test("that end are a thousand at most: those that have ended go first, then the oldest; one without an end stays", () => {
    const access = new Access();
    const standing = access.grant("admin", ["get"]);
    let hasEnded = false;
    const short = access.grantTo({ ...ending, isValid: () => !hasEnded });
    const tokens = Array.from({ length: 998 }, () => access.grantTo({ ...ending, isValid: () => true }));
    assert.ok(access.userOf(bearer(short)));
    hasEnded = true;
    tokens.push(access.grantTo({ ...ending, isValid: () => true }));
    for (const token of [standing, ...tokens]) assert.ok(access.userOf(bearer(token)));
    // Were it still known, it would be valid again.
    hasEnded = false;
    assert.equal(access.userOf(bearer(short)), undefined);
    const newest = access.grantTo({ ...ending, isValid: () => true });
    assert.equal(access.userOf(bearer(tokens[0] ?? "")), undefined);
    for (const token of [standing, newest, ...tokens.slice(1)]) assert.ok(access.userOf(bearer(token)));
  });
});
