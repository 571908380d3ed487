/** What may stand in a cell; null is an empty one. */
export type Cell = string | number | null;

/**
 * Lines of comma-separated values (RFC 4180), the names of columns first. A text that a spreadsheet would take for a formula gets
 * an apostrophe before it (OWASP, "CSV Injection"): names of nodes and reasons come from elsewhere.
 */
export function writeCsv(names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return joinLines([names.join(","), ...rows.map(writeCells)]);
}

/** The same of lines that `writeCells` has written, with the names of columns or, of a later part, without. */
export function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join("");
}

export function writeCells(cells: readonly Cell[]): string {
  return cells.map(write).join(",");
}

function write(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const text = /^[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
