import type { Config } from "../config/config.ts";
import { type Face, pingoFace } from "../config/face.ts";
import { type ClusterConfig, findClusters } from "../config/find-clusters.ts";
import type { Command } from "../config/options/option.ts";
import { readConfig } from "../config/read-config.ts";
import { oneLine } from "../log.ts";
import { readBoundedFile } from "../targets/kubernetes/credentials/read-bounded-file.ts";
import { versionLine } from "../version.ts";
import { checkCommand } from "./check.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { helpText } from "./help.ts";
import { serveCommand } from "./serve.ts";
import { targetsCommand } from "./targets.ts";
import type { Terminal } from "./terminal.ts";

type AskingCommand = (
  config: Config,
  clusters: readonly ClusterConfig[],
  terminal: Terminal,
  signal: AbortSignal,
) => Promise<ExitCode>;

const asking: Partial<Record<Command, AskingCommand>> = {
  serve: serveCommand,
  check: checkCommand,
  targets: targetsCommand,
};

/** Runs `pingo ARGV...` until it is done or `signal` is aborted; gives the exit code. */
export async function run(
  argv: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
  face: Face = pingoFace,
): Promise<ExitCode> {
  const sources = { env: terminal.env, readFile: readBoundedFile };
  const read = readConfig(argv, sources, face);
  switch (read.want) {
    case "help":
      terminal.out(helpText(read.command, face));
      return exitCodes.fine;
    case "version":
      terminal.out(`${versionLine()}\n`);
      return exitCodes.fine;
    case "nothing":
      return refuse(read.problems, terminal, face);
    case "run":
      return dispatch(read.command, read.config, terminal, signal, face);
  }
}

function refuse(problems: readonly string[], terminal: Terminal, { program }: Face): ExitCode {
  for (const problem of problems) terminal.err(`pingo: ${oneLine(problem)}\n`);
  terminal.err(`pingo: "${program} --help" lists every option\n`);
  return exitCodes.usage;
}

async function dispatch(
  command: Command,
  config: Config,
  terminal: Terminal,
  signal: AbortSignal,
  face: Face,
): Promise<ExitCode> {
  const ask = asking[command];
  if (ask !== undefined) {
    const found = await findClusters(config.sources, { env: terminal.env, readFile: readBoundedFile });
    return "problems" in found ? refuse(found.problems, terminal, face) : ask(config, found.clusters, terminal, signal);
  }
  if (command === "top") return (await import("./top.ts")).topCommand(config, terminal, signal);
  if (command === "completion") return (await import("./completion/script.ts")).completionCommand(config, terminal);
  // The sandbox is loaded by those who ask for it only: it brings a certificate library that costs 24 MB.
  if (command === "demo") return (await import("./demo.ts")).demoCommand(config, terminal, signal);
  return (await import("./sandbox.ts")).sandboxCommand(config, terminal, signal);
}
