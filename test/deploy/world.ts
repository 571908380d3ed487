import { formatGoFloat } from "../../src/metrics/exposition/go-float.ts";
import { results } from "../../src/outcome.ts";

/** What a node does to handshakes at one moment. */
export interface NodeState {
  /** A node that is gone is no target and in no cluster. */
  readonly result: "ok" | "timeout" | "refused" | "local" | "gone";
  /** SYNs sent again for each handshake, on the average. */
  readonly retransmits?: number;
  readonly ready?: boolean;
}

/** What a history says of itself at one moment; counters begin at 0 with their PinGo. */
export interface HistoryState {
  readonly isOk?: boolean;
  readonly droppedMinutes?: number;
  readonly droppedHandshakes?: number;
  readonly damagedFiles?: number;
}

export interface World {
  /** In minutes. */
  readonly minutes: number;
  /** Nodes as `zone/node`. */
  readonly nodes: readonly string[];
  /** What a node does at a minute; it answers where this says nothing. */
  readonly state?: (node: string, zone: string, minute: number) => NodeState | undefined;
  readonly apiUp?: (minute: number) => boolean;
  /** How old the knowledge of the nodes is, in seconds. */
  readonly syncAge?: (minute: number) => number;
  /** The lag of every handshake, in seconds. */
  readonly lag?: (minute: number) => number;
  /** Handshakes left out, of each that is made. */
  readonly skips?: (minute: number) => number;
  /** What the history has counted by a minute, where there is something wrong with it. */
  readonly history?: (minute: number) => HistoryState | undefined;
  /** The minute in which the PinGo that runs at a minute was started; 0 where this says nothing. */
  readonly startedAt?: (minute: number) => number;
  /** Whether PinGo is there to be scraped. Prometheus looks for it in any case. */
  readonly isThere?: (minute: number) => boolean;
  /** Other PinGos of the job, by instance. One that is gone is not even looked for. */
  readonly others?: Readonly<Record<string, (minute: number) => "there" | "failing" | "gone">>;
  /** The round trip to every node, in seconds. */
  readonly rtt?: (minute: number) => number;
  /** The series of single nodes are not there. */
  readonly isMinimal?: boolean;
  /** The targets are of a file: nothing is known of Ready, and there is no API. */
  readonly isFile?: boolean;
  /** Minutes between two scrapes; a handshake with each node is made as often. */
  readonly stepMinutes?: number;
}

/** A series as promtool's tests have it. */
interface Series {
  readonly series: string;
  readonly values: string;
}

const from = 'job="pingo",instance="here:8080"';
const bounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 1] as const;
const fine: NodeState = { result: "ok" };
/** What is not scraped ends at once, as when a scrape fails: "stale" is promtool's word for it. */
const stale = "stale" as "_";

/** What Prometheus has scraped of a PinGo in such a world. Labels of the target, as `,name="value"`, are on every series. */
export function seriesOf(world: World, targetLabels = ""): Series[] {
  const { minutes, nodes, stepMinutes = 0.25, isThere = () => true } = world;
  const times = Array.from({ length: Math.floor(minutes / stepMinutes) + 1 }, (_, step) => step * stepMinutes);
  const values = new Map<string, (number | "_")[]>();
  const counters = new Map<string, number>();
  const count = (series: string, amount: number) => counters.set(series, (counters.get(series) ?? 0) + amount);
  for (const [step, minute] of times.entries()) {
    const gauges = advance(world, nodes, minute, count);
    for (const path of nodes) {
      const [zone = "", node = ""] = path.split("/");
      if (world.state?.(node, zone, minute)?.result !== "gone") continue;
      for (const series of counters.keys())
        if (series.includes(`node="${node}"`) || series.includes(`name="${node}"`)) counters.delete(series);
    }
    for (const [series, value] of [...counters, ...gauges]) {
      const known = values.get(series) ?? Array.from({ length: step }, () => "_" as const);
      values.set(series, known);
      known.push(isThere(minute) ? value : stale);
    }
    for (const [series, value] of scrapes(world, minute)) {
      const known = values.get(series) ?? Array.from({ length: step }, () => "_" as const);
      values.set(series, known);
      known.push(value);
    }
    for (const known of values.values()) if (known.length === step) known.push(stale);
  }
  return [...values].map(([series, list]) => ({
    series: series.replace(/\}$/, `${targetLabels}}`),
    values: list.join(" "),
  }));
}

/** What Prometheus itself says of its targets, and what other PinGos do. */
function scrapes({ isThere = () => true, others = {} }: World, minute: number): [string, number][] {
  const ofOthers = Object.entries(others).flatMap(([instance, isAt]): [string, number][] => {
    const from = `job="pingo",instance="${instance}"`;
    const is = isAt(minute);
    return [
      ...(is === "gone" ? [] : [[`up{${from}}`, is === "there" ? 1 : 0] as [string, number]]),
      ...(is === "there" ? [[`pingo_build_info{version="1",${from}}`, 1] as [string, number]] : []),
    ];
  });
  return [[`up{${from}}`, isThere(minute) ? 1 : 0], ...ofOthers];
}

