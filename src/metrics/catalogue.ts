/** Which families are on the page, each level with all of those before it. */
export const levels = ["minimal", "default", "full"] as const;
export type MetricsLevel = (typeof levels)[number];

/** What a family has a set of series for. */
export type Subject = "target" | "node" | "zone" | "cluster" | "process";

/** A metric family. */
export interface Family {
  readonly name: string;
  /** An `info` is a gauge that is always 1, whose labels tell of its subject. */
  readonly type: "counter" | "gauge" | "summary" | "histogram" | "untyped" | "info";
  readonly help: string;
  readonly labels: readonly string[];
  readonly of: Subject;
  /** The lowest level that has it. */
  readonly level: MetricsLevel;
}

const target = ["cluster", "node", "zone", "target"] as const;
const zone = ["cluster", "zone"] as const;
const ofTarget = { of: "target", level: "default", labels: target } as const;
const ofTargetInFull = { of: "target", level: "full", labels: target } as const;
const ofZone = { of: "zone", level: "minimal", labels: zone } as const;
const ofProcess = { of: "process", level: "minimal" } as const;
const ofCluster = { of: "cluster", level: "minimal", labels: ["cluster"] } as const;

/**
 * Every family but those that tell of Node.js itself (process_*, nodejs_*). docs/metrics.md is made of it.
 *
 * The first three are the first PinGo's. Their type is left open because their names do not end in _total, which is
 * what Prometheus (`promtool check metrics`) asks of a counter; it makes no difference to any query.
 */
