import { formatGoFloat } from "../../src/metrics/exposition/go-float.ts";
import { results } from "../../src/outcome.ts";

/** What a node does to handshakes at one moment. */
export interface NodeState {
  readonly result: "ok" | "timeout" | "refused" | "local";
  /** SYNs sent again for each handshake, on the average. */
  readonly retransmits?: number;
  readonly ready?: boolean;
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
  /** Whether PinGo is there to be scraped. */
  readonly isThere?: (minute: number) => boolean;
  /** The round trip to every node, in seconds. */
  readonly rtt?: (minute: number) => number;
  /** The series of single nodes are not there. */
  readonly isMinimal?: boolean;
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

/** What Prometheus has scraped of a PinGo in such a world. */
export function seriesOf(world: World): Series[] {
  const { minutes, nodes, stepMinutes = 0.25, isThere = () => true } = world;
  const times = Array.from({ length: Math.floor(minutes / stepMinutes) + 1 }, (_, step) => step * stepMinutes);
  const values = new Map<string, (number | "_")[]>();
  const counters = new Map<string, number>();
  const count = (series: string, amount: number) => counters.set(series, (counters.get(series) ?? 0) + amount);
  for (const [step, minute] of times.entries()) {
    const gauges = advance(world, nodes, minute, count);
    for (const [series, value] of [...counters, ...gauges]) {
      const known = values.get(series) ?? Array.from({ length: step }, () => "_" as const);
      values.set(series, known);
      // What is not scraped ends at once, as when a scrape fails: "stale" is promtool's word for it.
      known.push(isThere(minute) ? value : ("stale" as "_"));
    }
  }
  return [...values].map(([series, list]) => ({ series, values: list.join(" ") }));
}

function advance(
  world: World,
  nodes: readonly string[],
  minute: number,
  count: (series: string, amount: number) => void,
) {
  const gauges = new Map<string, number>();
  const { isMinimal = false } = world;
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
    sum(`pingo_zone_nodes_ready{${ofZone}}`, ready ? 1 : 0);
    if (!isMinimal) gauges.set(`pingo_node_ready{cluster="c",node="${node}",${from}}`, ready ? 1 : 0);
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
  const apiUp = world.apiUp?.(minute) ?? true;
  count(`pingo_reply{name="API",target="https://192.0.2.100",${from}}`, apiUp ? 1 : 0);
  count(`pingo_lost{name="API",target="https://192.0.2.100",${from}}`, apiUp ? 0 : 1);
  gauges.set(`pingo_api_up{cluster="c",${from}}`, apiUp ? 1 : 0);
  // promtool's time begins at 0.
  gauges.set(
    `pingo_api_last_sync_timestamp_seconds{cluster="c",${from}}`,
    minute * 60 - (world.syncAge?.(minute) ?? 0),
  );
  gauges.set(`pingo_build_info{version="1",${from}}`, 1);
  return gauges;
}
