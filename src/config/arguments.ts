import { type Face, pingoFace } from "./face.ts";
import { type KubectlOption, kubectlOptions, kubectlRefuses } from "./kubectl-options.ts";
import { type Command, commands, type Option } from "./options/option.ts";
import { type OptionName, options, wordOption } from "./options.ts";
import { closest } from "./suggest.ts";

/** A command line taken apart; values are still text. */
export interface Arguments {
  /** The face's own where none is named; undefined where what is named is none. */
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

/** As Prometheus and its exporters or kubectl call it, for those who know it from there. */
const otherSpellings: Readonly<Record<string, OptionName>> = {
  "web.config.file": "web-config-file",
  selector: "node-selector",
};

export type Flag = Option<unknown> | KubectlOption;

/** The flags that there are by their names. Where kubectl and PinGo have the same, what it means is for the reader of values to say. */
export function flagsOf({ isKubectl }: Face): ReadonlyMap<string, Flag> {
  return new Map<string, Flag>(Object.entries(isKubectl ? { ...options, ...kubectlOptions } : options));
}

/**
 * Takes a command line apart: `[command] --flag value --flag=value --switch -f value -fvalue`. Goes on after a mistake, so
 * that all are told of at once, and never repeats a word that could be a token gone astray.
 */
export function readArguments(argv: readonly string[], face: Face = pingoFace): Arguments {
  const reading: Reading = { known: flagsOf(face), face, flags: new Map(), problems: [] };
  const { flags, problems } = reading;
  const words: string[] = [];
  let help = false;
  let version = false;
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? "";
    if (argument === "--help" || argument === "-h") help = true;
    else if (argument === "--version") version = true;
    else if (!argument.startsWith("-")) words.push(argument);
    else index += readFlag(argument, argv[index + 1], reading);
  }
  if (words[0] === "help") {
    help = true;
    words.shift();
  }
  takeWord(words, flags, problems);
  const command = readCommand(words, face, problems);
  return { command, named: words.length > 0, help, version, flags, problems };
}

/** What is gathered on the way along a command line. */
interface Reading {
  readonly known: ReadonlyMap<string, Flag>;
  readonly face: Face;
  readonly flags: Map<string, string>;
  readonly problems: string[];
}

/** Reads one flag; returns how many of the words behind it belong to it. */
function readFlag(argument: string, next: string | undefined, reading: Reading): number {
  const { known, flags, problems } = reading;
  const nextIsValue = next !== undefined && !next.startsWith("--");
  const { written, name, inline } = takeApart(argument, known);
  const flag = known.get(name);
  if (flag === undefined) {
    problems.push(strangeFlag(argument, written, reading));
    // What follows is likely its value, and may be a secret; but a command's name is more likely the command.
    return inline === undefined && nextIsValue && !commandNames.includes(next) ? 1 : 0;
  }
  const before = flag.repeats === true ? flags.get(name) : undefined;
  if (flags.has(name) && before === undefined) problems.push(`--${written} is given twice`);
  if (flag.argument === undefined) {
    if (inline !== undefined && inline !== "true") problems.push(`--${written} takes no value`);
    flags.set(name, "true");
    return 0;
  }
  if (inline === undefined && !nextIsValue) problems.push(`--${written} needs a value (${flag.argument})`);
  else flags.set(name, `${before === undefined ? "" : `${before}\n`}${inline ?? next ?? ""}`);
  return inline === undefined && nextIsValue ? 1 : 0;
}

/** A flag as it is written, the name it goes by, and the value in the same word. */
export function takeApart(argument: string, known: ReadonlyMap<string, Flag>) {
  const [, dashes = "", written = "", inline] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
  if (dashes === "--") return { written, name: otherSpellings[written] ?? written, inline };
  const letter = argument.slice(1, 2);
  const [name = ""] = [...known].find(([, { short }]) => short !== undefined && short === letter) ?? [];
  // `-output` is somebody's `--output`, and no `-o utput`.
  if (name === "" || (written.length > 1 && known.has(written))) return { written, name: "", inline };
  const rest = argument.slice(2).replace(/^=/, "");
  return { written: name, name, inline: argument.length > 2 ? rest : undefined };
}

function strangeFlag(argument: string, name: string, { known, face }: Reading): string {
  const refused = face.isKubectl && Object.hasOwn(kubectlRefuses, name) ? kubectlRefuses[name] : undefined;
  if (refused !== undefined)
    return `${name.length > 1 ? "--" : "-"}${name} is no option of "${face.program}": ${refused}`;
  const names = [...known.keys(), "help", "version"];
  return `${showFlag(argument, name)} is not an option${closest(name, names, "; did you mean --")}`;
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

function readCommand(words: readonly string[], face: Face, problems: string[]): Command | undefined {
  const [first = face.command, ...rest] = words;
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
