/** What may stand in a cell; null is an empty one. */
export type Cell = string | number | null;

/**
 * Lines of comma-separated values (RFC 4180), the names of columns first. A text that a spreadsheet would take for a formula gets
 * an apostrophe before it (OWASP, "CSV Injection"): names of nodes and reasons come from elsewhere.
 */
export function writeCsv(names: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [names.join(",")];
  for (const row of rows) lines.push(row.map(write).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

function write(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const text = /^[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
