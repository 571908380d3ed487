import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLog, type LogFacts, type LogFormat, type LogLevel, logLevels, oneLine, redact } from "../../src/log.ts";

const unixMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const time = "2026-01-02T03:04:05.678Z";

/** The lines that one call writes. */
function written(
  format: LogFormat,
  message: string,
  facts?: LogFacts,
  { level = "debug", as = "info", secrets = [] }: { level?: LogLevel; as?: LogLevel; secrets?: string[] } = {},
): string {
  const lines: string[] = [];
  const log = createLog({
    format,
    level,
    write: (line) => void lines.push(line),
    unixMs: () => unixMs,
    secrets: () => secrets,
  });
  log[as](message, facts);
  return lines.join("");
}

describe("text", () => {
  test("a line has time, level, message and facts", () => {
    assert.equal(
      written("text", "node-1 gave no answer", { target: "192.0.2.1:10250", lost: 3, ready: true }, { as: "warn" }),
      `${time} WARN  node-1 gave no answer target=192.0.2.1:10250 lost=3 ready=true\n`,
    );
  });

  for (const [name, value, shown] of [
    ["undefined is left out", undefined, ""],
    ["a plain word is bare", "eu-west-1a", " fact=eu-west-1a"],
    ["an IPv6 address is bare", "[2001:db8::1]:10250", " fact=[2001:db8::1]:10250"],
    ["nothing is quoted", "", ' fact=""'],
    ["a space is quoted", "a b", ' fact="a b"'],
    ["an equals sign is quoted", "a=b", ' fact="a=b"'],
    ["a quote is escaped", 'a"b', ' fact="a\\"b"'],
    ["zero is not nothing", 0, " fact=0"],
    ["false is not nothing", false, " fact=false"],
  ] as const) {
    test(name, () => assert.equal(written("text", "m", { fact: value }), `${time} INFO  m${shown}\n`));
  }

  test("nothing from outside breaks the line or reaches the terminal as a command", () => {
    const evil = "a\r\nb\u001b[2Kc\u009b2Kd\u007fe\u2028f\u2029g\u0000h\u0085i";
    const line = written("text", evil, { fact: evil });
    assert.ok(line.endsWith("\n"));
    assert.doesNotMatch(line.slice(0, -1), /[\p{Cc}\u2028\u2029]/u);
    assert.match(line, /INFO {2}a b \[2Kc 2Kd e f g h i fact=/);
  });
});

describe("json", () => {
  test("a line is one object", () => {
    const line = written("json", "node-1\ngave no answer", { target: "x", lost: 3, zone: undefined }, { as: "error" });
    assert.deepEqual(JSON.parse(line), {
      time,
      level: "error",
      message: "node-1\ngave no answer",
      target: "x",
      lost: 3,
    });
    assert.equal(line.indexOf("\n"), line.length - 1);
  });
});

describe("what is too long is cut", () => {
  for (const format of ["text", "json"] as const) {
    test(`in ${format}: a line stays a line, whatever an API calls its nodes`, () => {
      const line = written(format, "x".repeat(1_000_000), { fact: "y".repeat(1_000_000) });
      assert.ok(line.length < 1_000, `${line.length}`);
      assert.match(line, /x{400}\.\.\. \(1000000 characters\)/);
      assert.match(line, /y{400}\.\.\. \(1000000 characters\)/);
      assert.doesNotMatch(written(format, "x".repeat(400)), /characters/);
    });
  }
});

describe("levels", () => {
  for (const [index, level] of logLevels.entries()) {
    test(`at ${level} comes what is as loud or louder`, () => {
      const heard = logLevels.filter((as) => written("text", "m", {}, { level, as }) !== "");
      assert.deepEqual(heard, logLevels.slice(0, index + 1));
    });
  }
});

describe("secrets", () => {
  // About as long as a service account's token.
  const long = `eyJhbGciOi.${"hunter2-canary-".repeat(70)}`;
  const odd = 'hunter2"canary\\8f3a';
  for (const format of ["text", "json"] as const) {
    for (const [name, message, facts] of [
      ["in a message", `it says Bearer ${long}!`, {}],
      ["in a fact", "m", { body: `Bearer ${long}` }],
      ["across the place where a value is cut", `${"x".repeat(395)}${long}`, { body: `${"y".repeat(390)}${long}` }],
      ["with what JSON escapes", `token ${odd}`, { a: `token ${odd}`, b: odd }],
      ["more than once", `${long} ${long}`, { a: long, b: long }],
    ] as [string, string, LogFacts][]) {
      test(`never stand in ${format}: ${name}`, () => {
        const line = written(format, message, facts, { secrets: [odd, long] });
        assert.doesNotMatch(line, /hunter2|canary|8f3a|eyJ/);
        assert.match(line, /\[redacted\]/);
        if (format === "json") assert.doesNotThrow(() => JSON.parse(line));
      });
    }
  }

  test("are asked for anew for each line", () => {
    const lines: string[] = [];
    const secrets = ["first-secret"];
    const log = createLog({
      format: "text",
      level: "info",
      write: (line) => void lines.push(line),
      unixMs: () => unixMs,
      secrets: () => secrets,
    });
    secrets.push("second-secret");
    log.info("first-secret second-secret");
    assert.match(lines.join(""), /INFO {2}\[redacted\] \[redacted\]\n$/);
  });

  test("do not take the line's own words with them", () => {
    const line = written("json", "m", { fact: 1 }, { secrets: ["time", "2026", "level"] });
    assert.deepEqual(JSON.parse(line), { time, level: "info", message: "m", fact: 1 });
  });

  test("of which one is the beginning of another go as a whole", () => {
    assert.equal(redact("a hunter2-canary b", ["hunter2", "hunter2-canary"]), "a [redacted] b");
  });

  test("that are too short to be any are let stand, or every line would be full of holes", () => {
    assert.equal(redact("a cat", ["a", "", "cat"]), "a cat");
    assert.equal(redact("a cats", ["cats"]), "a [redacted]");
  });

  test("are taken as they are, not as a pattern", () => {
    assert.equal(redact("a.c+$& abc", ["a.c+$&"]), "[redacted] abc");
  });
});

test("oneLine makes one space of each run of control characters", () => {
  assert.equal(oneLine("a\r\n\tb\u2028c"), "a b c");
});
