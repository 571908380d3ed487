import type { ClusterState, Condition } from "../../api/v1.ts";
import type { Target } from "../../target.ts";
import type { Ailing, ApiWorld, World, ZoneWorld } from "../headline/world.ts";
import type { HistoryView, KnownTarget, Silence } from "../model.ts";
import { isProbedAt, type Moment } from "./moment.ts";
import type { Zone } from "./roster.ts";

/** How all targets of a zone are at a moment. */
export interface ZoneSurvey extends ZoneWorld {
  /** Of its targets that are probed then. */
  readonly reachable: number;
}

/** How everything is at a moment. */
export interface Survey {
  readonly zones: readonly ZoneSurvey[];
  readonly clusters: readonly ClusterState[];
  readonly world: World;
}

export function survey(view: HistoryView, moment: Moment, zones: readonly Zone[], cluster: string): Survey {
  const surveyed = zones.map((zone) => surveyZone(moment, zone));
  const apis = apisAt(view, moment, cluster);
  const { atMs, isLive } = moment;
  const isReady = (of: string, node: string) => isReadyAt(view, moment, of, node);
  const probed = surveyed.filter(({ targets }) => targets > 0);
  return {
    zones: surveyed,
    clusters: clusterStates(surveyed, apis),
    world: { atMs, isLive, noun: nounOf(zones), zones: probed, apis, isReady },
  };
}

function surveyZone(moment: Moment, { cluster, zone, targets }: Zone): ZoneSurvey {
  const counts: Record<Condition, number> = { ok: 0, degraded: 0, unreachable: 0, unknown: 0 };
  const [unreachable, degraded]: [Ailing[], Ailing[]] = [[], []];
  const silent: Silence[] = [];
  for (const known of targets) {
    if (!isProbedAt(known, moment.atMs)) continue;
    const condition = moment.condition(known);
    counts[condition]++;
    if (condition === "unreachable") unreachable.push(ailing(moment, known));
    if (condition === "degraded") degraded.push(ailing(moment, known));
    const silence = condition === "unknown" ? moment.silence(known) : undefined;
    if (silence !== undefined) silent.push(silence);
  }
  const { ok, unknown } = counts;
  const probed = ok + degraded.length + unreachable.length + unknown;
  return { cluster, zone, targets: probed, unknown, silent, unreachable, degraded, reachable: ok + degraded.length };
}

function ailing(moment: Moment, known: KnownTarget): Ailing {
  const { sinceMs, why } = moment.standing(known);
  return { node: known.target.node, why, sinceMs };
}

/** What the cluster says now; of a moment that is past it is not known. */
export function isReadyAt(view: HistoryView, { isLive }: Moment, cluster: string, node: string): boolean | null {
  const facts = isLive ? view.node(cluster, node) : undefined;
  return facts === undefined ? null : facts.ready.status === "True";
}

function apisAt(view: HistoryView, { atMs, isLive }: Moment, cluster: string): ApiWorld[] {
  const apis = isLive ? view.apis() : view.apisAt(atMs);
  return apis
    .filter((api) => cluster === "" || api.cluster === cluster)
    .map(({ cluster, isUp = null, sinceMs = null }) => ({ cluster, isUp, sinceMs }));
}

function clusterStates(zones: readonly ZoneSurvey[], apis: readonly ApiWorld[]): ClusterState[] {
  const byCluster = Map.groupBy(zones, ({ cluster }) => cluster);
  const names = [...new Set([...byCluster.keys(), ...apis.map(({ cluster }) => cluster)])].toSorted();
  return names.map((cluster) => {
    const api = apis.find((one) => one.cluster === cluster);
    const own = byCluster.get(cluster) ?? [];
    return {
      cluster,
      isApiUp: api?.isUp ?? null,
      apiSinceMs: api?.sinceMs ?? null,
      targets: own.reduce((sum, { targets }) => sum + targets, 0),
      reachable: own.reduce((sum, { reachable }) => sum + reachable, 0),
    };
  });
}

/** Where nodes have several addresses or ports, targets are not to be counted as nodes. */
function nounOf(zones: readonly Zone[]): World["noun"] {
  const first = zones[0]?.targets[0]?.target;
  const isOneEach = first === undefined || zones.every(({ targets }) => targets.every((one) => isAlike(one, first)));
  return isOneEach || zones.every(hasOneEach) ? "node" : "target";
}

/** A node gets a target for each port and each IP family. What a file of targets has, is not known to keep to that. */
function isAlike({ target }: KnownTarget, { port, portName, host }: Target): boolean {
  return (
    target.portName === portName &&
    portName !== "" &&
    target.port === port &&
    target.host.includes(":") === host.includes(":")
  );
}

function hasOneEach({ targets }: Zone): boolean {
  return new Set(targets.map(({ target }) => target.node)).size === targets.length;
}
