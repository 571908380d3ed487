import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { labelText, pageChunks, sample } from "../../src/metrics/exposition.ts";

describe("labels", () => {
  for (const [value, shown] of [
    ["plain", 'a="plain"'],
    ["", 'a=""'],
    ['say "hi"', 'a="say \\"hi\\""'],
    ["C:\\", 'a="C:\\\\"'],
    ["two\nlines", 'a="two\\nlines"'],
    ['\\"\n\\n', 'a="\\\\\\"\\n\\\\n"'],
    ['"} 1\nforged{x="y', 'a="\\"} 1\\nforged{x=\\"y"'],
    // Nothing else is escaped, or Prometheus would show the backslash.
    ["tab\tcr\r{},=ü\u{1f511}", 'a="tab\tcr\r{},=ü\u{1f511}"'],
  ] as const) {
    test(JSON.stringify(value), () => assert.equal(labelText({ a: value }), shown));
  }

  test("stand in the order given, commas between them", () => {
    assert.equal(labelText({ b: "1", a: "2" }), 'b="1",a="2"');
    assert.equal(labelText({}), "");
  });
});

describe("a sample", () => {
  for (const [value, shown] of [
    [0, "0"],
    [3, "3"],
    [-0, "0"],
    [0.000123, "0.000123"],
    [1e-9, "1e-9"],
    [1e21, "1e+21"],
    [Number.MAX_SAFE_INTEGER, "9007199254740991"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "+Inf"],
    [Number.NEGATIVE_INFINITY, "-Inf"],
  ] as const) {
    test(`of ${value}`, () => assert.equal(sample("m", 'a="b"', value), `m{a="b"} ${shown}\n`));
  }
});

describe("a page", () => {
  const family = { name: "m", type: "gauge", help: "What it is." } as const;

  test("has each family's head once, before its samples", () => {
    const n = { ...family, name: "n", type: "counter" } as const;
    const chunks = pageChunks([
      { family, text: [sample("m", 'a="1"', 1), sample("m", 'a="2"', 2)] },
      { family: n, text: [sample("n", "", 3)] },
    ]);
    assert.equal(
      [...chunks].join(""),
      '# HELP m What it is.\n# TYPE m gauge\nm{a="1"} 1\nm{a="2"} 2\n# HELP n What it is.\n# TYPE n counter\nn{} 3\n',
    );
  });

  test("has no trace of a family without samples", () => {
    assert.deepEqual([...pageChunks([{ family, text: [] }])], []);
    assert.deepEqual([...pageChunks([{ family, text: ["", ""] }])], []);
  });

  test("comes in chunks of a bounded size, and the text of others last", () => {
    const samples = Array.from({ length: 10_000 }, (_, index) => sample("m", `a="${index}"`, index));
    const chunks = [...pageChunks([{ family, text: samples }], "others 1\n")];
    assert.ok(chunks.length > 3, `${chunks.length} chunks`);
    assert.ok(chunks.every((chunk) => chunk.length < 33 * 1_024));
    assert.equal(chunks.join(""), `# HELP m What it is.\n# TYPE m gauge\n${samples.join("")}others 1\n`);
  });
});
