import { type Arguments, type Flag, flagsOf, readArguments, takeApart } from "../../config/arguments.ts";
import type { Face } from "../../config/face.ts";
import { flagsOfCommand, kubectlNames, kubectlOptions } from "../../config/kubectl-options.ts";
import { type Command, commands, type Option } from "../../config/options/option.ts";
import { type OptionName, options, wordOption } from "../../config/options.ts";
import type { Sources } from "../../config/settings.ts";
import { meanings } from "../help.ts";
import { valuesOf } from "./values-of.ts";

/** What a word may become. */
export interface Candidate {
  readonly word: string;
  readonly meaning?: string;
}

export interface Candidates {
  readonly list: readonly Candidate[];
  /** Whether names of files would do as well. */
  readonly orFiles: boolean;
}

/** As the plugins of kubectl say it, which took them from cobra (ShellCompDirective): the shell's own files, or none. */
const directives = { orFiles: 0, noFiles: 4 };

const none: Candidates = { list: [], orFiles: false };

/**
 * What the last of `words` may become, which stand behind the program's name: a candidate a line, its meaning behind a tab,
 * and at the end `:` and a directive. Whatever is wrong, there is just nothing to say.
 */
export async function complete(words: readonly string[], sources: Sources, face: Face): Promise<string> {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  const { list, orFiles } = await candidates(before, current, sources, face);
  const lines = list
    .filter(({ word }) => word.startsWith(current))
    .map(({ word, meaning }) => (meaning === undefined ? word : `${word}\t${meaning}`));
  return [...lines, `:${orFiles ? directives.orFiles : directives.noFiles}`, ""].join("\n");
}

async function candidates(
  before: readonly string[],
  current: string,
  sources: Sources,
  face: Face,
): Promise<Candidates> {
  const args = readArguments(before, face);
  const waiting = flagThatWaits(before.at(-1), face);
  if (waiting !== undefined) return ofFlag(waiting, args, sources, face);
  const [, flag] = /^--([^=]+)=/.exec(current) ?? [];
  if (flag !== undefined) {
    const { list, orFiles } = await ofFlag(takeApart(`--${flag}`, flagsOf(face)).name, args, sources, face);
    return { list: list.map(({ word, ...rest }) => ({ word: `--${flag}=${word}`, ...rest })), orFiles };
  }
  if (current.startsWith("-")) return { list: flagsThatFit(args, face), orFiles: false };
  if (!args.named) return { list: commands.map((word) => ({ word, meaning: meanings[word] })), orFiles: false };
  const word = args.command === undefined ? undefined : wordOption(args.command);
  return word === undefined || args.flags.has(word) ? none : ofFlag(word, args, sources, face);
}

/** The name of the flag whose value comes next. */
function flagThatWaits(last: string | undefined, face: Face): string | undefined {
  if (last === undefined || !/^-./.test(last)) return undefined;
  const known = flagsOf(face);
  const { name, inline } = takeApart(last, known);
  return inline === undefined && known.get(name)?.argument !== undefined ? name : undefined;
}

async function ofFlag(name: string, args: Arguments, sources: Sources, face: Face): Promise<Candidates> {
  const isKubectls = face.isKubectl && Object.hasOwn(kubectlOptions, name) && args.command !== "top";
  return valuesOf({ name, flag: flagsOf(face).get(name), isKubectls, flags: args.flags, sources });
}

/** The flags of the command that are not given yet, or may be given again. */
function flagsThatFit({ command, flags }: Arguments, face: Face): Candidate[] {
  if (command === undefined) return [];
  const { kubectl, own, byKubectl } = flagsOfCommand(command, face);
  const all: [string, Flag, string][] = [
    ...kubectl.map(([name, flag]): [string, Flag, string] => [name, flag, flag.meaning]),
    ...own.map((name): [string, Flag, string] => [name, options[name], meaningFor(options[name], command)]),
  ];
  return [
    ...all
      .filter(([name, { repeats }]) => repeats === true || !flags.has(name))
      .map(([name, , meaning]) => ({
        word: `--${(byKubectl ? kubectlNames[name as OptionName] : undefined) ?? name}`,
        meaning,
      })),
    { word: "--help", meaning: "what there is to say" },
    { word: "--version", meaning: "which PinGo this is" },
  ];
}

function meaningFor({ meaning, meanings = {} }: Option<unknown>, command: Command): string {
  return meanings[command] ?? meaning;
}
