import { Agent } from "../agent.ts";
import { systemClock } from "../clock.ts";
import { type Config, defaultTimeoutMs } from "../config/config.ts";
import type { ClusterConfig } from "../config/find-clusters.ts";
import { createLog, type Log } from "../log.ts";
import { type OpenCluster, openClusters, secretsOf } from "../targets/kubernetes/open-cluster.ts";
import { joinHostPort } from "../targets/select.ts";
import { formatMs } from "../units.ts";
import { revision, version } from "../version.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { loadTargetsOrSay } from "./list-targets.ts";
import type { Terminal } from "./terminal.ts";

/** `pingo serve`: watch, probe, publish, until `signal` is aborted. */
export async function serveCommand(
  config: Config,
  clusters: readonly ClusterConfig[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> {
  // A file that is broken from the start is a mistake to tell now; one that breaks later serves on as it was.
  if (!(await loadTargetsOrSay(config.sources.targetsFile, terminal, signal))) return exitCodes.usage;
  let open: readonly OpenCluster[] = [];
  const log = createServeLog(config, terminal, () => secretsOf(open));
  open = openClusters(clusters, { env: terminal.env, clock: systemClock, warn: (message) => log.warn(message) });
  const agent = new Agent(config, open, { log });
  const port = await startAgent(agent, config, terminal);
  if (port === undefined) return exitCodes.usage;
  introduce(config, open, port, log);
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

function introduce(config: Config, clusters: readonly OpenCluster[], port: number, log: Log): void {
  const { targetsFile } = config.sources;
  const watched = clusters.map(({ cluster, apiName, access }) =>
    access.spec.contextName === "" ? apiName : `${apiName} (context ${cluster})`,
  );
  if (targetsFile !== undefined) watched.push(targetsFile);
  log.info(`PinGo ${version()} (${revision()}) watches ${watched.join(", ")}`, {
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
