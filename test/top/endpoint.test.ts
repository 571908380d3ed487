import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseEndpoint } from "../../src/top/endpoint.ts";

const tcp = (host: string, port: number, isTls = false) => ({ host, port, isTls });

describe("where a PinGo serves", () => {
  for (const [text, name, at, basePath, user] of [
    ["http://localhost:8080", "http://localhost:8080", tcp("localhost", 8080), "", undefined],
    ["localhost:8080", "http://localhost:8080", tcp("localhost", 8080), "", undefined],
    ["http://[::1]:8080/", "http://[::1]:8080", tcp("::1", 8080), "", undefined],
    ["https://pingo.example", "https://pingo.example", tcp("pingo.example", 443, true), "", undefined],
    [
      "https://example.org/net/pingo/",
      "https://example.org/net/pingo",
      tcp("example.org", 443, true),
      "/net/pingo",
      undefined,
    ],
    ["https://a:b%40c@example.org", "https://example.org", tcp("example.org", 443, true), "", "a:b@c"],
    ["unix:/run/pingo.sock", "unix:/run/pingo.sock", { path: "/run/pingo.sock" }, "", undefined],
  ] as const) {
    test(text, () => assert.deepEqual(parseEndpoint(text), { value: { name, at, basePath, user } }));
  }

  for (const text of ["", "http://", "ftp://x", "http://a b", "http://x/?query", "http://x/#part", "unix:"]) {
    test(`${JSON.stringify(text)} is none, and what would do is said`, () => {
      const parsed = parseEndpoint(text);
      assert.ok("problem" in parsed && /write it like|no query/.test(parsed.problem));
    });
  }

  test("a password is not shown, whatever is wrong", () => {
    for (const text of ["https://a:hunter2@ x", "ftp://a:hunter2@x", "https://a:hunter2@x/?y"]) {
      const parsed = parseEndpoint(text);
      assert.ok("problem" in parsed && !parsed.problem.includes("hunter2"), text);
    }
  });
});
