import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Family } from "../../../src/metrics/catalogue.ts";
import { ByteBuffer } from "../../../src/metrics/exposition/byte-buffer.ts";
import { type FamilySeries, tableOf, valueSeries } from "../../../src/metrics/exposition/family-series.ts";
import { writeLabels } from "../../../src/metrics/exposition/labels.ts";
import { chunkBytes, pageChunks } from "../../../src/metrics/exposition/page-writer.ts";
import { openMetrics, prometheusText } from "../../../src/metrics/exposition/text-dialects.ts";
import { TextWriter } from "../../../src/metrics/exposition/text-writer.ts";
import { BucketBounds } from "../../../src/metrics/histogram/bucket-bounds.ts";
import { RttHistograms } from "../../../src/metrics/histogram/rtt-histograms.ts";
import { writtenBy } from "../../support/written-page.ts";

const family: Family = { name: "m", type: "gauge", help: "What it is.", labels: [], of: "process", level: "minimal" };
const oneValue = (value: number) => valueSeries(family, [[{ a: "b" }, value]]);
const since = 1_700_000_000.25;

function text(families: readonly FamilySeries[], dialect = prometheusText): string {
  return writtenBy(new TextWriter(dialect), families).toString();
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const buffer = new ByteBuffer(0);
  writeLabels(labels, buffer);
  return Buffer.from(buffer.take()).toString();
}

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

  test("are UTF-8 on the page", () => {
    assert.match(text([valueSeries(family, [[{ a: "ü\u{1f511}" }, 1]])]), /^m\{a="ü\u{1f511}"\} 1$/mu);
  });
});

describe("a sample", () => {
  for (const [value, shown] of [
    [0, "0"],
    [3, "3"],
    [9, "9"],
    [10, "10"],
    [99_999, "99999"],
    [100_000, "100000"],
    [2 ** 31 - 1, "2147483647"],
    [2 ** 31, "2147483648"],
    [-0, "0"],
    [-7, "-7"],
    [0.000123, "0.000123"],
    [1e-9, "1e-9"],
    [1e21, "1e+21"],
    [Number.MAX_SAFE_INTEGER, "9007199254740991"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "+Inf"],
    [Number.NEGATIVE_INFINITY, "-Inf"],
  ] as const) {
    test(`of ${value}`, () => assert.equal(text([oneValue(value)]).split("\n")[2], `m{a="b"} ${shown}`));
  }

  test("without labels has no braces", () => {
    assert.equal(text([valueSeries(family, [[{}, 1]])]).split("\n")[2], "m 1");
  });
});

describe("a page", () => {
  test("has each family's head once, before its samples", () => {
    const n = { ...family, name: "n_total", type: "counter" } as const;
    const families = [
      valueSeries(family, [
        [{ a: "1" }, 1],
        [{ a: "2" }, 2],
      ]),
      valueSeries(n, [[{}, 3]]),
    ];
    assert.equal(
      text(families),
      '# HELP m What it is.\n# TYPE m gauge\nm{a="1"} 1\nm{a="2"} 2\n# HELP n_total What it is.\n# TYPE n_total counter\nn_total 3\n',
    );
  });

  test("has no trace of a family without samples, nor of a row that is free", () => {
    assert.equal(text([valueSeries(family, [])]), "");
    assert.equal(text([{ family, table: tableOf([{ a: "1" }]), write() {} }]), "");
    const free = { rows: 3, labels: (row: number) => (row === 1 ? { a: "1" } : undefined) };
    assert.match(text([{ family, table: free, write: (row, to) => to.value(row) }]), /gauge\nm\{a="1"\} 1\n$/);
  });

  test("comes in chunks of a bounded size", () => {
    const samples = Array.from({ length: 30_000 }, (_, index) => [{ a: `label ${index}` }, index] as const);
    const chunks = Array.from(pageChunks([valueSeries(family, samples)], new TextWriter(prometheusText)), (chunk) =>
      Buffer.from(chunk),
    );
    assert.ok(chunks.length > 8, `${chunks.length} chunks`);
    assert.ok(chunks.every((chunk) => chunk.length < 1.1 * chunkBytes));
    const lines = samples.map(([{ a }, value]) => `m{a="${a}"} ${value}\n`).join("");
    assert.equal(Buffer.concat(chunks).toString(), `# HELP m What it is.\n# TYPE m gauge\n${lines}`);
  });

  test("has lines that are longer than a chunk", () => {
    const long = "x".repeat(5 * chunkBytes);
    assert.match(text([valueSeries(family, [[{ a: long }, 1]])]), new RegExp(`^m\\{a="x{${long.length}}"\\} 1$`, "m"));
  });

  test("writes what families of one table share once, and keeps tables apart", () => {
    let asked = 0;
    const table = {
      rows: 2,
      labels: (row: number) => {
        asked++;
        return { a: String(row) };
      },
    };
    const of = (name: string): FamilySeries => ({
      family: { ...family, name },
      table,
      write: (row, to) => to.value(row),
    });
    const page = text([of("x"), of("y"), { ...of("z"), table: tableOf([{ b: "9" }]) }]);
    assert.deepEqual(
      page.split("\n").filter((line) => /^[xyz]/.test(line)),
      ['x{a="0"} 0', 'x{a="1"} 1', 'y{a="0"} 0', 'y{a="1"} 1', 'z{b="9"} 0'],
    );
    assert.equal(asked, 2);
  });
});

