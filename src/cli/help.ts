import { type Command, commands, type Option, optionNames, options } from "../config/options.ts";
import { textTable } from "./text-table.ts";

const meanings: Record<Command, string> = {
  serve: "watch the nodes, probe them, publish metrics (the default)",
  check: "a few handshakes to every node now; a table or JSON; then exit",
  targets: "what would be probed, and why a node would not be; no probing",
  demo: "serve against the sandbox: a small cluster on loopback in which things go wrong",
  sandbox: "that cluster alone; writes a kubeconfig for kubectl",
};

const outro = `A flag goes before its variable. Times are seconds or have a unit: 15, 500ms, 2s, 1m.
Exit codes: 0 fine; 1 check found a node unreachable; 2 usage or configuration; 3 the API cannot be reached or refuses.
`;

/** The text of `pingo --help`, or of one command's. */
export function helpText(command: Command | undefined): string {
  const title =
    "PinGo: is it the network? Measures from here whether the nodes of a Kubernetes cluster can be reached.\n";
  if (command !== undefined) {
    return `pingo ${command}: ${meanings[command]}\n\nUsage: pingo ${command} [options]\n\n${optionLines(command)}\n${outro}`;
  }
  const width = Math.max(...commands.map((name) => name.length));
  const list = commands.map((name) => `  ${name.padEnd(width)}  ${meanings[name]}\n`).join("");
  return `${title}\nUsage: pingo [command] [options]\n\nCommands:\n${list}\nOptions of serve:\n\n${optionLines("serve")}
"pingo help COMMAND" shows the others. ${outro}`;
}

function optionLines(command: Command): string {
  const all: Option<unknown>[] = optionNames.map((name) => options[name]);
  const rows = all
    .map((option, index) => ({ option, name: optionNames[index] }))
    .filter(({ option }) => option.commands.includes(command))
    .map(({ option, name }) => {
      const fallback = option.fallbacks?.[command] ?? option.fallback;
      return {
        flag: `  --${name}${option.argument === undefined ? "" : ` ${option.argument}`}`,
        env: option.env ?? "",
        fallback: option.argument === undefined ? "" : (fallback ?? ""),
        meaning: option.meaning,
      };
    });
  return textTable(
    [
      { title: "  FLAG", cell: ({ flag }) => flag },
      { title: "VARIABLE", cell: ({ env }) => env },
      { title: "DEFAULT", cell: ({ fallback }) => fallback },
      { title: "MEANING", cell: ({ meaning }) => meaning },
    ],
    rows,
  );
}
