import { systemClock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { ClusterConfig } from "../config/find-clusters.ts";
import { createEngine } from "../handshake/create-engine.ts";
import { maxHandshakesInFlight } from "../handshake/descriptor-limit.ts";
import type { HandshakeEngine } from "../handshake/engine.ts";
import { volley } from "../handshake/volley.ts";
import { oneLine, silentLog } from "../log.ts";
import type { Outcome } from "../outcome.ts";
import type { Target } from "../target.ts";
import { kubeletPortName, targetsOf } from "../targets/select.ts";
import { count, formatUs } from "../units.ts";
import { median, type NodeReport, reportNode, reportToJson, type Verdict, verdicts } from "./check-report.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { type ListedNode, listTargets } from "./list-targets.ts";
import { clusterColumn, readyCell } from "./targets.ts";
import { type Colour, type Paint, painter, type Terminal } from "./terminal.ts";
import { type Column, textTable } from "./text-table.ts";

/** Three seconds let one SYN retransmission in (after 1 s, RFC 6298), so that one lost packet is not a lost node. */
const defaultTimeoutMs = 3_000;
/** Between two handshakes to one node; with more nodes it grows, or check would measure its own burst. */
const minGapMs = 200;
const maxStartsPerMs = 2;
const mostInFlight = 512;

/** `pingo check`: a few handshakes to every node now, a table, and an exit code that says whether all could be reached. */
export async function checkCommand(
  config: Config,
  clusters: readonly ClusterConfig[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> {
  const listed = await listTargets(config, clusters, terminal, signal);
  if (typeof listed === "number") return listed;
  const nodes = new Map<Target, ListedNode>();
  for (const node of listed.nodes) for (const target of targetsOf(node.outcome)) nodes.set(target, node);
  const outcomes = await shake([...nodes.keys()], config, terminal, signal);
  if (outcomes === undefined) return exitCodes.usage;
  const reports = [...nodes].map(([target, node]) => reportNode(node, target, outcomes.get(target) ?? []));
  reports.sort((a, b) => severity(a.verdict) - severity(b.verdict));
  const notProbed = listed.nodes.filter(({ outcome }) => targetsOf(outcome).length === 0).length;
  const { unreadable, failed } = listed;
  const left = { notProbed, unreadable, apisFailed: failed, interrupted: signal.aborted };
  if (config.output === "json") terminal.out(`${JSON.stringify(toJson(reports, left), null, 2)}\n`);
  else terminal.out(toText(reports, notProbed, painter(terminal)));
  if (signal.aborted) return exitCodes.interrupted;
  // Of a cluster that was not asked nothing is known, whatever the others are like.
  return failed.length > 0 ? exitCodes.api : exitCode(reports);
}

/** Makes the handshakes, with a line of progress on a terminal; undefined after saying why it cannot. */
async function shake(
  targets: readonly Target[],
  config: Config,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Map<Target, Outcome[]> | undefined> {
  const engine = await createEngineOrSay(config, terminal);
  if (engine === undefined) return undefined;
  const outcomes = new Map<Target, Outcome[]>(targets.map((target) => [target, []]));
  const progress = new Progress(terminal, targets.length * config.count);
  await volley(targets, {
    engine,
    clock: systemClock,
    count: config.count,
    gapMs: Math.max(minGapMs, targets.length / maxStartsPerMs),
    timeoutMs: config.timeoutMs ?? defaultTimeoutMs,
    maxInFlight: Math.min(mostInFlight, maxHandshakesInFlight()),
    signal,
    ended: (target, outcome) => {
      outcomes.get(target)?.push(outcome);
      progress.step();
    },
  });
  await engine.stop();
  progress.clear();
  return outcomes;
}

async function createEngineOrSay(config: Config, terminal: Terminal): Promise<HandshakeEngine | undefined> {
  const say = (message: string) => terminal.err(`pingo: ${message}\n`);
  const log = { ...silentLog, info: say, warn: say, error: say };
  try {
    return await createEngine({ config: config.engine, clock: systemClock, log, restarted: () => {} });
  } catch (error) {
    terminal.err(`pingo: ${(error as Error).message}; see --engine\n`);
    return undefined;
  }
}

class Progress {
  readonly #terminal: Terminal;
  readonly #total: number;
  #done = 0;
  #shownMs = Number.NEGATIVE_INFINITY;

  constructor(terminal: Terminal, total: number) {
    this.#terminal = terminal;
    this.#total = total;
  }

  step(): void {
    this.#done++;
    const nowMs = systemClock.nowMs();
    if (!this.#terminal.errIsTerminal || nowMs - this.#shownMs < 100) return;
    this.#shownMs = nowMs;
    this.#terminal.err(`\r${this.#done} of ${this.#total} handshakes`);
  }

  clear(): void {
    // Carriage return and "erase in line" (ECMA-48, EL).
    if (this.#terminal.errIsTerminal) this.#terminal.err("\r\u001b[K");
  }
}

/** Trouble first. */
function severity(verdict: Verdict): number {
  return verdicts.indexOf(verdict);
}

function exitCode(reports: readonly NodeReport[]): ExitCode {
  // A green check of nothing would be the worst of answers to a script.
  if (reports.length === 0) return exitCodes.usage;
  if (reports.some(({ verdict }) => verdict === "unreachable")) return exitCodes.unreachable;
  return reports.some(({ verdict }) => verdict === "unknown") ? exitCodes.usage : exitCodes.fine;
}

/** What the report does not tell of. */
interface LeftOut {
  readonly notProbed: number;
  /** Items of the list that are no nodes. */
  readonly unreadable: number;
  /** Clusters whose API gave no list. */
  readonly apisFailed: readonly string[];
  readonly interrupted: boolean;
}

const notProbedWords = 'not probed ("pingo targets" says why)';

const colours: Record<Verdict, Colour> = {
  reachable: "green",
  lossy: "yellow",
  unreachable: "red",
  unknown: "yellow",
  untried: "yellow",
};

function toText(reports: readonly NodeReport[], notProbed: number, paint: Paint): string {
  const clusters = reports.map(({ node }) => node);
  const columns: Column<NodeReport>[] = [
    ...clusterColumn(clusters, ({ node }: NodeReport) => node.cluster),
    { title: "NODE", cell: ({ node }) => oneLine(node.name) },
    { title: "ZONE", cell: ({ node }) => oneLine(node.zone) || "-" },
    { title: "TARGET", cell: ({ target }) => target.address },
    ...portColumn(reports),
    { title: "READY", cell: ({ node }) => readyCell(node.ready?.status, paint) },
    { title: "RESULT", cell: ({ result, verdict }) => paint(colours[verdict], result ?? "-") },
    { title: "REPLIES", cell: ({ counts, handshakes }) => `${counts.ok}/${handshakes - counts.local}`, align: "right" },
    { title: "MEDIAN", cell: ({ medianUs }) => showUs(medianUs), align: "right" },
    { title: "WORST", cell: ({ worstUs }) => showUs(worstUs), align: "right" },
  ];
  if (reports.length === 0) return `no node to check${notProbed === 0 ? "" : `; ${notProbed} ${notProbedWords}`}\n`;
  return `${textTable(columns, reports)}\n${summary(reports, notProbed, paint)}\n`;
}

/** Only where there are several. */
function portColumn(reports: readonly NodeReport[]): Column<NodeReport>[] {
  const several = new Set(reports.map(({ target }) => target.portName)).size > 1;
  return several ? [{ title: "PORT", cell: ({ target }) => target.portName || "-" }] : [];
}

function showUs(us: number | undefined): string {
  return us === undefined ? "-" : formatUs(us);
}

function summary(reports: readonly NodeReport[], notProbed: number, paint: Paint): string {
  const number = (verdict: Verdict) => reports.filter((report) => report.verdict === verdict).length;
  const said: [number, Colour, string][] = [
    [number("unreachable"), "red", "gave no connection"],
    [number("lossy"), "yellow", "lost some handshakes"],
    [number("unknown"), "yellow", "could not be tried from this machine"],
    [number("untried"), "yellow", "not tried before the interrupt"],
    [notProbed, "yellow", notProbedWords],
  ];
  const several = new Set(reports.map(({ node }) => node)).size < reports.length;
  const parts = [`${number("reachable")} of ${reports.length} ${several ? "targets" : "nodes"} reachable`];
  for (const [number, colour, words] of said) if (number > 0) parts.push(paint(colour, `${number} ${words}`));
  const medians = reports.flatMap(({ medianUs }) => medianUs ?? []).sort((a, b) => a - b);
  const middle = median(medians);
  if (middle !== undefined) parts.push(`median ${formatUs(middle)}`);
  return [
    parts.join(", "),
    ...localHint(reports, paint),
    ...readyHints(reports).map((hint) => paint("bold", hint)),
  ].join("\n");
}

/** What this machine could not do is nobody's loss, and nobody should look for it elsewhere. */
function localHint(reports: readonly NodeReport[], paint: Paint): string[] {
  const total = reports.reduce((sum, { counts }) => sum + counts.local, 0);
  if (total === 0) return [];
  const codes = new Set(reports.flatMap(({ codes }) => Object.keys(codes.local ?? {})));
  return [
    paint("yellow", `${count(total, "handshake")} could not be made by this machine itself (${[...codes].join(", ")})`),
  ];
}

/** The question behind it all: what it means that the cluster sees a node and we get no connection. */
function readyHints(reports: readonly NodeReport[]): string[] {
  // Of other ports the cluster says nothing: a node may well be Ready without them.
  const kubelets = reports.filter(({ target }) => target.portName === kubeletPortName);
  const gone = kubelets.filter(({ verdict, node }) => verdict === "unreachable" && node.ready?.status === "True");
  const refusing = gone.filter(({ result }) => result === "refused").length;
  const silent = gone.length - refusing;
  const hints: string[] = [];
  if (silent > 0)
    hints.push(`${count(silent, "node")} Ready in the cluster's eyes and silent from here: look at the way between`);
  if (refusing > 0)
    hints.push(`${count(refusing, "node")} Ready and refusing: the way there works, the kubelet's port is closed`);
  return hints;
}

function toJson(reports: readonly NodeReport[], left: LeftOut) {
  const counts = verdicts.map((verdict) => [verdict, reports.filter((report) => report.verdict === verdict).length]);
  return {
    nodes: reports.map(reportToJson),
    summary: {
      nodes: new Set(reports.map(({ node }) => node)).size,
      targets: reports.length,
      ...Object.fromEntries(counts),
      ...left,
    },
  };
}