/** One histogram with these times, in microseconds. */
function histogram(us: readonly number[], boundsUs: readonly number[]): FamilySeries {
  const histograms = new RttHistograms(new BucketBounds(boundsUs));
  histograms.clear(0);
  for (const time of us) histograms.observe(0, time);
  const cursor = histograms.cursor();
  return {
    family: { ...family, name: "h_seconds", type: "histogram" },
    table: tableOf([{ a: "b" }]),
    write: (row, to) => to.histogram(cursor.moveTo(row), since),
  };
}

describe("a histogram", () => {
  test("has cumulative buckets, bounds included, and a sum in seconds", () => {
    assert.deepEqual(
      text([histogram([100, 101, 1_000_000, 3_000_000], [100, 1_000, 1_000_000])])
        .split("\n")
        .slice(2),
      [
        'h_seconds_bucket{a="b",le="0.0001"} 1',
        'h_seconds_bucket{a="b",le="0.001"} 2',
        'h_seconds_bucket{a="b",le="1"} 3',
        'h_seconds_bucket{a="b",le="+Inf"} 4',
        'h_seconds_sum{a="b"} 4.000201',
        'h_seconds_count{a="b"} 4',
        "",
      ],
    );
  });

  test("without bounds has the one bucket that it needs", () => {
    assert.deepEqual(
      text([histogram([5], [])])
        .split("\n")
        .slice(2, 4),
      ['h_seconds_bucket{a="b",le="+Inf"} 1', 'h_seconds_sum{a="b"} 0.000005'],
    );
  });

  test("without labels of its row has the bound's alone", () => {
    const series = { ...histogram([5], [10]), table: tableOf([{}]) };
    assert.deepEqual(text([series]).split("\n").slice(2, 4), [
      'h_seconds_bucket{le="1e-05"} 1',
      'h_seconds_bucket{le="+Inf"} 1',
    ]);
  });
});

describe("OpenMetrics", () => {
  const dialect = openMetrics(() => true);
  const counter = { ...family, name: "n_total", type: "counter" } as const;
  const counted = (of: Family): FamilySeries => ({
    family: of,
    table: tableOf([{ a: "b" }]),
    write: (_row, to) => to.value(3, since),
  });

  test("ends in the line that says so", () => {
    assert.equal(text([], dialect), "# EOF\n");
  });

  test("calls a counter's family without the suffix, and says since when it counts", () => {
    assert.equal(
      text([counted(counter)], dialect),
      '# TYPE n counter\n# HELP n What it is.\nn_total{a="b"} 3\nn_created{a="b"} 1700000000.25\n# EOF\n',
    );
    assert.doesNotMatch(
      text(
        [counted(counter)],
        openMetrics(() => false),
      ),
      /created/,
    );
  });

  test("has no counter without the suffix, and no type that is left open", () => {
    assert.match(text([counted({ ...counter, name: "n" })], dialect), /^# TYPE n unknown\n.*\nn\{a="b"\} 3\n# EOF/);
    assert.match(text([counted({ ...family, type: "untyped" })], dialect), /^# TYPE m unknown\n/);
  });

  test("names units, infos and bounds as it wants them", () => {
    assert.match(text([counted({ ...family, name: "x_info", type: "info" })], dialect), /^# TYPE x info\n.*\nx_info\{/);
    assert.match(
      text([counted({ ...family, name: "x_info", type: "info" })]),
      /^# HELP x_info.*\n# TYPE x_info gauge\n/,
    );
    const page = text([histogram([5], [500, 1_000_000])], dialect);
    assert.match(page, /^# TYPE h_seconds histogram\n# UNIT h_seconds seconds\n# HELP h_seconds What it is.\n/);
    assert.match(page, /le="0.0005"\} 1\n.*le="1.0"\} 1\n.*le="\+Inf"\} 1\n/);
    assert.match(page, /\nh_seconds_created\{a="b"\} 1700000000.25\n/);
    assert.match(text([counted({ ...counter, name: "c_seconds_total" })], dialect), /\n# UNIT c_seconds seconds\n/);
  });

  test("escapes quotes in the help, where the older format does not", () => {
    const odd = valueSeries({ ...family, help: 'a "b" \\ c\nd' }, [[{}, 1]]);
    assert.ok(text([odd], dialect).includes('# HELP m a \\"b\\" \\\\ c\\nd\n'));
    assert.ok(text([odd]).includes('# HELP m a "b" \\\\ c\\nd\n'));
  });
});
