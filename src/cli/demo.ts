import { Agent } from "../agent.ts";
import { systemClock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { ClusterConfig } from "../config/find-clusters.ts";
import { curlOf } from "../http/listen-address.ts";
import { type Sandbox, startSandbox } from "../sandbox/cluster.ts";
import { demoNotReadyAfterMs, playHappenings } from "../sandbox/happenings.ts";
import type { AccessSpec } from "../targets/kubernetes/credentials/access-spec.ts";
import { type OpenCluster, openClusters, secretsOf } from "../targets/kubernetes/open-cluster.ts";
import { formatMs } from "../units.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { removeKubeconfig, type WrittenKubeconfig, writeKubeconfig } from "./kubeconfig-file.ts";
import { openSecurityOrSay } from "./open-security.ts";
import { aborted, createServeLog, startAgent, urlsOf } from "./serve.ts";
import type { Terminal } from "./terminal.ts";

/** `pingo demo`: the sandbox, what goes wrong in it, and PinGo watching it, side by side in one log. */
export async function demoCommand(config: Config, terminal: Terminal, signal: AbortSignal): Promise<ExitCode> {
  let open: readonly OpenCluster[] = [];
  const log = createServeLog(config, terminal, () => secretsOf(open));
  const announce = (line: string) => log.info(`sandbox: ${line}`);
  const opened = await openSecurityOrSay(config.webConfigFile, log, terminal);
  if (opened === undefined) return exitCodes.usage;
  const sandbox = await startOrSay(config, terminal, announce);
  if (sandbox === undefined) return exitCodes.usage;
  const clusters = [clusterOf(sandbox)];
  open = openClusters(clusters, { env: terminal.env, clock: systemClock, warn: (message) => log.warn(message) });
  const agent = new Agent(config, open, { log, ...opened });
  const addresses = await startAgent(agent, terminal);
  if (addresses !== undefined) {
    const kubeconfig = writeKubeconfig(config, sandbox, terminal);
    const urls = urlsOf(addresses, opened.security);
    const [first] = addresses;
    const scheme = opened.security?.tls === undefined ? "http" : "https";
    const curl = first === undefined ? "" : curlOf(first, scheme, "/metrics");
    terminal.out(introduction(config, sandbox, { urls, curl }, kubeconfig));
    await Promise.all([playHappenings(sandbox, { clock: systemClock, signal, announce }), aborted(signal)]);
    removeKubeconfig(kubeconfig);
  }
  await Promise.all([agent.stop(), sandbox.stop()]);
  return addresses === undefined ? exitCodes.usage : exitCodes.fine;
}

/** A sandbox of the size asked for, or undefined after saying why there is none. */
export async function startOrSay(
  config: Config,
  terminal: Terminal,
  announce: (line: string) => void,
): Promise<Sandbox | undefined> {
  const { nodes, apiPort } = config.sandbox;
  try {
    return await startSandbox({ nodes, apiPort, announce, notReadyAfterMs: demoNotReadyAfterMs });
  } catch (error) {
    terminal.err(`pingo: the sandbox cannot be started: ${(error as Error).message}\n`);
    return undefined;
  }
}

/** The sandbox's API as if a user had named it. */
export function clusterOf(sandbox: Sandbox): ClusterConfig {
  const server = new URL(sandbox.apiUrl);
  const access: AccessSpec = {
    contextName: "",
    clusterName: server.host,
    origin: "the sandbox",
    server,
    proxy: undefined,
    tls: {
      ca: { from: "data", pem: sandbox.caPem },
      cert: undefined,
      key: undefined,
      serverName: "",
      insecure: false,
    },
    authorization: { from: "value", token: sandbox.readerToken },
    impersonation: {},
  };
  return { cluster: server.host, apiName: sandbox.apiUrl, access };
}

function introduction(
  config: Config,
  sandbox: Sandbox,
  { urls, curl }: { readonly urls: readonly string[]; readonly curl: string },
  kubeconfig: WrittenKubeconfig | undefined,
): string {
  const nodes = sandbox.nodeNames().length;
  const kubectl = kubeconfig === undefined ? "" : `  kubectl   kubectl --kubeconfig ${kubeconfig.path} get nodes\n`;
  return `PinGo demo: a cluster of ${nodes} nodes on loopback, each probed every ${formatMs(config.probeMs)}.

  page      ${urls.map((url) => `${url}/`).join("  ")}
  metrics   ${urls.map((url) => `${url}/metrics`).join("  ")}
  try       ${curl} | grep ^pingo_up
${kubectl}
Below, "sandbox:" is what happens in the cluster; the other lines are what PinGo makes of it. Ctrl-C ends it.

`;
}
