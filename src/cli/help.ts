import { type Face, pingoFace } from "../config/face.ts";
import { flagsOfCommand, type KubectlOption, kubectlNames } from "../config/kubectl-options.ts";
import { type Command, commands, type Option } from "../config/options/option.ts";
import { type OptionName, options, variableOf, wordOption } from "../config/options.ts";
import { exitCodes } from "./exit-codes.ts";
import { textTable } from "./text-table.ts";

export const meanings: Readonly<Record<Command, string>> = {
  serve: "watch the nodes, probe them, publish metrics (the default)",
  check: "a few handshakes to every node now; a table or JSON; then exit",
  targets: "what would be probed, and why a node would not be; no probing",
  top: "the live view of a running PinGo in the terminal; one frame as text where there is none",
  demo: "serve against the sandbox: a small cluster on loopback in which things go wrong",
  sandbox: "the sandbox alone, a Kubernetes API and kubelets on loopback; writes a kubeconfig",
  completion: "a script that lets a shell complete commands, options and their values",
};

/** Of those that mean something of PinGo's own. */
export const exitMeanings = [
  { code: exitCodes.fine, meaning: "fine" },
  { code: exitCodes.unreachable, meaning: "check found a node unreachable" },
  { code: exitCodes.usage, meaning: "usage or configuration" },
  { code: exitCodes.api, meaning: "the API cannot be reached or refuses" },
] as const;

const outro = `A flag beats its variable. Times are seconds or have a unit: 15, 500ms, 2s, 1m.
Exit codes: ${exitMeanings.map(({ code, meaning }) => `${code} ${meaning}`).join("; ")}.
`;

export const title =
  "PinGo: is it the network? Measures from here whether the nodes of a Kubernetes cluster can be reached.";

/** The text of `pingo --help`, or of one command's. */
export function helpText(command: Command | undefined, face: Face = pingoFace): string {
  const { program } = face;
  if (command !== undefined) {
    const usage = `Usage: ${program} ${command} ${wordOf(command)}[options]`;
    return `${program} ${command}: ${meanings[command]}\n\n${usage}\n\n${optionLines(command, face)}\n${outro}`;
  }
  const width = Math.max(...commands.map((name) => name.length));
  const list = commands.map((name) => `  ${name.padEnd(width)}  ${meaningOf(name, face)}\n`).join("");
  return `${title}\n\nUsage: ${program} [command] [options]\n\nCommands:\n${list}
Options of ${face.command}:\n\n${optionLines(face.command, face)}
"${program} help COMMAND" shows the others. ${outro}`;
}

/** With kubectl another command is what is run without a name. */
function meaningOf(name: Command, { command, isKubectl }: Face): string {
  if (!isKubectl) return meanings[name];
  return `${meanings[name].replace(" (the default)", "")}${name === command ? " (the default)" : ""}`;
}

/** What may stand behind the command, as `[URL] `. */
function wordOf(command: Command): string {
  const name = wordOption(command);
  return name === undefined ? "" : `[${options[name].argument}] `;
}

interface OptionLine {
  readonly flag: string;
  readonly env: string;
  readonly fallback: string;
  readonly meaning: string;
}

function optionLines(command: Command, face: Face): string {
  const { kubectl, own, byKubectl } = flagsOfCommand(command, face);
  const lines = [...kubectl.map(kubectlLine), ...own.map((name) => line(name, command, byKubectl))];
  lines.push({ flag: "  --help, --version", env: "", fallback: "", meaning: "this text; which PinGo this is" });
  return textTable(
    [
      { title: "  FLAG", cell: ({ flag }) => flag },
      { title: "VARIABLE", cell: ({ env }) => env },
      { title: "DEFAULT", cell: ({ fallback }) => fallback },
      { title: "MEANING", cell: ({ meaning }) => meaning },
    ],
    lines,
  );
}

function line(name: OptionName, command: Command, byKubectl: boolean): OptionLine {
  const option: Option<unknown> = options[name];
  const { argument, fallback = "", fallbacks, meanings } = option;
  return {
    flag: flagOf((byKubectl ? kubectlNames[name] : undefined) ?? name, option),
    // kubectl has no variable for its context, and PinGo's does not count there.
    env: byKubectl && name === "context" ? "" : (variableOf(option, command) ?? ""),
    fallback: argument === undefined ? "" : (fallbacks?.[command] ?? fallback),
    meaning: alsoShort(meanings?.[command] ?? option.meaning, option.short),
  };
}

function kubectlLine([name, option]: [string, KubectlOption]): OptionLine {
  return { flag: flagOf(name, option), env: "", fallback: "", meaning: alsoShort(option.meaning, option.short) };
}

function flagOf(name: string, { argument }: Pick<KubectlOption, "argument">): string {
  return argument === undefined ? `  --${name}` : `  --${name} ${argument}`;
}

function alsoShort(meaning: string, short: string | undefined): string {
  return short === undefined ? meaning : `${meaning} (also -${short})`;
}
