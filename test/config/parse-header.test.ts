import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseHeader } from "../../src/config/parse-header.ts";

describe("a header for a Prometheus", () => {
  for (const [text, name, value] of [
    ["X-Scope-OrgID=team-a", "X-Scope-OrgID", "team-a"],
    ["X-Scope-OrgID=team-a|team-b", "X-Scope-OrgID", "team-a|team-b"],
    [" x-key=a=b c ", "x-key", "a=b c"],
  ] as const) {
    test(`is read: ${text}`, () => assert.deepEqual(parseHeader(text), { value: { name, value } }));
  }

  for (const [text, problem] of [
    ["s3cret", /^that is no header; write its name and its value/],
    ["=s3cret", /no header/],
    ["X Y=s3cret", /no header/],
    ["X-Key=", /no header/],
    ["X-Key=s3cret\r\nHost: other", /no header/],
    ["X-Key=s3crét", /no header/],
    ["Authorization=Bearer s3cret", /the URL, a token into --history-token-file/],
    ["content-length=s3cret", /content-length is written by PinGo itself/],
    ["Host=s3cret", /Host is written by PinGo itself/],
  ] as const) {
    test(`is refused, and its value not shown: ${JSON.stringify(text)}`, () => {
      const parsed = parseHeader(text);
      assert.match("problem" in parsed ? parsed.problem : "", problem);
      assert.ok(!JSON.stringify(parsed).includes("s3cr"));
    });
  }
});
