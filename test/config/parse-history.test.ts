import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bytes, formatBytes } from "../../src/config/parse-bytes.ts";
import { parseHistory } from "../../src/config/parse-history.ts";
import { readConfig } from "../../src/config/read-config.ts";

describe("where history is kept", () => {
  for (const [text, expected] of [
    ["memory", { kind: "memory" }],
    ["none", { kind: "none" }],
    ["/var/lib/pingo/history.db", { kind: "file", path: "/var/lib/pingo/history.db" }],
    ["history.db", { kind: "file", path: "history.db" }],
    ["prometheus=http://prometheus:9090", { kind: "prometheus", url: new URL("http://prometheus:9090") }],
    ["prometheus=https://mimir/prometheus", { kind: "prometheus", url: new URL("https://mimir/prometheus") }],
  ] as const) {
    test(`${text} is taken`, () => assert.deepEqual(parseHistory(text), { value: expected }));
  }

  for (const [text, problem] of [
    ["", /is no path/],
    [":memory:", /is no path/],
    ["file:x?mode=memory", /is no path/],
    ["http://prometheus:9090", /write prometheus=URL/],
    ["prometheus=", /no http\(s\) URL/],
    ["prometheus=prometheus:9090", /no http\(s\) URL/],
  ] as const) {
    test(`${JSON.stringify(text)} is refused`, () => {
      const read = parseHistory(text);
      assert.match("problem" in read ? read.problem : "nothing", problem);
    });
  }

  test("what would be kept by nobody is refused", () => {
    const env = { PINGO_API: "https://192.0.2.1", PINGO_TOKEN: "t", PINGO_HISTORY: "none" };
    const read = readConfig(["--history-retention", "1d"], { env, readFile: () => "" });
    assert.match(
      read.want === "nothing" ? read.problems.join() : "",
      /^--history-retention: nothing is kept with PINGO_HISTORY/,
    );
  });

  test("a token and headers are for a Prometheus alone, and each header is given once", () => {
    const env = { PINGO_API: "https://192.0.2.1", PINGO_TOKEN: "t" };
    const problems = (...args: string[]) => {
      const read = readConfig(args, { env, readFile: () => "" });
      return read.want === "nothing" ? read.problems : [];
    };
    assert.deepEqual(problems("--history-token-file", "/t", "--history-header", "X-Scope-OrgID=a"), [
      "--history-token-file: only a Prometheus takes a token; leave it out",
      "--history-header: only a Prometheus takes headers; leave it out",
    ]);
    const at = ["--history", "prometheus=http://192.0.2.1:9090", "--history-header", "X-Scope-OrgID=a"];
    assert.deepEqual(problems(...at, "--history-header", "x-scope-orgid=b"), [
      "--history-header: x-scope-orgid is there twice; give it once",
    ]);
    assert.deepEqual(problems(...at, "--history-header", "X-Other=b"), []);
  });
});

describe("a size", () => {
  for (const [text, expected] of [
    ["8MB", 8_000_000],
    ["1.5GB", 1_500_000_000],
    ["1GiB", 2 ** 30],
    ["64 mb", 64_000_000],
  ] as const) {
    test(`${text} is ${expected} bytes`, () => assert.deepEqual(bytes(8e6, 1e13)(text), { value: expected }));
  }

  for (const text of ["", "8", "7MB", "20TB", "-1GB", "1 XB", "GB", "1e9", "NaNGB"]) {
    test(`${JSON.stringify(text)} is refused`, () => {
      assert.match((bytes(8e6, 1e13)(text) as { problem: string }).problem, /from 8 MB to 10 TB, e\.g\. 2GB/);
    });
  }

  for (const [value, expected] of [
    [0, "0 B"],
    [999, "999 B"],
    [64e6, "64 MB"],
    [1.5e9, "1.5 GB"],
    [12_345, "12.3 KB"],
  ] as const) {
    test(`of ${value} bytes reads ${expected}`, () => assert.equal(formatBytes(value), expected));
  }
});
