import type { OutputFormat } from "../config/options/output-options.ts";

/** One result, ready to be told in each way; only the one that is wanted is made. */
export interface Told {
  readonly text: (isWide: boolean) => string;
  /** What programs read: plain data. */
  readonly data: () => unknown;
  /** Names of nodes, in the order of the text; one may come several times. */
  readonly names: () => readonly string[];
  /** Whether JSON has a line of its own for all of it, for a stream of lines to follow. */
  readonly isOneLine?: boolean;
}

/** A result in the format that is asked for; kubectl has the same, but for `table`, which it does not name. */
export async function inFormat(format: OutputFormat, { text, data, names, isOneLine = false }: Told): Promise<string> {
  switch (format) {
    case "table":
    case "wide":
      return text(format === "wide");
    case "json":
      return `${JSON.stringify(data(), null, isOneLine ? 0 : 2)}\n`;
    case "yaml":
      // Here and not above: the library is for those who want it.
      return (await import("yaml")).stringify(data(), { aliasDuplicateObjects: false, lineWidth: 0 });
    case "name":
      return [...new Set(names())].map((name) => `node/${name}\n`).join("");
  }
}
