import type * as YamlLibrary from "yaml";
import { YamlFlaw, YamlReader } from "./yaml-value.ts";

/** What is needed of the `yaml` package. The caller loads it, so that those without a targets file never do. */
export type Yaml = Pick<
  typeof YamlLibrary,
  "parseDocument" | "LineCounter" | "isAlias" | "isMap" | "isSeq" | "isScalar"
>;

export type Path = readonly (string | number)[];

/** Plain values, and where they stand in the file. */
export interface Tree {
  readonly value: unknown;
  /** The line of what `path` leads to, or of what holds it; undefined where that cannot be told. */
  lineOf(path: Path): number | undefined;
}

export interface TextFlaw {
  readonly line: number | undefined;
  readonly flaw: string;
}

export type ReadTree = { readonly tree: Tree } | { readonly flaws: readonly TextFlaw[] };

/**
 * YAML costs a microsecond and 100 bytes of memory for each byte (yaml 2.9). Read as one, a list of 100,000 targets
 * would hold up the main thread for 5 s and take 700 MB; read entry by entry it does neither.
 */
const pieceLength = 8 * 1_024;
/** The longest text that is read as one because it is no plain list. */
export const maxWholeLength = 4 * 1_024 * 1_024;
/** JSON is read by the engine itself, which knows no lines. They are looked up where that takes no more than this. */
const maxLookupLength = 256 * 1_024;
/** One slip makes the rest of the text nonsense too. */
const maxFlaws = 5;

/**
 * Reads YAML or JSON. A long list comes as several trees, each a list of some of its entries: the caller may let the
 * event loop turn between two of them. Ends with the first that has flaws.
 */
export function* readTrees(text: string, yaml: Yaml): Generator<ReadTree> {
  if (/^\s*[[{]/.test(text)) return yield readJson(text, yaml);
  for (const { from, to, line } of splitList(text)) {
    const read = to - from > maxWholeLength ? tooLong(to - from, line) : readYaml(text.slice(from, to), line, yaml);
    yield read;
    if ("flaws" in read) return;
  }
}

function tooLong(length: number, line: number): ReadTree {
  const size = `${(length / 2 ** 20).toFixed(1)} MiB`;
  const flaw =
    `from here on ${size} of YAML can only be read as one, and ${maxWholeLength / 2 ** 20} MiB is the most; ` +
    'write a list whose entries begin with "- " at the start of a line, without anchors, or write JSON';
  return { flaws: [{ line, flaw }] };
}

function readJson(text: string, yaml: Yaml): ReadTree {
  try {
    return { tree: jsonTree(text, JSON.parse(text), yaml) };
  } catch (error) {
    // YAML's flow style looks the same, and where it is not that either, YAML's reader knows the line.
    if (text.length <= maxLookupLength) return readYaml(text, 1, yaml);
    return { flaws: [{ line: undefined, flaw: `is not JSON: ${(error as Error).message}` }] };
  }
}

function jsonTree(text: string, value: unknown, yaml: Yaml): Tree {
  let located: ReadTree | undefined;
  return {
    value,
    lineOf(path) {
      if (text.length > maxLookupLength) return undefined;
      located ??= readYaml(text, 1, yaml);
      return "tree" in located ? located.tree.lineOf(path) : undefined;
    },
  };
}

/** `firstLine` is where the text begins in the file. */
function readYaml(text: string, firstLine: number, yaml: Yaml): ReadTree {
  const lines = new yaml.LineCounter();
  const lineAt = (offset: number) => firstLine + Math.max(1, lines.linePos(offset).line) - 1;
  try {
    // In the failsafe schema every scalar is text as it was written: a zone 1.10 or no stays what it is.
    const document = yaml.parseDocument(text, {
      schema: "failsafe",
      stringKeys: true,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "error",
      lineCounter: lines,
    });
    if (document.errors.length > 0) {
      const first = document.errors.slice(0, maxFlaws);
      return { flaws: first.map((error) => ({ line: lineAt(error.pos[0]), flaw: `is not YAML: ${error.message}` })) };
    }
    const value = new YamlReader(yaml).read(document.contents);
    return { tree: { value, lineOf: (path) => lineOfNode(document, path, lineAt) } };
  } catch (error) {
    // Nesting deeper than the stack comes as an exception too.
    const line = error instanceof YamlFlaw ? lineAt(error.offset) : undefined;
    return { flaws: [{ line, flaw: `is not YAML that can be read: ${(error as Error).message}` }] };
  }
}

/** Behind an alias there is no path; then the line of what holds it is the best there is. */
function lineOfNode(
  document: YamlLibrary.Document,
  path: Path,
  lineAt: (offset: number) => number,
): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (node as YamlLibrary.Node | null | undefined)?.range;
    if (range) return lineAt(range[0]);
  }
  return undefined;
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly line: number;
}

/**
 * Cuts a long block list at entries that begin at the start of a line; anything else stays in one piece. At the start
 * of a line "- " can be nothing but an entry of the outermost list, where all that stands there are entries and
 * comments: what belongs to an entry, also a text over several lines, has to be indented (YAML 1.2.2, 8.2.1).
 */
function splitList(text: string): Piece[] {
  const whole = [{ from: 0, to: text.length, line: 1 }];
  // An anchor is known only in its own piece. Names of hosts have neither sign in them.
  if (text.length <= pieceLength || /[&*]/.test(text)) return whole;
  const pieces: Piece[] = [];
  let from = 0;
  let fromLine = 1;
  let line = 1;
  for (let start = 0; start < text.length; line++) {
    const kind = lineKind(text, start);
    if (kind === "other") return whole;
    if (kind === "entry" && start - from >= pieceLength) {
      pieces.push({ from, to: start, line: fromLine });
      [from, fromLine] = [start, line];
    }
    const end = text.indexOf("\n", start);
    start = end === -1 ? text.length : end + 1;
  }
  pieces.push({ from, to: text.length, line: fromLine });
  return pieces;
}

function lineKind(text: string, start: number): "entry" | "inside" | "other" {
  const [first = "\n", second = "\n"] = [text[start], text[start + 1]];
  if (first === "-" && /\s/.test(second)) return "entry";
  // Three dashes begin the document; further down they would begin another.
  if (start === 0 && /^---\s/.test(text.slice(0, 4))) return "inside";
  return first === " " || first === "#" || first === "\n" || first === "\r" ? "inside" : "other";
}
