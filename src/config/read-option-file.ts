import { createRequire } from "node:module";
import type * as Yaml from "yaml";
import type { Option } from "./options/option.ts";
import { type OptionName, optionNames, options } from "./options.ts";
import { closest } from "./suggest.ts";
import { quoteUnlessToken } from "./values.ts";

/** Options as texts, as the command line has them: of one that is repeated, one a line. */
export type OptionTexts = ReadonlyMap<OptionName, string>;

/**
 * Reads a file of options (YAML, or JSON, which is a part of it): `probe: 5s`, each key a flag without its dashes, a list
 * where an option takes several. What is wrong goes to `problems`, all of it, without values: one may be a secret that
 * went astray. An empty file says nothing.
 */
export function readOptionFile(text: string, problems: string[]): OptionTexts {
  // Who has no such file does without the library: 3 MB.
  const yaml: typeof Yaml = createRequire(import.meta.url)("yaml");
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false });
  for (const { pos, code } of document.errors) {
    problems.push(`line ${lines.linePos(pos[0]).line} is no YAML (${sentenceOf(code)})`);
  }
  const texts = new Map<OptionName, string>();
  const { contents } = document;
  const isEmpty = contents === null || (yaml.isScalar(contents) && contents.value === null);
  if (document.errors.length > 0 || isEmpty) return texts;
  if (!yaml.isMap(contents)) {
    problems.push("it should be lines of options, such as probe: 5s");
    return texts;
  }
  for (const { key, value } of contents.items as Yaml.Pair<Yaml.Node, Yaml.Node | null>[]) {
    const name = nameOf(key, yaml, problems);
    if (name === undefined) continue;
    const found = textOf(name, value, yaml);
    if ("text" in found && hasPassword(name, found.text)) {
      problems.push(`${name} may have no user and no password there; ${elsewhere(options[name])}`);
    } else if ("text" in found) texts.set(name, found.text);
    else problems.push(`${name} ${found.problem}`);
  }
  return texts;
}

function sentenceOf(code: string): string {
  return code.toLowerCase().replaceAll("_", " ");
}

/** Undefined after telling why it is none, or none that may stand there. */
function nameOf(key: Yaml.Node, yaml: typeof Yaml, problems: string[]): OptionName | undefined {
  const given = yaml.isScalar(key) ? String(key.value) : "a key that is no word";
  const name = optionNames.find((known) => known === given);
  if (name === undefined) {
    problems.push(`${quoteUnlessToken(given)} is not an option${closest(given, namesForFiles(), "; did you mean ")}`);
    return undefined;
  }
  if (mayStandInFile(name)) return name;
  problems.push(`${name} may not stand there; ${elsewhere(options[name])}`);
  return undefined;
}

/**
 * Credentials and who they are shown to belong to how a program is started, not into a file that is copied and committed;
 * and what has no variable is for one call alone.
 */
export function mayStandInFile(name: OptionName): boolean {
  const { env, commands }: Option<unknown> = options[name];
  const credentials = ["api", "token", "token-file", "ca", "ca-file"];
  return env !== undefined && !credentials.includes(name) && name !== "config" && commands.some((one) => one !== "top");
}

/** A URL may stand there; what gives access to it is a credential like those above. */
function hasPassword(name: OptionName, text: string): boolean {
  if (name !== "history") return false;
  const place = options.history.parse(text);
  return (
    "value" in place &&
    place.value.kind === "prometheus" &&
    `${place.value.url.username}${place.value.url.password}` !== ""
  );
}

const namesForFiles = () => optionNames.filter(mayStandInFile);

function elsewhere({ env }: Option<unknown>): string {
  return env === undefined ? "give it as a flag" : `set ${env} or give it as a flag`;
}

function textOf(
  name: OptionName,
  node: Yaml.Node | null,
  yaml: typeof Yaml,
): { readonly text: string } | { readonly problem: string } {
  if (yaml.isScalar(node)) {
    const text = scalarText(node);
    return text === "" ? { problem: "has no value; leave the line out for the default" } : { text };
  }
  const { repeats, isList = repeats }: Option<unknown> = options[name];
  if (!yaml.isSeq(node)) return { problem: `should be one value${isList ? " or a list of values" : ""}` };
  if (!isList) return { problem: "should be one value, and is a list" };
  const items = node.items.map((item) => (yaml.isScalar(item) ? scalarText(item) : ""));
  if (items.length === 0 || items.includes("")) return { problem: "should be a list of values, each a word" };
  return { text: items.join(repeats ? "\n" : ",") };
}

/** As it is written: 1_000, 0x10 and 1e3 are no numbers here that they would not be as flags. */
function scalarText({ value, source }: Yaml.Scalar): string {
  if (value === null) return "";
  return typeof value === "string" ? value : (source ?? String(value));
}
