import {
  type Command,
  commands,
  type Option,
  type OptionName,
  optionNames,
  options,
  variableOf,
  wordOption,
} from "../config/options.ts";
import { textTable } from "./text-table.ts";

const meanings: Record<Command, string> = {
  serve: "watch the nodes, probe them, publish metrics (the default)",
  check: "a few handshakes to every node now; a table or JSON; then exit",
  targets: "what would be probed, and why a node would not be; no probing",
  top: "the live view of a running PinGo in the terminal; one frame as text where there is none",
  demo: "serve against the sandbox: a small cluster on loopback in which things go wrong",
  sandbox: "the sandbox alone, a Kubernetes API and kubelets on loopback; writes a kubeconfig",
};

const outro = `A flag beats its variable. Times are seconds or have a unit: 15, 500ms, 2s, 1m.
Exit codes: 0 fine; 1 check found a node unreachable; 2 usage or configuration; 3 the API cannot be reached or refuses.
`;

/** The text of `pingo --help`, or of one command's. */
export function helpText(command: Command | undefined): string {
  const title =
    "PinGo: is it the network? Measures from here whether the nodes of a Kubernetes cluster can be reached.\n";
  if (command !== undefined) {
    return `pingo ${command}: ${meanings[command]}\n\nUsage: pingo ${command} ${wordOf(command)}[options]\n\n${optionLines(command)}\n${outro}`;
  }
  const width = Math.max(...commands.map((name) => name.length));
  const list = commands.map((name) => `  ${name.padEnd(width)}  ${meanings[name]}\n`).join("");
  return `${title}\nUsage: pingo [command] [options]\n\nCommands:\n${list}\nOptions of serve:\n\n${optionLines("serve")}
"pingo help COMMAND" shows the others. ${outro}`;
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

function optionLines(command: Command): string {
  const lines = optionNames
    .filter((name) => options[name].commands.includes(command))
    .map((name) => line(name, command));
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

function line(name: OptionName, command: Command): OptionLine {
  const option: Option<unknown> = options[name];
  const { argument, fallback = "", fallbacks, meanings } = option;
  return {
    flag: argument === undefined ? `  --${name}` : `  --${name} ${argument}`,
    env: variableOf(option, command) ?? "",
    fallback: argument === undefined ? "" : (fallbacks?.[command] ?? fallback),
    meaning: meanings?.[command] ?? option.meaning,
  };
}
