import { closest } from "../../config/suggest.ts";
import { quote } from "../../config/values.ts";
import { ProblemList } from "./problem-list.ts";
import { readEntry } from "./read-entry.ts";
import { readGroup } from "./read-group.ts";
import { readTrees, type Tree, type Yaml } from "./read-tree.ts";
import type { StaticEntry } from "./static-entry.ts";
import { asMap, complain, describe, type Place } from "./value.ts";

export type ParsedTargetFile =
  | {
      readonly entries: readonly StaticEntry[];
      /** Entries that say what an earlier one says. */
      readonly repeated: number;
    }
  /** Every problem there is, each a sentence with file, line, what was seen and what would do. */
  | { readonly problems: readonly string[] };

/** As far as one process can go; beyond it, the file is a mistake or belongs to several shards. */
export const maxEntries = 100_000;

const example = 'write a list of targets, e.g. "- host: db.example.com" with "port: 5432" below it';

/**
 * Reads a targets file: a list of ours, or Prometheus' `file_sd`. An entry with `targets` in it is a group of
 * `file_sd`, any other is one of ours; a list may have both. `file` is what its problems call it.
 */
export function parseTargetFile(text: string, file: string, yaml: Yaml): ParsedTargetFile {
  const steps = parseTargetFileInSteps(text, file, yaml);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same, in steps short enough to let other work in between them. */
export function* parseTargetFileInSteps(text: string, file: string, yaml: Yaml): Generator<void, ParsedTargetFile> {
  const reader = new FileReader(file);
  // Some editors put a byte order mark in front.
  for (const read of readTrees(text.replace(/^\uFEFF/, ""), yaml)) {
    if ("flaws" in read) for (const { line, flaw } of read.flaws) reader.problems.add(line, flaw);
    else reader.read(read.tree);
    if (reader.isFull) break;
    yield;
  }
  return reader.result();
}

/** Its place is not kept: that would keep the whole file in memory. */
interface FirstEntry {
  readonly entry: StaticEntry;
  readonly called: string;
}

class FileReader {
  readonly problems: ProblemList;
  /** By what makes two entries the same. */
  readonly #entries = new Map<string, FirstEntry>();
  #repeated = 0;
  /** Items of the list that were read before the tree at hand. */
  #itemsBefore = 0;
  isFull = false;

  constructor(file: string) {
    this.problems = new ProblemList(file);
  }

  result(): ParsedTargetFile {
    if (this.problems.count > 0) return { problems: this.problems.sentences() };
    return { entries: [...this.#entries.values()].map(({ entry }) => entry), repeated: this.#repeated };
  }

  read(tree: Tree): void {
    const top = asMap(tree.value);
    if (Array.isArray(tree.value)) this.#readList(tree.value, [], tree);
    else if (top !== undefined && Object.hasOwn(top, "targets")) this.#readTop(top, tree);
    else if (tree.value === null || tree.value === "") {
      this.problems.add(undefined, `holds nothing; ${example}, or [] for no target at all`);
    } else this.problems.add(tree.lineOf([]), `is ${describe(tree.value)}; ${example}`);
  }

  /** `targets:` with the list in it. */
  #readTop(top: Readonly<Record<string, unknown>>, tree: Tree): void {
    for (const key of Object.keys(top)) {
      if (key === "targets") continue;
      const would =
        key === "labels"
          ? 'a group of Prometheus\' file_sd stands in a list: write "- " before "targets"'
          : `beside "targets" there is nothing else${closest(key, ["targets"], "; did you mean ")}`;
      this.problems.add(tree.lineOf([key]), `${quote(key)} is not known here; ${would}`);
    }
    if (Array.isArray(top.targets)) this.#readList(top.targets, ["targets"], tree);
    else {
      const line = tree.lineOf(["targets"]);
      this.problems.add(line, `"targets" is ${describe(top.targets)}; ${example}, or [] for no target at all`);
    }
  }

  #readList(items: readonly unknown[], path: readonly string[], tree: Tree): void {
    for (const [index, item] of items.entries()) {
      this.#readItem(item, {
        tree,
        path: [...path, index],
        name: `entry ${this.#itemsBefore + index + 1}`,
        problems: this.problems,
      });
      if (this.isFull) return;
    }
    this.#itemsBefore += items.length;
  }

  #readItem(item: unknown, place: Place): void {
    const isGroup = Object.hasOwn(asMap(item) ?? {}, "targets");
    const read = isGroup ? readGroup(item as Readonly<Record<string, unknown>>, place) : readEntry(item, place);
    for (const found of read) {
      this.#add(found.entry, found.place, isGroup);
      if (this.isFull) return;
    }
    this.isFull = this.problems.count > maxEntries;
  }

  /**
   * One host, port and name twice is one target. Prometheus takes repetitions in without a word, so we do the same
   * with its format; in ours, two entries that contradict each other are a slip.
   */
  #add(entry: StaticEntry, place: Place, ofGroup: boolean): void {
    const identity = `${entry.host} ${entry.port} ${entry.name}`;
    const known = this.#entries.get(identity);
    if (known === undefined) this.#entries.set(identity, { entry, called: place.name });
    else this.#repeat(entry, known, place, ofGroup);
    // Aliases can repeat a long list any number of times.
    if (this.#entries.size > maxEntries || this.#repeated > maxEntries) this.#overflow(place);
  }

  #repeat(entry: StaticEntry, known: FirstEntry, place: Place, ofGroup: boolean): void {
    this.#repeated++;
    const what = differenceOf(entry, known.entry);
    if (what === undefined || ofGroup) return;
    const sentence = `says of ${quote(`${entry.host}:${entry.port}`)} another ${what} than ${known.called}`;
    complain(place, [], `${sentence}; leave one of them out, or give each a name of its own`);
  }

  #overflow(place: Place): void {
    complain(place, [], `is one too many: ${maxEntries} targets are the most; spread them over several instances`);
    this.isFull = true;
  }
}

function differenceOf(a: StaticEntry, b: StaticEntry): string | undefined {
  if (a.zone !== b.zone) return "zone";
  if (a.region !== b.region) return "region";
  if (a.instanceType !== b.instanceType) return "instance_type";
  if (a.os !== b.os) return "os";
  return a.resolve === b.resolve ? undefined : "resolve";
}
