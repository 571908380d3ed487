import { Agent } from "../agent.ts";
import { systemClock } from "../clock.ts";
import { type ApiConfig, type Config, defaultTimeoutMs } from "../config/config.ts";
import { createLog, type Log } from "../log.ts";
import { readTextFile } from "../read-text-file.ts";
import { TokenSource } from "../targets/kubernetes/token.ts";
import { joinHostPort } from "../targets/select.ts";
import { formatMs } from "../units.ts";
import { revision, version } from "../version.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** `pingo serve`: watch, probe, publish, until `signal` is aborted. */
export async function serveCommand(
  config: Config,
  api: ApiConfig,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> {
  const token = new TokenSource(api.token, readTextFile, (message) => log.warn(message));
  const log = createServeLog(config, terminal, () => token.secrets());
  const agent = new Agent(config, api, { log, token });
  const port = await startAgent(agent, config, terminal);
  if (port === undefined) return exitCodes.usage;
  introduce(config, api, port, log);
  await aborted(signal);
  log.info(`stopping: ${signal.reason}`);
  await agent.stop();
  return exitCodes.fine;
}

/** The log of a command that runs on, on standard error. */
export function createServeLog(config: Config, terminal: Terminal, secrets: () => readonly string[]): Log {
  const { logFormat: format, logLevel: level } = config;
  return createLog({ format, level, write: terminal.err, unixMs: () => systemClock.unixMs(), secrets });
}

/** The port it listens on, or undefined after saying why it cannot. */
export async function startAgent(agent: Agent, config: Config, terminal: Terminal): Promise<number | undefined> {
  try {
    return await agent.start();
  } catch (error) {
    const { host, port } = config.listen;
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? "another program listens there" : message;
    const listening = `cannot listen on ${joinHostPort(host, port)}: ${why}; choose another with --listen or PINGO_LISTEN`;
    // Without an errno it was not the socket: the engine that is wanted does not work here.
    terminal.err(`pingo: ${code === undefined ? `${message}; see --engine` : listening}\n`);
    await agent.stop();
    return undefined;
  }
}

function introduce(config: Config, api: ApiConfig, port: number, log: Log): void {
  log.info(`PinGo ${version()} (${revision()}) watches ${api.name}`, {
    probe: formatMs(config.probeMs),
    timeout: formatMs(config.timeoutMs ?? defaultTimeoutMs(config.probeMs)),
  });
  log.info(`metrics are at ${listenUrl(config, port)}/metrics`);
}

/** Where a person finds it from this machine. */
export function listenUrl(config: Config, port: number): string {
  const { host } = config.listen;
  return `http://${host === "" ? `localhost:${port}` : joinHostPort(host, port)}`;
}

/** Resolves when `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
