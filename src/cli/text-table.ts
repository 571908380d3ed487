import { stripVTControlCharacters } from "node:util";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly align?: "left" | "right";
}

/** Columns as wide as their widest cell, two spaces between them, as kubectl prints them. Colour takes no width. */
export function textTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ cell }) => cell(row)))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => width(line[index] ?? ""))));
  return lines.map((line) => `${joinCells(line, columns, widths).trimEnd()}\n`).join("");
}

function joinCells<Row>(cells: readonly string[], columns: readonly Column<Row>[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => {
      const padding = " ".repeat((widths[index] ?? 0) - width(cell));
      return columns[index]?.align === "right" ? padding + cell : cell + padding;
    })
    .join("  ");
}

function width(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
