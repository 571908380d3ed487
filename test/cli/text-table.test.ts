import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { styleText } from "node:util";
import { type Column, textTable } from "../../src/cli/text-table.ts";

interface Row {
  readonly name: string;
  readonly count: string;
}

const columns: Column<Row>[] = [
  { title: "NAME", cell: ({ name }) => name },
  { title: "COUNT", cell: ({ count }) => count, align: "right" },
];

describe("a table", () => {
  test("has columns as wide as their widest cell, two spaces between them", () => {
    const rows = [
      { name: "a", count: "1" },
      { name: "longer", count: "123456" },
    ];
    assert.equal(textTable(columns, rows), "NAME     COUNT\na            1\nlonger  123456\n");
  });

  test("is as wide as its titles where the cells are short or empty", () => {
    assert.equal(textTable(columns, [{ name: "", count: "" }]), "NAME  COUNT\n\n");
    assert.equal(textTable(columns, []), "NAME  COUNT\n");
  });

  test("has no spaces at the end of a line", () => {
    const left = columns.map(({ title, cell }) => ({ title, cell }));
    const rows = [
      { name: "a", count: "1" },
      { name: "b", count: "a wide one" },
    ];
    assert.equal(textTable(left, rows), "NAME  COUNT\na     1\nb     a wide one\n");
  });

  test("gives colour no width", () => {
    const red = (text: string) => styleText("red", text, { validateStream: false });
    const painted = [
      { name: red("a"), count: red("1") },
      { name: "bbbbb", count: "2" },
    ];
    const plain = textTable(columns, [
      { name: "a", count: "1" },
      { name: "bbbbb", count: "2" },
    ]);
    const table = textTable(columns, painted);
    assert.ok(table.includes(red("a")));
    assert.equal(table.replaceAll(red("a"), "a").replaceAll(red("1"), "1"), plain);
  });

  test("counts characters, not the halves that UTF-16 makes of some", () => {
    const rows = [
      { name: "\u{1f511}\u{1f511}\u{1f511}\u{1f511}\u{1f511}", count: "1" },
      { name: "abcde", count: "2" },
    ];
    const [, keys = "", letters = ""] = textTable(columns, rows).split("\n");
    assert.equal([...keys].length, [...letters].length);
  });
});
