import { type Command, commands, type OptionName, optionNames, options, wordOption } from "./options.ts";
import { closest } from "./suggest.ts";

/** A command line taken apart; values are still text. */
export interface Arguments {
  /** `serve` where none is named; undefined where what is named is none. */
  readonly command: Command | undefined;
  /** Whether one is named at all. */
  readonly named: boolean;
  readonly help: boolean;
  readonly version: boolean;
  /** Texts by option name; "true" for a switch; of one that is repeated, one a line. */
  readonly flags: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

const commandNames: readonly string[] = commands;
const flagNames: readonly string[] = [...optionNames, "help", "version"];

/** As Prometheus and its exporters call it, for those who know it from there. */
const otherSpellings: Readonly<Record<string, OptionName>> = { "web.config.file": "web-config-file" };

/**
 * Takes a command line apart: `[command] --flag value --flag=value --switch`. Goes on after a mistake, so that all
 * are told of at once, and never repeats a word that could be a token gone astray.
 */
export function readArguments(argv: readonly string[]): Arguments {
  const flags = new Map<string, string>();
  const problems: string[] = [];
  const words: string[] = [];
  let help = false;
  let version = false;
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? "";
    if (argument === "--help" || argument === "-h") help = true;
    else if (argument === "--version") version = true;
    else if (!argument.startsWith("-")) words.push(argument);
    else index += readFlag(argument, argv[index + 1], flags, problems);
  }
  if (words[0] === "help") {
    help = true;
    words.shift();
  }
  takeWord(words, flags, problems);
  const command = readCommand(words, problems);
  return { command, named: words.length > 0, help, version, flags, problems };
}

/** Reads one flag; returns how many of the words behind it belong to it. */
function readFlag(argument: string, next: string | undefined, flags: Map<string, string>, problems: string[]): number {
  const [, name = "", inline] = /^--?([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
  const nextIsValue = next !== undefined && !next.startsWith("--");
  const spec = optionNames.find((known) => known === (otherSpellings[name] ?? name));
  if (spec === undefined || !argument.startsWith("--")) {
    problems.push(`${showFlag(argument, name)} is not an option${closest(name, flagNames, "; did you mean --")}`);
    // What follows is likely its value, and may be a secret; but a command's name is more likely the command.
    return inline === undefined && nextIsValue && !commandNames.includes(next) ? 1 : 0;
  }
  const before = "repeats" in options[spec] ? flags.get(spec) : undefined;
  if (flags.has(spec) && before === undefined) problems.push(`--${name} is given twice`);
  if (!("argument" in options[spec])) {
    if (inline !== undefined) problems.push(`--${name} takes no value`);
    flags.set(spec, "true");
    return 0;
  }
  if (inline === undefined && !nextIsValue) problems.push(`--${name} needs a value (${options[spec].argument})`);
  else flags.set(spec, `${before === undefined ? "" : `${before}\n`}${inline ?? next ?? ""}`);
  return inline === undefined && nextIsValue ? 1 : 0;
}

/** `pingo top URL` is `pingo top --url URL`. */
function takeWord(words: string[], flags: Map<string, string>, problems: string[]): void {
  const command = commands.find((name) => name === words[0]);
  const option = command === undefined ? undefined : wordOption(command);
  const [, word] = words;
  if (option === undefined || word === undefined) return;
  words.splice(1, 1);
  if (flags.has(option)) problems.push(`--${option} and a word behind ${command} say the same; leave one of them out`);
  flags.set(option, word);
}

function readCommand(words: readonly string[], problems: string[]): Command | undefined {
  const [first = "serve", ...rest] = words;
  if (rest.length > 0) problems.push(`one command at a time: ${rest.length} more word(s) behind ${show(first)}`);
  const command = commands.find((name) => name === first);
  if (command !== undefined) return command;
  problems.push(
    `${show(first)} is not a command (${commandNames.join(", ")})${closest(first, commands, "; did you mean ")}`,
  );
  return undefined;
}

/** A flag as a person would mistype one is shown; anything else may be a token that begins with dashes. */
function showFlag(argument: string, name: string): string {
  if (!argument.startsWith("--")) return `-${name.slice(0, 1)}`;
  return /^([a-z][a-z-]{0,19}\d?)?$/i.test(name) ? `--${name}` : "something that begins with --";
}

/** A word as a person would mistype a command is shown; anything else may be a secret. */
function show(word: string): string {
  return /^[a-z-]{1,16}$/i.test(word) ? `"${word}"` : "that";
}
