import { systemClock } from "../clock.ts";
import type { ApiConfig, Config } from "../config/config.ts";
import { oneLine, redact } from "../log.ts";
import { readTextFile } from "../read-text-file.ts";
import { ApiClient } from "../targets/kubernetes/api-client.ts";
import { listNodes } from "../targets/kubernetes/list-nodes.ts";
import { TokenSource } from "../targets/kubernetes/token.ts";
import { type NodeEntry, TargetSet } from "../targets/target-set.ts";

export type ListedTargets =
  | { readonly entries: readonly NodeEntry[]; readonly warnings: readonly string[] }
  /** Why the API could not be asked, in one sentence. */
  | { readonly failure: string };

const silent = { added() {}, removed() {}, relabelled() {}, readinessChanged() {}, unprobed() {} };

/** Asks the API once for all nodes and says what becomes of each, sorted by zone and name. */
export async function listTargets(config: Config, api: ApiConfig, signal: AbortSignal): Promise<ListedTargets> {
  const token = new TokenSource(api.token, readTextFile);
  const client = new ApiClient({
    access: { url: api.url, caPem: api.caPem, token: () => token.current() },
    clock: systemClock,
    report: () => {},
  });
  try {
    const list = await listNodes({ client, clock: systemClock, labelSelector: config.nodeSelector, signal });
    if ("problem" in list) {
      return {
        failure: redact(oneLine(`the API ${api.name} cannot be used: ${list.problem.detail}`), token.secrets()),
      };
    }
    const set = new TargetSet(api.cluster, config, silent);
    set.replace(list.nodes);
    const warnings = list.flaws.map(({ name, flaw }) =>
      oneLine(`the API sends ${name === "" ? "an object" : `node ${name}`} that cannot be read: ${flaw}`),
    );
    return { entries: set.entries().sort(byZoneAndName), warnings };
  } finally {
    client.close();
  }
}

function byZoneAndName({ node: a }: NodeEntry, { node: b }: NodeEntry): number {
  return compare(a.zone, b.zone) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
