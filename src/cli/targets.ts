import type { Config } from "../config/config.ts";
import type { ClusterConfig } from "../config/find-clusters.ts";
import { quote } from "../config/values.ts";
import { oneLine } from "../log.ts";
import type { Target } from "../target.ts";
import { targetsOf } from "../targets/select.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { inFormat } from "./in-format.ts";
import { type ListedNode, type ListedTargets, listTargets } from "./list-targets.ts";
import { type Paint, painter, type Terminal } from "./terminal.ts";
import { type Column, textTable } from "./text-table.ts";
import { watchTargets } from "./watch-targets.ts";

/** `pingo targets`: what would be probed, and why a node would not be. */
export async function targetsCommand(
  config: Config,
  clusters: readonly ClusterConfig[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> {
  const listed = await listTargets(config, clusters, terminal, signal);
  if (typeof listed === "number") return listed;
  const nothing = nothingListed(config.nodeSelector);
  terminal.out(
    await inFormat(config.output, {
      text: (isWide) => (listed.nodes.length === 0 ? `${nothing}\n` : toTable(listed.nodes, isWide, painter(terminal))),
      data: () => jsonOf(listed),
      named: () => listed.nodes,
      areSeveral: listed.areSeveral,
      isOneLine: config.watch,
    }),
  );
  if (listed.nodes.length === 0 && config.output === "name") terminal.err(`pingo: ${nothing}\n`);
  if (config.watch) {
    await watchTargets(config, clusters, listed.nodes, terminal, signal);
    return exitCodes.interrupted;
  }
  return listed.failed.length > 0 ? exitCodes.api : exitCodes.fine;
}

/** What to say where there is no node: that of a selector none fits it, since the cluster may well have some. */
function nothingListed(selector: string): string {
  return `there is no node${selector === "" ? "" : ` that fits the selector ${quote(selector)}`}`;
}

function jsonOf({ nodes, unreadable, failed }: ListedTargets) {
  return { nodes: nodes.map(toJson), unreadable, apisFailed: failed };
}

/** A line of the table: a target, or a node that has none. */
interface Row {
  readonly node: ListedNode;
  readonly target: Target | undefined;
}

function toTable(nodes: readonly ListedNode[], isWide: boolean, paint: Paint): string {
  const columns: Column<Row>[] = [
    ...clusterColumn(nodes, ({ node }: Row) => node.cluster),
    { title: "NODE", cell: ({ node }) => oneLine(node.name) },
    { title: "ZONE", cell: ({ node }) => oneLine(node.zone) || "-" },
    { title: "READY", cell: ({ node }) => readyCell(node.ready?.status, paint) },
    { title: "TARGET", cell: ({ target }) => target?.address ?? "-" },
    { title: "ADDRESS TYPE", cell: ({ target }) => target?.addressType ?? "-" },
    ...(isWide ? wideColumns : []),
    { title: "PROBED", cell: ({ node }) => probedCell(node.outcome, paint) },
  ];
  const rows = nodes.flatMap((node): Row[] => {
    const targets = targetsOf(node.outcome);
    return targets.length === 0 ? [{ node, target: undefined }] : targets.map((target) => ({ node, target }));
  });
  const probed = nodes.filter(({ outcome }) => outcome.state === "probed").length;
  const rest = nodes.length - probed;
  const targets = rows.filter(({ target }) => target !== undefined).length;
  const through = targets === probed ? "" : ` at ${targets} targets`;
  const summary = `${nodes.length} nodes: ${probed} would be probed${through}${rest === 0 ? "" : `, ${rest} not`}\n`;
  return `${textTable(columns, rows)}\n${summary}`;
}

const wideColumns: readonly Column<Row>[] = [
  { title: "PORT", cell: ({ target }) => target?.portName || "-" },
  { title: "REGION", cell: ({ node }) => oneLine(node.region) || "-" },
  { title: "INSTANCE TYPE", cell: ({ node }) => oneLine(node.instanceType) || "-" },
  { title: "OS", cell: ({ node }) => oneLine(node.os) || "-" },
];

/** Only where there are several. */
export function clusterColumn<Row>(
  nodes: readonly { readonly cluster: string }[],
  cell: (row: Row) => string,
): Column<Row>[] {
  const several = new Set(nodes.map(({ cluster }) => cluster)).size > 1;
  return several ? [{ title: "CLUSTER", cell: (row) => oneLine(cell(row)) }] : [];
}

/** Nothing where no API tells. */
export function readyCell(status: string | undefined, paint: Paint): string {
  if (status === undefined) return "-";
  return status === "True" ? "yes" : paint("yellow", status === "False" ? "no" : "unknown");
}

function probedCell(outcome: ListedNode["outcome"], paint: Paint): string {
  return outcome.state === "probed" ? paint("green", "yes") : paint("yellow", `no: ${oneLine(outcome.why)}`);
}

function toJson(node: ListedNode) {
  const { outcome } = node;
  return {
    cluster: node.cluster,
    node: node.name,
    zone: node.zone,
    region: node.region,
    instanceType: node.instanceType,
    os: node.os,
    ready: node.ready ?? null,
    unschedulable: node.unschedulable,
    taints: node.taints,
    state: outcome.state,
    ...(outcome.state !== "probed" && { why: outcome.why }),
    targets: targetsOf(outcome).map(({ address, addressType, portName, name }) => ({
      target: address,
      addressType,
      port: portName,
      name,
    })),
  };
}
