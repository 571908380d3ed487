import type { Board, VariableName } from "./board.ts";
import { figure, lines, type Query, rows } from "./panels.ts";

/** What a selector has for the variables of a board. */
function select(names: readonly VariableName[], more = ""): string {
  return `{${[...names.map((name) => `${name}=~"$${name}"`), ...(more === "" ? [] : [more])].join(",")}}`;
}

const inZones = ["job", "cluster", "zone"] as const;
const z = (more = "") => select(inZones, more);
const lostResults = 'result=~"timeout|reset|unreachable"';
const ratio = (part: string, whole: string) => `${part} / ${whole}`;

type Names = readonly VariableName[];

/** The share of handshakes that were lost, by some labels of zones. */
function lostShare(by: string, names: Names = inZones): string {
  return ratio(
    `sum by (${by}) (rate(pingo_zone_probes_total${select(names, lostResults)}[$__rate_interval]))`,
    `sum by (${by}) (rate(pingo_zone_probes_total${select(names, 'result!="local"')}[$__rate_interval]))`,
  );
}

function retransmitShare(by: string, names: Names = inZones): string {
  return ratio(
    `sum by (${by}) (rate(pingo_zone_syn_retransmits_total${select(names)}[$__rate_interval]))`,
    `sum by (${by}) (rate(pingo_zone_syn_sent_total${select(names)}[$__rate_interval]))`,
  );
}

/** A quantile of round trips from the classic buckets, or the native ones where Prometheus keeps those. */
function rttQuantile(quantile: number, by: string, family: string, selector: string): string {
  const classic = `histogram_quantile(${quantile}, sum by (${by}, le) (rate(${family}_bucket${selector}[$__rate_interval])))`;
  const native = `histogram_quantile(${quantile}, sum by (${by}) (rate(${family}${selector}[$__rate_interval])))`;
  return `${classic} or ${native}`;
}

function zoneRtt(quantile: number, by: string, names: Names = inZones): string {
  return rttQuantile(quantile, by, "pingo_zone_handshake_rtt_seconds", select(names));
}

const inClusters = ["job", "cluster"] as const;

const overview: Board = {
  uid: "pingo-overview",
  title: "PinGo / Is it the network?",
  description: "Whether nodes can be reached, what is lost on the way, and whether to believe it.",
  variables: inClusters,
  rows: [
    {
      title: "Now",
      panels: [
        figure({
          title: "Targets that answer",
          description: "Of all targets, those whose last handshake was answered.",
          unit: "percentunit",
          queries: [
            {
              expr: 'sum(pingo_zone_targets_up{job=~"$job",cluster=~"$cluster"}) / sum(pingo_zone_targets{job=~"$job",cluster=~"$cluster"})',
            },
          ],
          baseColor: "red",
          thresholds: [
            [0.9, "orange"],
            [1, "green"],
          ],
        }),
        figure({
          title: "Down, and Ready",
          description:
            "Nodes that the cluster calls Ready and that do not answer from here: the network between. Not counted at --metrics minimal.",
          queries: [
            {
              expr: 'count((max by (cluster, node) (pingo_up{job=~"$job",cluster=~"$cluster"}) == 0) and on (cluster, node) pingo_node_ready == 1) or vector(0)',
            },
          ],
          thresholds: [[1, "red"]],
        }),
        figure({
          title: "Zones with losses",
          description: "Zones in which more than a tenth of the handshakes were lost on the way.",
          queries: [{ expr: `count((${lostShare("cluster, zone", inClusters)}) > 0.1) or vector(0)` }],
          thresholds: [[1, "red"]],
        }),
        figure({
          title: "SYNs sent again",
          description:
            "Share of SYNs that had to be sent again: loss on the way, or full accept queues at the end of it.",
          unit: "percentunit",
          queries: [{ expr: retransmitShare("job", inClusters) }],
          thresholds: [
            [0.01, "orange"],
            [0.05, "red"],
          ],
        }),
        figure({
          title: "APIs that answer",
          description: "Whether the last answer of each cluster's API could be used.",
          queries: [{ expr: 'pingo_api_up{job=~"$job",cluster=~"$cluster"}', legend: "{{cluster}}" }],
          baseColor: "red",
          thresholds: [[1, "green"]],
        }),
        figure({
          title: "PinGo's own lag, p99",
          description:
            "How long after its time a handshake begins. Where this is long, PinGo wants CPU; the kernel's round trips stay right.",
          unit: "s",
          queries: [
            {
              expr: 'histogram_quantile(0.99, sum by (le) (rate(pingo_schedule_lag_seconds_bucket{job=~"$job"}[$__rate_interval])))',
            },
          ],
          thresholds: [
            [0.05, "orange"],
            [0.2, "red"],
          ],
        }),
      ],
    },
    {
      title: "Zones",
      panels: [
        lines({
          title: "Handshakes lost, by zone",
          description:
            "Lost on the way: timeout, reset, unreachable. A refusal is an answer. One zone alone is the way there; all at once is the place where PinGo runs.",
          unit: "percentunit",
          max: 1,
          queries: [{ expr: lostShare("cluster, zone", inClusters), legend: "{{cluster}} {{zone}}" }],
        }),
        lines({
          title: "SYNs sent again, by zone",
          description: "Counted by the kernel. More than a percent on several zones is the way; on one, that zone.",
          unit: "percentunit",
          queries: [{ expr: retransmitShare("cluster, zone", inClusters), legend: "{{cluster}} {{zone}}" }],
        }),
        lines({
          title: "Median round trip, by zone",
          description: "From SYN to SYN-ACK, taken by the kernel. A step is another way, a slope is load.",
          unit: "s",
          queries: [{ expr: zoneRtt(0.5, "cluster, zone", inClusters), legend: "{{cluster}} {{zone}}" }],
        }),
        rows({
          title: "Nodes that do not answer",
          description: "The last handshake was lost or refused.",
          queries: [{ expr: 'max by (cluster, zone, node) (pingo_up{job=~"$job",cluster=~"$cluster"}) == 0' }],
          columns: ["cluster", "zone", "node"],
          value: "up",
          thresholds: [[1, "green"]],
          baseColor: "red",
        }),
      ],
    },
  ],
};

