/** A metric family as Prometheus' text format describes it. */
export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "summary" | "histogram" | "untyped";
  readonly help: string;
}

/**
 * The families with a series for each target or node. Those of the program itself are in process-metrics.ts.
 *
 * The first three are the first PinGo's. Their type is left open because their names do not end in _total, which is
 * what Prometheus (`promtool check metrics`) asks of a counter; it makes no difference to any query.
 */
export const catalogue = {
  reply: { name: "pingo_reply", type: "untyped", help: "Handshakes that the target answered, or answers of the API." },
  lost: { name: "pingo_lost", type: "untyped", help: "Handshakes that gave no connection, or failed API requests." },
  time: { name: "pingo_time", type: "untyped", help: "Milliseconds spent waiting for the replies in pingo_reply." },
  probes: { name: "pingo_probes_total", type: "counter", help: "Handshakes that have ended, by result." },
  connect: {
    name: "pingo_connect_seconds",
    type: "summary",
    help: "Time from connect to the connection being seen by this program, replies only.",
  },
  synSent: {
    name: "pingo_syn_sent_total",
    type: "counter",
    help: "SYNs sent, the first of each handshake included, as the kernel counted them.",
  },
  synRetransmits: {
    name: "pingo_syn_retransmits_total",
    type: "counter",
    help: "SYNs sent again because no answer came in time; a full accept queue at the far side looks the same as loss.",
  },
  rtt: {
    name: "pingo_handshake_rtt_seconds",
    type: "histogram",
    help: "Round trip of the handshake as the kernel measured it, of handshakes without a retransmission.",
  },
  up: { name: "pingo_up", type: "gauge", help: "1 if the last handshake was answered, 0 if it was lost." },
  info: { name: "pingo_target_info", type: "gauge", help: "Facts of the target, always 1." },
  ready: { name: "pingo_node_ready", type: "gauge", help: "1 if the node's Ready condition is True, else 0." },
  targets: { name: "pingo_targets", type: "gauge", help: "Nodes known, by what became of them." },
} as const satisfies Record<string, Family>;
