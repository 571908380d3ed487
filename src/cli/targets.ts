import type { ApiConfig, Config } from "../config/config.ts";
import { oneLine } from "../log.ts";
import type { NodeEntry } from "../targets/target-set.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { listTargets } from "./list-targets.ts";
import { type Paint, painter, type Terminal } from "./terminal.ts";
import { type Column, textTable } from "./text-table.ts";

/** `pingo targets`: what would be probed, and why a node would not be. */
export async function targetsCommand(
  config: Config,
  api: ApiConfig,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> {
  const listed = await listTargets(config, api, terminal, signal);
  if (typeof listed === "number") return listed;
  if (config.output === "json") terminal.out(`${JSON.stringify(toJson(api, listed.entries), null, 2)}\n`);
  else terminal.out(toTable(listed.entries, painter(terminal)));
  return exitCodes.fine;
}

function toTable(entries: readonly NodeEntry[], paint: Paint): string {
  const columns: Column<NodeEntry>[] = [
    { title: "NODE", cell: ({ node }) => oneLine(node.name) },
    { title: "ZONE", cell: ({ node }) => oneLine(node.zone) || "-" },
    { title: "READY", cell: ({ node }) => readyCell(node.ready.status, paint) },
    { title: "TARGET", cell: ({ outcome }) => (outcome.state === "probed" ? outcome.target.address : "-") },
    { title: "ADDRESS TYPE", cell: ({ outcome }) => (outcome.state === "probed" ? outcome.target.addressType : "-") },
    { title: "PROBED", cell: ({ outcome }) => probedCell(outcome, paint) },
  ];
  const probed = entries.filter(({ outcome }) => outcome.state === "probed").length;
  const rest = entries.length - probed;
  const summary = `${entries.length} nodes: ${probed} would be probed${rest === 0 ? "" : `, ${rest} not`}\n`;
  return entries.length === 0 ? "the API has no nodes\n" : `${textTable(columns, entries)}\n${summary}`;
}

export function readyCell(status: string, paint: Paint): string {
  return status === "True" ? "yes" : paint("yellow", status === "False" ? "no" : "unknown");
}

function probedCell(outcome: NodeEntry["outcome"], paint: Paint): string {
  return outcome.state === "probed" ? paint("green", "yes") : paint("yellow", `no: ${oneLine(outcome.why)}`);
}

function toJson(api: ApiConfig, entries: readonly NodeEntry[]) {
  return {
    cluster: api.cluster,
    nodes: entries.map(({ node, outcome }) => ({
      node: node.name,
      zone: node.zone,
      region: node.region,
      instanceType: node.instanceType,
      os: node.os,
      ready: node.ready,
      unschedulable: node.unschedulable,
      state: outcome.state,
      ...(outcome.state === "probed"
        ? { target: outcome.target.address, addressType: outcome.target.addressType, name: outcome.target.name }
        : { why: outcome.why }),
    })),
  };
}
