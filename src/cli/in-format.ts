import type { OutputFormat } from "../config/options/output-options.ts";
import { oneLine } from "../log.ts";

/** A node as it is named, and where. */
export interface Named {
  readonly cluster: string;
  readonly name: string;
}

/** One result, ready to be told in each way; only the one that is wanted is made. */
export interface Told {
  readonly text: (isWide: boolean) => string;
  /** What programs read: plain data. */
  readonly data: () => unknown;
  /** Nodes, in the order of the text; one may come several times. */
  readonly named: () => readonly Named[];
  /** Whether several clusters were asked, in which nodes may go by the same name. */
  readonly areSeveral: boolean;
  /** Whether JSON has a line of its own for all of it, for a stream of lines to follow. */
  readonly isOneLine?: boolean;
}

/** A result in the format that is asked for; kubectl has the same, but for `table`, which it does not name. */
export async function inFormat(format: OutputFormat, told: Told): Promise<string> {
  const { text, data, isOneLine = false } = told;
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
      return namesText(told);
  }
}

/**
 * A line for each node, as `kubectl get nodes -o name` has it. kubectl never has several clusters: there the cluster stands
 * behind the name, as the last on the line, since a context may have blanks in its name and a node may not.
 */
function namesText({ named, areSeveral }: Told): string {
  const lines = named().map(
    ({ cluster, name }) => `node/${oneLine(name)}${areSeveral ? ` ${oneLine(cluster)}` : ""}\n`,
  );
  return [...new Set(lines)].join("");
}
