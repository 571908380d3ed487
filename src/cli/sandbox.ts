import { createInterface, type Interface } from "node:readline";
import { systemClock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { Sandbox } from "../sandbox/cluster.ts";
import { parseCommand, runCommand } from "../sandbox/commands.ts";
import { playHappenings } from "../sandbox/happenings.ts";
import { startOrSay } from "./demo.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { removeKubeconfig, writeKubeconfig } from "./kubeconfig-file.ts";
import { aborted } from "./serve.ts";
import type { Terminal } from "./terminal.ts";

/**
 * `pingo sandbox`: the cluster alone. Standard output has the exports and nothing else, so that it can be sourced;
 * commands typed on standard input let things go wrong.
 */
export async function sandboxCommand(config: Config, terminal: Terminal, signal: AbortSignal): Promise<ExitCode> {
  const say = (line: string) => terminal.err(`${line}\n`);
  const announce = (line: string) => say(`${new Date(systemClock.unixMs()).toISOString()} ${line}`);
  const sandbox = await startOrSay(config, terminal, announce);
  if (sandbox === undefined) return exitCodes.usage;
  const kubeconfig = writeKubeconfig(config, sandbox, terminal);
  const exports = { ...sandbox.environment(), ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig.path }) };
  for (const [name, value] of Object.entries(exports)) terminal.out(`export ${name}=${shellQuote(value)}\n`);
  say(`\n${sandbox.nodeNames().length} nodes; the lines above, in another shell, lead PinGo and kubectl here.`);
  say(`Type "help" for what can be made to go wrong. Ctrl-C ends it.\n`);
  const lines = terminal.input === undefined ? undefined : createInterface({ input: terminal.input });
  const obeying = lines === undefined ? undefined : obey(lines, sandbox, say);
  const playing = config.sandbox.happenings
    ? playHappenings(sandbox, { clock: systemClock, signal, announce })
    : undefined;
  await Promise.all([aborted(signal), playing]);
  lines?.close();
  await obeying;
  removeKubeconfig(kubeconfig);
  await sandbox.stop();
  return exitCodes.fine;
}

/** Carries out what is typed, one line after the other, until the input ends; the sandbox goes on without it. */
async function obey(lines: Interface, sandbox: Sandbox, say: (line: string) => void): Promise<void> {
  for await (const line of lines) {
    const parsed = parseCommand(line);
    const answers = parsed.ok ? await runCommand(sandbox, parsed.command) : [parsed.problem];
    for (const answer of answers) say(answer);
  }
}

/** As a POSIX shell reads it back. */
function shellQuote(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
