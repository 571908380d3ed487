import { systemClock } from "../clock.ts";
import type { ApiConfig, Config } from "../config/config.ts";
import { oneLine, redact } from "../log.ts";
import { readTextFile } from "../read-text-file.ts";
import { ApiClient } from "../targets/kubernetes/api-client.ts";
import { listNodes } from "../targets/kubernetes/list-nodes.ts";
import { TokenSource } from "../targets/kubernetes/token.ts";
import { type NodeEntry, TargetSet } from "../targets/target-set.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** The nodes of one list, sorted by zone and name. */
export interface ListedTargets {
  readonly entries: readonly NodeEntry[];
  /** Items of the list that are no nodes. */
  readonly unreadable: number;
}

const silent = { added() {}, removed() {}, relabelled() {}, readinessChanged() {}, unprobed() {} };

/**
 * Asks the API once for all nodes and what becomes of each. Where there is no answer, or an interrupt, it says why
 * and gives the exit code.
 */
export async function listTargets(
  config: Config,
  api: ApiConfig,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ListedTargets | ExitCode> {
  const token = new TokenSource(api.token, readTextFile);
  const say = (text: string) => terminal.err(`pingo: ${redact(oneLine(text), token.secrets())}\n`);
  const client = new ApiClient({
    access: { url: api.url, caPem: api.caPem, token: () => token.current() },
    clock: systemClock,
    report: () => {},
  });
  const list = await listNodes({ client, clock: systemClock, labelSelector: config.nodeSelector, signal });
  client.close();
  if (signal.aborted) return exitCodes.interrupted;
  if ("problem" in list) {
    say(`the API ${api.name} cannot be used: ${list.problem.detail}`);
    return exitCodes.api;
  }
  for (const { name, flaw } of list.flaws) {
    say(`the API sends ${name === "" ? "an object" : `node ${name}`} that cannot be read: ${flaw}`);
  }
  const set = new TargetSet(api.cluster, config, silent);
  set.replace(list.nodes);
  return { entries: set.entries().sort(byZoneAndName), unreadable: list.flaws.length };
}

function byZoneAndName({ node: a }: NodeEntry, { node: b }: NodeEntry): number {
  return compare(a.zone, b.zone) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
