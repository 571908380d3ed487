import { systemClock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { ClusterConfig } from "../config/find-clusters.ts";
import { createEngine } from "../handshake/create-engine.ts";
import { maxHandshakesInFlight } from "../handshake/descriptor-limit.ts";
import type { HandshakeEngine } from "../handshake/engine.ts";
import { volley } from "../handshake/volley.ts";
import { silentLog } from "../log.ts";
import type { Outcome } from "../outcome.ts";
import type { Target } from "../target.ts";
import { targetsOf } from "../targets/select.ts";
import { type NodeReport, reportNode, reportToJson, type Verdict, verdicts } from "./check-report.ts";
import { checkText, nothingToCheck } from "./check-text.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { inFormat } from "./in-format.ts";
import { type ListedNode, listTargets } from "./list-targets.ts";
import { painter, type Terminal } from "./terminal.ts";

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
  const shaken = await shake([...nodes.keys()], config, terminal, signal);
  if (shaken === undefined) return exitCodes.usage;
  const { outcomes, engine } = shaken;
  const reports = [...nodes].map(([target, node]) => reportNode(node, target, outcomes.get(target) ?? []));
  reports.sort((a, b) => severity(a.verdict) - severity(b.verdict));
  const notProbed = listed.nodes.filter(({ outcome }) => targetsOf(outcome).length === 0).length;
  const { unreadable, failed } = listed;
  const none = { notProbed, selector: config.nodeSelector };
  const left = { notProbed, unreadable, apisFailed: failed, interrupted: signal.aborted, engine };
  terminal.out(
    await inFormat(config.output, {
      text: (isWide) => checkText(reports, { ...none, engine, isWide, paint: painter(terminal) }),
      data: () => toJson(reports, left),
      named: () => reports.map(({ node }) => node),
      areSeveral: listed.areSeveral,
    }),
  );
  // Nothing else would say why the exit code is not 0.
  if (reports.length === 0 && config.output === "name") terminal.err(`pingo: ${nothingToCheck(none)}\n`);
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
): Promise<{ readonly outcomes: Map<Target, Outcome[]>; readonly engine: string } | undefined> {
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
  return { outcomes, engine: engine.name };
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
  /** What made the handshakes. */
  readonly engine: string;
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