function advance(
  world: World,
  nodes: readonly string[],
  minute: number,
  count: (series: string, amount: number) => void,
) {
  const gauges = new Map<string, number>();
  const { isMinimal = false, isFile = false } = world;
  const lag = world.lag?.(minute) ?? 0.0008;
  for (const path of nodes) {
    const [zone = "", node = ""] = path.split("/");
    const ofZone = `cluster="c",zone="${zone}",${from}`;
    const ofNode = `cluster="c",node="${node}",zone="${zone}",target="192.0.2.1:10250",${from}`;
    const {
      result,
      retransmits = result === "timeout" ? 4 : 0,
      ready = true,
    } = world.state?.(node, zone, minute) ?? fine;
    if (result === "gone") continue;
    const add = (family: string, amount: number, more = "") => {
      count(`pingo_zone_${family}{${more}${ofZone}}`, amount);
      if (!isMinimal) count(`pingo_${family}{${more}${ofNode}}`, amount);
    };
    for (const each of results) {
      add("probes_total", each === result ? 1 : 0, `result="${each}",`);
    }
    add("syn_sent_total", 1 + retransmits);
    add("syn_retransmits_total", retransmits);
    const rtt = world.rtt?.(minute) ?? 0.00015;
    for (const bound of bounds)
      count(
        `pingo_zone_handshake_rtt_seconds_bucket{le="${formatGoFloat(bound)}",${ofZone}}`,
        result === "ok" && rtt <= bound ? 1 : 0,
      );
    count(`pingo_zone_handshake_rtt_seconds_bucket{le="+Inf",${ofZone}}`, result === "ok" ? 1 : 0);
    const sum = (series: string, amount: number) => gauges.set(series, (gauges.get(series) ?? 0) + amount);
    sum(`pingo_zone_targets{${ofZone}}`, 1);
    sum(`pingo_zone_targets_up{${ofZone}}`, result === "ok" || result === "local" ? 1 : 0);
    if (!isMinimal) gauges.set(`pingo_up{${ofNode}}`, result === "ok" || result === "local" ? 1 : 0);
    if (!isFile) sum(`pingo_zone_nodes_ready{${ofZone}}`, ready ? 1 : 0);
    if (!isMinimal && !isFile) gauges.set(`pingo_node_ready{cluster="c",node="${node}",${from}}`, ready ? 1 : 0);
    for (const bound of [0.001, 0.01, 0.1, 1, 5])
      count(`pingo_schedule_lag_seconds_bucket{le="${formatGoFloat(bound)}",${from}}`, lag <= bound ? 1 : 0);
    count(`pingo_schedule_lag_seconds_bucket{le="+Inf",${from}}`, 1);
    count(`pingo_schedule_lag_seconds_count{${from}}`, 1);
    count(`pingo_probes_skipped_total{reason="overlap",${from}}`, world.skips?.(minute) ?? 0);
    count(`pingo_reply{name="${node}",target="192.0.2.1:10250",${from}}`, result === "ok" ? 1 : 0);
    count(
      `pingo_lost{name="${node}",target="192.0.2.1:10250",${from}}`,
      result === "timeout" || result === "refused" ? 1 : 0,
    );
  }
  gauges.set(`pingo_build_info{version="1",${from}}`, 1);
  // promtool's time begins at 0.
  gauges.set(`process_start_time_seconds{${from}}`, (world.startedAt?.(minute) ?? 0) * 60);
  const { isOk = true, droppedMinutes = 0, droppedHandshakes = 0, damagedFiles = 0 } = world.history?.(minute) ?? {};
  gauges.set(`pingo_history_ok{${from}}`, isOk ? 1 : 0);
  gauges.set(`pingo_history_dropped_total{unit="minute",${from}}`, droppedMinutes);
  gauges.set(`pingo_history_dropped_total{unit="handshake",${from}}`, droppedHandshakes);
  gauges.set(`pingo_history_damaged_total{${from}}`, damagedFiles);
  if (isFile) return gauges;
  const apiUp = world.apiUp?.(minute) ?? true;
  count(`pingo_reply{name="API",target="https://192.0.2.100",${from}}`, apiUp ? 1 : 0);
  count(`pingo_lost{name="API",target="https://192.0.2.100",${from}}`, apiUp ? 0 : 1);
  gauges.set(`pingo_api_up{cluster="c",${from}}`, apiUp ? 1 : 0);
  gauges.set(
    `pingo_api_last_sync_timestamp_seconds{cluster="c",${from}}`,
    minute * 60 - (world.syncAge?.(minute) ?? 0),
  );
  return gauges;
}