const resultQueries: readonly Query[] = [
  { expr: `sum by (result) (rate(pingo_zone_probes_total${z()}[$__rate_interval]))`, legend: "{{result}}" },
];

const zonesBoard: Board = {
  uid: "pingo-zones",
  title: "PinGo / Zones",
  description: "By zone, from series that --metrics minimal has, too.",
  variables: inZones,
  rows: [
    {
      title: "Reach",
      panels: [
        lines({
          title: "Targets that answer, by zone",
          description: "Of the targets in the zone, those whose last handshake was answered.",
          unit: "percentunit",
          max: 1,
          queries: [
            {
              expr: `sum by (cluster, zone) (pingo_zone_targets_up${z()}) / sum by (cluster, zone) (pingo_zone_targets${z()})`,
              legend: "{{cluster}} {{zone}}",
            },
          ],
        }),
        lines({
          title: "Nodes that are Ready, by zone",
          description:
            "As the cluster sees them. Where this falls, too, the zone is down; where it stays, it is the network between.",
          queries: [{ expr: `sum by (cluster, zone) (pingo_zone_nodes_ready${z()})`, legend: "{{cluster}} {{zone}}" }],
        }),
        lines({
          title: "Handshakes by result",
          description: "A second. What each means is in docs/words.md.",
          unit: "cps",
          queries: resultQueries,
        }),
        lines({
          title: "Handshakes lost, by zone",
          description: "Share of those that were made and are not this machine's fault.",
          unit: "percentunit",
          max: 1,
          queries: [{ expr: lostShare("cluster, zone"), legend: "{{cluster}} {{zone}}" }],
        }),
      ],
    },
    {
      title: "Quality",
      panels: [
        lines({
          title: "SYNs sent again, by zone",
          description:
            "Share of the SYNs. A node that is dark costs five SYNs for each handshake, so that a zone with one shows it here.",
          unit: "percentunit",
          queries: [{ expr: retransmitShare("cluster, zone"), legend: "{{cluster}} {{zone}}" }],
        }),
        ...[0.5, 0.99].map((quantile) =>
          lines({
            title: `Round trip, p${quantile * 100}, by zone`,
            description: "From SYN to SYN-ACK, of handshakes without a retransmission.",
            unit: "s",
            queries: [{ expr: zoneRtt(quantile, "cluster, zone"), legend: "{{cluster}} {{zone}}" }],
          }),
        ),
      ],
    },
  ],
};

const ofNode = ["job", "cluster", "zone", "node"] as const;
const n = (more = "") => select(ofNode, more);

const nodeBoard: Board = {
  uid: "pingo-node",
  title: "PinGo / Node",
  description: "One node: every target that it has.",
  variables: ofNode,
  choosesOne: true,
  rows: [
    {
      title: "Now",
      panels: [
        figure({
          title: "Answers",
          description: "1 if the last handshake with each target was answered.",
          width: 6,
          queries: [{ expr: `pingo_up${n()}`, legend: "{{target}}" }],
          baseColor: "red",
          thresholds: [[1, "green"]],
        }),
        figure({
          title: "Ready",
          description: "1 if the cluster calls the node Ready.",
          width: 6,
          queries: [{ expr: 'pingo_node_ready{job=~"$job",cluster=~"$cluster",node=~"$node"}' }],
          baseColor: "red",
          thresholds: [[1, "green"]],
        }),
        rows({
          title: "What it is",
          description: "Facts of the node from its labels.",
          queries: [{ expr: `pingo_target_info${n()}` }],
          columns: ["target", "zone", "region", "instance_type", "os", "address_type", "port"],
          value: "info",
        }),
      ],
    },
    {
      title: "Handshakes",
      panels: [
        lines({
          title: "By result",
          description: "A second, by target. What each result means is in docs/words.md.",
          unit: "cps",
          queries: [
            {
              expr: `sum by (target, result) (rate(pingo_probes_total${n()}[$__rate_interval])) > 0`,
              legend: "{{target}} {{result}}",
            },
          ],
        }),
        lines({
          title: "SYNs sent again",
          description: "Share of the SYNs, by target.",
          unit: "percentunit",
          queries: [
            {
              expr: `rate(pingo_syn_retransmits_total${n()}[$__rate_interval]) / rate(pingo_syn_sent_total${n()}[$__rate_interval])`,
              legend: "{{target}}",
            },
          ],
        }),
        lines({
          title: "Round trip",
          description: "From SYN to SYN-ACK, taken by the kernel: median and 99th percentile by target.",
          unit: "s",
          queries: [0.5, 0.99].map((quantile) => ({
            expr: rttQuantile(quantile, "target", "pingo_handshake_rtt_seconds", n()),
            legend: `{{target}} p${quantile * 100}`,
          })),
        }),
        lines({
          title: "Mean connect time",
          description:
            "Until this program saw the connection, retransmissions included: what an application would wait.",
          unit: "s",
          queries: [
            {
              expr: `rate(pingo_connect_seconds_sum${n()}[$__rate_interval]) / rate(pingo_connect_seconds_count${n()}[$__rate_interval])`,
              legend: "{{target}}",
            },
          ],
        }),
      ],
    },
  ],
};

