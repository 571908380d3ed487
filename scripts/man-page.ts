import { exitMeanings, meanings, title } from "../src/cli/help.ts";
import { type KubectlOption, kubectlOptions } from "../src/config/kubectl-options.ts";
import { type Command, commands, type Option } from "../src/config/options/option.ts";
import { type OptionName, optionNames, options } from "../src/config/options.ts";

/** pingo(1) in the macros of man(7), from the table of options. */
export function manPage(version: string): string {
  return [
    `.\\" Written by "npm run docs" from src/config/options.ts: change it there.`,
    `.TH PINGO 1 "" "pingo ${escapeText(version)}" "User Commands"`,
    ".SH NAME",
    "pingo \\- measures whether the nodes of a Kubernetes cluster can be reached from here",
    ".SH SYNOPSIS",
    "\\fBpingo\\fR [\\fIcommand\\fR] [\\fIoptions\\fR]",
    ".br",
    "\\fBkubectl pingo\\fR [\\fIcommand\\fR] [\\fIoptions\\fR]",
    ".SH DESCRIPTION",
    escapeText(title),
    "It opens a TCP connection to each node's kubelet port and says whether a reply came, how long it took and what was lost.",
    ".PP",
    "Each option is a flag and, for most, an environment variable; a flag beats its variable.",
    "Times are seconds or have a unit: 15, 500ms, 2s, 1m.",
    ".SH COMMANDS",
    ...commands.flatMap((command) => [".TP", bold(command), escapeText(`${meanings[command]}.`)]),
    ".SH OPTIONS",
    ...optionNames.flatMap(optionEntry),
    ...entry(["--help", "-h"], undefined, ["tells which options there are; of one command, behind its name."]),
    ...entry(["--version"], undefined, ["tells which PinGo this is, and of which commit."]),
    ".SH KUBECTL",
    "As a plugin,",
    bold("kubectl pingo"),
    "is",
    `${bold("pingo check")}\\&; the other commands are there too.`,
    "Which API is asked and as whom, the kubeconfig says and kubectl's own flags, in the place of",
    `${["api", "token-file", "ca", "ca-file"].map((name) => bold(`--${name}`)).join(", ")}\\&:`,
    ...Object.entries(kubectlOptions).flatMap(kubectlEntry),
    ".SH EXIT STATUS",
    ...exitMeanings.flatMap(({ code, meaning }) => [".TP", bold(String(code)), escapeText(`${meaning}.`)]),
    ".SH EXAMPLES",
    ...examples.flatMap(({ line, meaning }) => [".TP", bold(line), escapeText(meaning)]),
    ".SH SEE ALSO",
    "\\fBkubectl\\fR(1), \\fBtcp\\fR(7)",
    "",
  ].join("\n");
}

const examples = [
  { line: "pingo check --context prod", meaning: "A few handshakes to every node of a cluster of the kubeconfig." },
  {
    line: "kubectl pingo -l topology.kubernetes.io/zone=a -o wide",
    meaning: "The nodes of one zone, with all columns.",
  },
  { line: "pingo --history /var/lib/pingo/history", meaning: "Day and night; page and metrics on port 8080." },
  { line: "pingo top http://localhost:8080", meaning: "The same, live, in a terminal." },
  { line: "pingo demo", meaning: "A small cluster on loopback in which things go wrong." },
];

function optionEntry(name: OptionName): string[] {
  const option: Option<unknown> = options[name];
  const { short, argument, env, envs = {}, fallback = "", fallbacks = {}, meaning, meanings = {} } = option;
  const others = (table: Partial<Record<Command, string>>) =>
    Object.entries(table).map(([command, text]) => `${command}: ${text}`);
  const variables = [...(env === undefined ? [] : [env]), ...others(envs)];
  const defaults = argument === undefined ? [] : [...(fallback === "" ? [] : [fallback]), ...others(fallbacks)];
  return entry([`--${name}`, ...(short === undefined ? [] : [`-${short}`])], argument, [
    `${meaning}.`,
    ...others(meanings).map((text) => `${text}.`),
    ...(defaults.length === 0 ? [] : [`Default: ${defaults.join("; ")}.`]),
    ...(variables.length === 0 ? [] : [`Variable: ${variables.join("; ")}.`]),
    `Of: ${option.commands.join(", ")}.`,
  ]);
}

function kubectlEntry([name, { short, argument, meaning }]: [string, KubectlOption]): string[] {
  return entry([`--${name}`, ...(short === undefined ? [] : [`-${short}`])], argument, [`${meaning}.`]);
}

function entry(flags: readonly string[], argument: string | undefined, text: readonly string[]): string[] {
  const value = argument === undefined ? "" : ` \\fI${escapeText(argument)}\\fR`;
  return [".TP", `${flags.map(bold).join(", ")}${value}`, ...text.map(escapeText)];
}

function bold(text: string): string {
  return `\\fB${escapeText(text)}\\fR`;
}

/** A hyphen is not a minus, and what begins with a dot or a quote would be a request (groff_char(7), groff(7)). */
function escapeText(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/, "\\&$1");
}
