import { Agent, HistoryError } from "../agent.ts";
import { systemClock } from "../clock.ts";
import { type Config, defaultTimeoutMs } from "../config/config.ts";
import type { ClusterConfig } from "../config/find-clusters.ts";
import { type ListenAddress, urlOf, writeAddress } from "../http/listen-address.ts";
import { ListenError } from "../http/server.ts";
import type { WebSecurity } from "../http/web-config/web-security.ts";
import { createLog, type Log } from "../log.ts";
import { type OpenCluster, openClusters, secretsOf } from "../targets/kubernetes/open-cluster.ts";
import { formatMs } from "../units.ts";
import { revision, version } from "../version.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { loadTargetsOrSay } from "./list-targets.ts";
import { openSecurityOrSay } from "./open-security.ts";
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
  const opened = await openSecurityOrSay(config.webConfigFile, log, terminal);
  if (opened === undefined) return exitCodes.usage;
  const agent = new Agent(config, open, { log, ...opened });
  const addresses = await startAgent(agent, terminal);
  if (addresses === undefined) return exitCodes.usage;
  introduce(config, open, urlsOf(addresses, opened.security), log);
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

/** The addresses it listens on, or undefined after saying why it cannot. */
export async function startAgent(agent: Agent, terminal: Terminal): Promise<readonly ListenAddress[] | undefined> {
  try {
    return await agent.start();
  } catch (error) {
    terminal.err(`pingo: ${explainStart(error as Error)}\n`);
    await agent.stop();
    return undefined;
  }
}

function explainStart(error: Error): string {
  if (error instanceof HistoryError) return `the history cannot be kept: ${error.message}; see --history`;
  // If it was not the socket, the engine that is wanted does not work here.
  if (!(error instanceof ListenError)) return `${error.message}; see --engine`;
  const why = error.code === "EADDRINUSE" ? inUse(error.address) : error.message;
  return `cannot listen on ${writeAddress(error.address)}: ${why}; choose another with --listen or PINGO_LISTEN`;
}

function inUse(address: ListenAddress): string {
  return "path" in address
    ? "another program listens there, or a file is in its place"
    : "another program listens there, or this one already does";
}

function introduce(config: Config, clusters: readonly OpenCluster[], urls: readonly string[], log: Log): void {
  const { targetsFile } = config.sources;
  const watched = clusters.map(({ cluster, apiName, access }) =>
    access.spec.contextName === "" ? apiName : `${apiName} (context ${cluster})`,
  );
  if (targetsFile !== undefined) watched.push(targetsFile);
  log.info(`PinGo ${version()} (${revision()}) watches ${watched.join(", ")}`, {
    probe: formatMs(config.probeMs),
    timeout: formatMs(config.timeoutMs ?? defaultTimeoutMs(config.probeMs)),
  });
  log.info(`the page is at ${urls.join(", ")}, metrics are at ${urls.map((url) => `${url}/metrics`).join(", ")}`);
}

/** Where a person finds it from this machine. */
export function urlsOf(addresses: readonly ListenAddress[], security: WebSecurity | undefined): string[] {
  return addresses.map((address) => urlOf(address, security?.tls === undefined ? "http" : "https"));
}

/** Resolves when `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