export const catalogue = {
  reply: {
    name: "pingo_reply",
    type: "untyped",
    help: "Handshakes that the target answered, or answers of the API.",
    ...ofTarget,
    labels: ["name", "target"],
  },
  lost: {
    name: "pingo_lost",
    type: "untyped",
    help: "Handshakes that gave no connection, or failed API requests.",
    ...ofTarget,
    labels: ["name", "target"],
  },
  time: {
    name: "pingo_time",
    type: "untyped",
    help: "Milliseconds spent waiting for the replies in pingo_reply.",
    ...ofTarget,
    labels: ["name", "target"],
  },
  probes: {
    name: "pingo_probes_total",
    type: "counter",
    help: "Handshakes that have ended, by result.",
    ...ofTarget,
    labels: [...target, "result"],
  },
  connect: {
    name: "pingo_connect_seconds",
    type: "summary",
    help: "Time from connect to the connection being seen by this program, replies only.",
    ...ofTarget,
  },
  synSent: {
    name: "pingo_syn_sent_total",
    type: "counter",
    help: "SYNs sent, the first of each handshake included, as the kernel counted them.",
    ...ofTarget,
  },
  synRetransmits: {
    name: "pingo_syn_retransmits_total",
    type: "counter",
    help: "SYNs sent again because no answer came in time; a full accept queue at the far side looks the same as loss.",
    ...ofTarget,
  },
  rtt: {
    name: "pingo_handshake_rtt_seconds",
    type: "histogram",
    help: "Round trip of the handshake as the kernel measured it, of handshakes without a retransmission.",
    ...ofTarget,
  },
  up: {
    name: "pingo_up",
    type: "gauge",
    help: "1 if the last handshake was answered, 0 if it was lost.",
    ...ofTarget,
  },
  lastReply: {
    name: "pingo_last_reply_timestamp_seconds",
    type: "gauge",
    help: "When the target last answered, in seconds since 1970.",
    ...ofTargetInFull,
  },
  lastRtt: {
    name: "pingo_last_rtt_seconds",
    type: "gauge",
    help: "Round trip of the last handshake that has one.",
    ...ofTargetInFull,
  },
  info: {
    name: "pingo_target_info",
    type: "info",
    help: "Facts of the target, always 1.",
    ...ofTarget,
    labels: [...target, "region", "instance_type", "address_type", "os", "port"],
  },
  ready: {
    name: "pingo_node_ready",
    type: "gauge",
    help: "1 if the node's Ready condition is True, else 0.",
    of: "node",
    level: "default",
    labels: ["cluster", "node"],
  },
  zoneTargets: {
    name: "pingo_zone_targets",
    type: "gauge",
    help: "Targets in the zone.",
    ...ofZone,
  },
  zoneUp: {
    name: "pingo_zone_targets_up",
    type: "gauge",
    help: "Targets in the zone whose last handshake was answered.",
    ...ofZone,
  },
  zoneReady: {
    name: "pingo_zone_nodes_ready",
    type: "gauge",
    help: "Nodes in the zone whose Ready condition is True.",
    ...ofZone,
  },
  zoneProbes: {
    name: "pingo_zone_probes_total",
    type: "counter",
    help: "Handshakes with targets in the zone that have ended, by result.",
    ...ofZone,
    labels: [...zone, "result"],
  },
  zoneSynSent: {
    name: "pingo_zone_syn_sent_total",
    type: "counter",
    help: "SYNs sent to targets in the zone, the first of each handshake included, as the kernel counted them.",
    ...ofZone,
  },
  zoneSynRetransmits: {
    name: "pingo_zone_syn_retransmits_total",
    type: "counter",
    help: "SYNs sent again to targets in the zone because no answer came in time.",
    ...ofZone,
  },
  zoneRtt: {
    name: "pingo_zone_handshake_rtt_seconds",
    type: "histogram",
    help: "Round trip of the handshakes with targets in the zone, as pingo_handshake_rtt_seconds.",
    ...ofZone,
  },
  targets: {
    name: "pingo_targets",
    type: "gauge",
    help: "Nodes known, by what became of them.",
    ...ofCluster,
    labels: ["cluster", "state"],
  },
  apiUp: {
    name: "pingo_api_up",
    type: "gauge",
    help: "1 if the last answer of the API could be used, else 0.",
    ...ofCluster,
  },
  apiSeconds: {
    name: "pingo_api_request_seconds",
    type: "histogram",
    help: "Time from a request to the API until the headers of its answer; unanswered ones are not in it.",
    ...ofCluster,
    labels: ["cluster", "verb"],
  },
  apiRequests: {
    name: "pingo_api_requests_total",
    type: "counter",
    help: "Requests to the API by HTTP status code; code 0 where no answer came.",
    ...ofCluster,
    labels: ["cluster", "verb", "code"],
  },
  apiErrors: {
    name: "pingo_api_errors_total",
    type: "counter",
    help: "Answers of the API that could not be used, and answers that did not come, by reason.",
    ...ofCluster,
    labels: ["cluster", "reason"],
  },
  apiLastSync: {
    name: "pingo_api_last_sync_timestamp_seconds",
    type: "gauge",
    help: "When the nodes were last known to be as the API has them, in seconds since 1970.",
    ...ofCluster,
  },
  apiWatchRestarts: {
    name: "pingo_api_watch_restarts_total",
    type: "counter",
    help: "Watches that had to be begun anew, by reason.",
    ...ofCluster,
    labels: ["cluster", "reason"],
  },
  fileOk: {
    name: "pingo_targets_file_ok",
    type: "gauge",
    help: "1 if the file of targets, as it is now, can be used; 0 where an older state of it serves on.",
    ...ofProcess,
    labels: [],
  },
  fileLastSuccess: {
    name: "pingo_targets_file_last_success_timestamp_seconds",
    type: "gauge",
    help: "When the file of targets was last found usable, in seconds since 1970.",
    ...ofProcess,
    labels: [],
  },
  resolutions: {
    name: "pingo_targets_resolutions_total",
    type: "counter",
    help: "Host names of the file that were looked up, by result.",
    ...ofProcess,
    labels: ["result"],
  },
  skipped: {
    name: "pingo_probes_skipped_total",
    type: "counter",
    help: "Handshakes that this program did not make when they were due, by reason.",
    ...ofProcess,
    labels: ["reason"],
  },
  lag: {
    name: "pingo_schedule_lag_seconds",
    type: "histogram",
    help: "How long after its due time a handshake began.",
    ...ofProcess,
    labels: [],
  },
  engineInfo: {
    name: "pingo_engine_info",
    type: "info",
    help: "Which engine makes the handshakes, always 1.",
    ...ofProcess,
    labels: ["engine"],
  },
  engineRestarts: {
    name: "pingo_engine_restarts_total",
    type: "counter",
    help: "How often the engine's thread died and another one took its place.",
    ...ofProcess,
    labels: [],
  },
  httpRefused: {
    name: "pingo_http_refused_total",
    type: "counter",
    help: "Connections and requests to this program that it turned away, by reason.",
    ...ofProcess,
    labels: ["reason"],
  },
  pushes: {
    name: "pingo_pushes_total",
    type: "counter",
    help: "Times that all metrics were pushed, by result.",
    ...ofProcess,
    labels: ["result"],
  },
  pushDropped: {
    name: "pingo_push_dropped_points_total",
    type: "counter",
    help: "Data points of pushes that did not arrive; nothing waits to be sent again.",
    ...ofProcess,
    labels: [],
  },
  historyBytes: {
    name: "pingo_history_bytes",
    type: "gauge",
    help: "Size of the history, in a file and its log or in memory.",
    ...ofProcess,
    labels: [],
  },
  historyOk: {
    name: "pingo_history_ok",
    type: "gauge",
    help: "1 while the history takes what is measured; 0 where its disk is full, or its thread hangs or is gone.",
    ...ofProcess,
    labels: [],
  },
  historyWritten: {
    name: "pingo_history_writes_total",
    type: "counter",
    help: "Times that a minute of measurements was written to the history.",
    ...ofProcess,
    labels: [],
  },
  historyDropped: {
    name: "pingo_history_dropped_total",
    type: "counter",
    help: "What the history had to let go, or its thread died with, before it was written: minutes, or single handshakes.",
    ...ofProcess,
    labels: ["unit"],
  },
  historyDamaged: {
    name: "pingo_history_damaged_total",
    type: "counter",
    help: "Files of the history, and logs of such, that were damaged and set aside.",
    ...ofProcess,
    labels: [],
  },
  buildInfo: {
    name: "pingo_build_info",
    type: "info",
    help: "Which PinGo this is, always 1.",
    ...ofProcess,
    labels: ["version", "revision", "node"],
  },
} as const satisfies Record<string, Family>;

/** Whether a page of that level has the family. */
export function isOnPage({ level }: Family, pageLevel: MetricsLevel): boolean {
  return levels.indexOf(level) <= levels.indexOf(pageLevel);
}