const j = '{job=~"$job"}';

const itself: Board = {
  uid: "pingo-itself",
  title: "PinGo / PinGo itself",
  description: "Whether its figures are to be believed: time, work left out, memory, the API.",
  variables: ["job"],
  rows: [
    {
      title: "Schedule",
      panels: [
        lines({
          title: "Lag",
          description: "How long after its time a handshake begins.",
          unit: "s",
          queries: [0.5, 0.99].map((quantile) => ({
            expr: `histogram_quantile(${quantile}, sum by (instance, le) (rate(pingo_schedule_lag_seconds_bucket${j}[$__rate_interval])))`,
            legend: `{{instance}} p${quantile * 100}`,
          })),
        }),
        lines({
          title: "Handshakes",
          description: "Begun a second.",
          unit: "cps",
          queries: [{ expr: `rate(pingo_schedule_lag_seconds_count${j}[$__rate_interval])`, legend: "{{instance}}" }],
        }),
        lines({
          title: "Handshakes left out",
          description:
            "A second, by reason: late (it stood still), overlap (the one before still waits), capacity (descriptors, memory).",
          unit: "cps",
          queries: [
            { expr: `rate(pingo_probes_skipped_total${j}[$__rate_interval])`, legend: "{{instance}} {{reason}}" },
          ],
        }),
        lines({
          title: "Turned away from /metrics",
          description: "A second, by reason.",
          unit: "cps",
          queries: [
            { expr: `rate(pingo_http_refused_total${j}[$__rate_interval])`, legend: "{{instance}} {{reason}}" },
          ],
        }),
      ],
    },
    {
      title: "Process",
      panels: [
        lines({
          title: "CPU",
          description: "Of one core.",
          unit: "percentunit",
          queries: [{ expr: `rate(process_cpu_seconds_total${j}[$__rate_interval])`, legend: "{{instance}}" }],
        }),
        lines({
          title: "Memory",
          description: "Resident.",
          unit: "bytes",
          queries: [{ expr: `process_resident_memory_bytes${j}`, legend: "{{instance}}" }],
        }),
        rows({
          title: "Which PinGo",
          description: "Version, revision and Node of each.",
          queries: [{ expr: `pingo_build_info${j} * on (job, instance) group_left (engine) pingo_engine_info` }],
          columns: ["instance", "version", "revision", "node", "engine"],
          value: "info",
        }),
      ],
    },
    {
      title: "API",
      panels: [
        lines({
          title: "Requests",
          description: "A second, by status; 0 where no answer came.",
          unit: "cps",
          queries: [
            {
              expr: `sum by (cluster, verb, code) (rate(pingo_api_requests_total${j}[$__rate_interval]))`,
              legend: "{{cluster}} {{verb}} {{code}}",
            },
          ],
        }),
        lines({
          title: "Age of what is known of the nodes",
          description: "Since they were last known to be as the API has them.",
          unit: "s",
          queries: [{ expr: `time() - pingo_api_last_sync_timestamp_seconds${j}`, legend: "{{cluster}}" }],
        }),
        lines({
          title: "Errors",
          description: "A second, by reason.",
          unit: "cps",
          queries: [{ expr: `rate(pingo_api_errors_total${j}[$__rate_interval])`, legend: "{{cluster}} {{reason}}" }],
        }),
        lines({
          title: "Watches begun anew",
          description: "A second, by reason. closed, every 40 s, is how it should be.",
          unit: "cps",
          queries: [
            { expr: `rate(pingo_api_watch_restarts_total${j}[$__rate_interval])`, legend: "{{cluster}} {{reason}}" },
          ],
        }),
      ],
    },
  ],
};

/** By the name of the file that each is committed as. */
export const boards: Readonly<Record<string, Board>> = {
  overview,
  zones: zonesBoard,
  node: nodeBoard,
  pingo: itself,
};
