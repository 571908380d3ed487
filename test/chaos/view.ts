import type { NodeObject } from "../../src/sandbox/node-object.ts";
import { MetricsPage } from "../support/metrics-page.ts";
import { isReady, targetOf } from "./churn.ts";

/** A page that takes longer is as good as none to who scrapes it. */
const pageTimeoutMs = 10_000;

/** What one look at /metrics shows. */
export interface View {
  /** `node address` of every target. */
  readonly targets: ReadonlySet<string>;
  /** 1 or 0 by node. */
  readonly ready: ReadonlyMap<string, number>;
  /** `pingo_probes_total` by its labels. */
  readonly probes: ReadonlyMap<string, Probes>;
  /** `pingo_targets`, all states together. */
  readonly nodeCount: number;
  readonly residentBytes: number;
  readonly openFds: number;
  readonly text: string;
  readonly tookMs: number;
}

export interface Probes {
  readonly target: string;
  readonly count: number;
}

export async function look(port: number): Promise<View> {
  const startMs = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(pageTimeoutMs) });
  const page = new MetricsPage(await response.text());
  const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
  return {
    targets: new Set([...page.select("pingo_target_info").keys()].map(targetIn)),
    ready: new Map([...page.select("pingo_node_ready")].map(([series, value]) => [label(series, "node"), value])),
    probes: new Map(
      [...page.select("pingo_probes_total")].map(([series, count]) => [series, { target: targetIn(series), count }]),
    ),
    nodeCount: sum(page.select("pingo_targets").values()),
    residentBytes: page.value("process_resident_memory_bytes") ?? Number.NaN,
    openFds: page.value("process_open_fds") ?? Number.NaN,
    text: page.text,
    tookMs: performance.now() - startMs,
  };
}

/** How the page differs from the API's nodes, a few words each; empty where they are equal. */
export function differences(view: View, nodes: readonly NodeObject[]): string[] {
  const wanted = new Set(nodes.map(targetOf));
  const names = new Set(nodes.map(({ metadata }) => metadata.name));
  return [
    ...[...wanted].filter((target) => !view.targets.has(target)).map((target) => `${target} is missing`),
    ...[...view.targets].filter((target) => !wanted.has(target)).map((target) => `${target} is still there`),
    ...[...view.ready.keys()].filter((name) => !names.has(name)).map((name) => `${name} has a Ready and is no node`),
    ...nodes
      .filter((node) => view.ready.get(node.metadata.name) !== Number(isReady(node)))
      .map((node) => `${node.metadata.name} should have Ready ${Number(isReady(node))}`),
    ...(view.nodeCount === nodes.length ? [] : [`pingo_targets counts ${view.nodeCount} of ${nodes.length} nodes`]),
  ];
}

function targetIn(series: string): string {
  return `${label(series, "node")} ${label(series, "target")}`;
}

function label(series: string, name: string): string {
  return new RegExp(`[{,]${name}="([^"]*)"`).exec(series)?.[1] ?? "";
}
