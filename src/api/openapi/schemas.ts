import { results } from "../../outcome.ts";
import { eventKinds } from "../queries.ts";
import { array, flag, object, orNull, ref, type Schema, text, whole } from "./schema.ts";

const ms = (description: string) => whole(`${description} Milliseconds since 1970 UTC.`);
const us = (description: string): Schema => ({
  type: "number",
  minimum: 0,
  description: `${description} Microseconds.`,
});
const conditions = ["ok", "degraded", "unreachable", "unknown"];
const condition: Schema = {
  type: "string",
  enum: conditions,
  description: "At the end of the range; of now where that is not over.",
};
const since = orNull(ms("Since when; null where it is not known."));
const cluster = text("The name of the cluster.");
const zone = text("topology.kubernetes.io/zone; empty where the node has none.");
const zoneThen = text("The zone that it was in then; empty where it was in none.");
const heats = array(ref("Heat"), "By column.");
const nowMs = ms("The server's clock.");
const isLive = flag("Whether the range reaches to now, so that conditions are those of this moment.");
const nextOffset = orNull(whole("Give it as `offset` to read on; null at the end."));

const latency = {
  minUs: orNull(us("The least.")),
  p50Us: orNull(us("The median.")),
  p90Us: orNull(us("The 90th percentile.")),
  p99Us: orNull(us("The 99th percentile.")),
  maxUs: orNull(us("The greatest.")),
};

const zoneRow = {
  cluster,
  zone,
  targets: whole("Targets that are probed at the end of the range."),
  unreachable: whole("Of those."),
  degraded: whole("Of those."),
  heat: heats,
};

const counts = {
  results: ref("ResultCounts"),
  synSent: whole("SYNs that were sent, the first and all others."),
  synRetransmits: whole("SYNs that were sent again."),
};

/** What answers are made of; the types of v1.ts say the same. */
export const schemas: Readonly<Record<string, Schema>> = {
  Range: object(
    {
      fromMs: ms("The start of the first column."),
      toMs: ms("The end of the last column, which may lie ahead of now."),
      stepMs: {
        type: "integer",
        enum: [60_000, 600_000, 3_600_000, 21_600_000],
        description: "The length of a column.",
      },
      columns: { type: "integer", minimum: 1, description: "How many there are." },
    },
    "Column i covers stepMs from fromMs + i * stepMs on.",
  ),
  Heat: {
    type: ["integer", "null"],
    enum: [null, 0, 11, 12, 13, 21, 22, 23, 31, 32, 33],
    description:
      "How a step was: 0 is fine, 10 * kind + level is trouble. Kinds: 1 latency against the node's own normal, 2 SYN retransmits, 3 loss. Levels: 1 some, 2 much, 3 the worst (loss: nothing came through). The worst minute of a longer step counts. Null: nothing was measured.",
  },
  ResultCounts: {
    type: "array",
    items: { type: "integer", minimum: 0 },
    minItems: results.length,
    maxItems: results.length,
    description: `Handshakes by result: ${results.join(", ")}.`,
  },
  Headline: object(
    {
      condition: { type: "string", enum: conditions, description: "The worst of what it says." },
      text: text("A sentence of plain words. Its times are in UTC, written as `{<milliseconds since 1970>}`."),
      more: array({ type: "string" }, "More sentences, the worst first."),
    },
    "The whole in one line.",
  ),
  ClusterState: object({
    cluster,
    isApiUp: orNull(
      flag("Whether its API answers, at the end of the range; null where there is none, or it is not known."),
    ),
    apiSinceMs: orNull(ms("Since when.")),
    targets: whole("Targets that are probed."),
    reachable: whole("Of those, at the end of the range."),
  }),
  ZoneRow: object(zoneRow),
  NodeRow: object({
    key: text("Names the target in other requests."),
    cluster,
    zone: zoneThen,
    node: text("The node's name."),
    target: text("Its address, as 192.0.2.7:10250."),
    portName: text("What the port is called."),
    condition,
    sinceMs: since,
    why: text("Why it is not ok: a result, `loss`, `syn retransmits` or `latency`; else empty."),
    isReady: orNull(flag("Ready in the cluster's eyes, now; null where nobody says.")),
    rttUs: orNull(us("The last round trip, for who looks at now.")),
    isProbed: flag("Whether it is still probed at the end of the range."),
    heat: heats,
  }),
  Overview: object({
    nowMs,
    isLive,
    range: ref("Range"),
    headline: ref("Headline"),
    clusters: array(ref("ClusterState")),
    zones: array(ref("ZoneRow"), "Trouble on top; the first 500, should there be more."),
    nodes: array(ref("NodeRow"), "Those that were asked for, trouble on top."),
    nodesTotal: whole("How many nodes the question fits."),
    nextOffset,
  }),
  Latency: object(latency, "Of a step, from merged sketches; null where there was no round trip."),
  Series: object(
    {
      results: array(ref("ResultCounts")),
      synSent: array({ type: "integer", minimum: 0 }),
      synRetransmits: array({ type: "integer", minimum: 0 }),
      latency: array(ref("Latency")),
      heat: array(ref("Heat")),
    },
    "By column; all have as many items as the range has columns.",
  ),
  TargetFacts: object({
    key: text("Names the target in other requests."),
    cluster,
    node: text("The node's name."),
    name: text("Its Hostname address, or its name where it has none."),
    target: text("Its address, as 192.0.2.7:10250."),
    portName: text("What the port is called."),
    addressType: text("InternalIP or ExternalIP."),
    zone,
    region: text("topology.kubernetes.io/region"),
    instanceType: text("node.kubernetes.io/instance-type"),
    os: text("kubernetes.io/os"),
    isReady: orNull(flag("Ready in the cluster's eyes, now; null where nobody says.")),
    readyReason: text("Why, in the cluster's words."),
    isUnschedulable: orNull(flag("Whether it is cordoned; null where nobody says.")),
    isProbed: flag("Whether it is probed now."),
    joinedMs: orNull(ms("When PinGo began to probe it.")),
    leftMs: orNull(ms("When that ended; null while it goes on.")),
    condition,
    sinceMs: since,
    normalUs: orNull(us("The node's own normal, what its latency is held against; null before there is one.")),
  }),
  HistoryAnswer: object({
    nowMs,
    isLive,
    range: ref("Range"),
    facts: { anyOf: [ref("TargetFacts"), { type: "null" }], description: "Of one target; null for a group." },
    series: ref("Series"),
    total: object({ ...counts, ...latency }, "Of the whole range."),
  }),
  ZonesAnswer: object({
    nowMs,
    isLive,
    range: ref("Range"),
    zones: array(
      object({
        ...zoneRow,
        lossShare: array(
          { type: ["number", "null"], minimum: 0, maximum: 1 },
          "By column: the share of handshakes that were lost.",
        ),
        p50Us: array({ type: ["number", "null"], minimum: 0 }, "By column: the median round trip in microseconds."),
      }),
      "Trouble on top; the first 500, should there be more.",
    ),
  }),
  HistoryEvent: object({
    atMs: ms("When it was."),
    kind: {
      type: "string",
      enum: eventKinds,
      description: "handshake: one that failed, or that a SYN had to be sent again for.",
    },
    cluster: text("Empty for PinGo's own."),
    node: text("Empty for an API's and PinGo's own."),
    target: text("Its address; empty where it is about none."),
    key: text("Names the target in other requests; empty where it is about none."),
    zone: zoneThen,
    result: { type: ["string", "null"], enum: [...results, null], description: "Of a handshake, and of down." },
    text: text("One line for people."),
    synSent: orNull(whole("Of a handshake.")),
    connectUs: orNull(us("Of a handshake that succeeded.")),
  }),
  EventsAnswer: object({
    nowMs,
    events: array(ref("HistoryEvent"), "The newest first."),
    next: { type: ["string", "null"], description: "Give it as `before` to read on; null at the end." },
  }),
  TargetsAnswer: object({
    nowMs,
    targets: array(
      ref("TargetFacts"),
      "By cluster, zone and node; also those that have left and of which something is kept.",
    ),
    total: whole("How many there are that the question fits."),
    nextOffset,
  }),
  Status: object({
    version: text("PinGo's."),
    revision: text("The commit that it was made of."),
    nowMs,
    startedMs: ms("When this process began."),
    probeMs: whole("Between two handshakes to one target. Milliseconds."),
    latencyIs: {
      type: ["string", "null"],
      enum: ["rtt", "connect", null],
      description: "Whether round trips are the kernel's, or connect times of the portable engine.",
    },
    history: object({
      kind: { type: "string", enum: ["memory", "file", "prometheus", "none"], description: "Where it is kept." },
      sinceMs: orNull(ms("Since when there is any.")),
      bytes: orNull(whole("How much it takes.")),
      problem: text("What is wrong with it; empty where nothing is."),
      problemSinceMs: orNull(ms("Since when; null where nothing is, and where it is not known.")),
      damagedFiles: whole(
        "Files that were damaged and are set aside, since PinGo started; write-ahead logs among them.",
      ),
      damagedMs: orNull(
        ms(
          "When the history's file itself was, the last time: what was before is not shown. Null where it was a log at most.",
        ),
      ),
    }),
  }),
  ApiError: {
    ...object({
      error: text("What was wrong, the value that it saw, and what to do."),
      type: {
        type: "string",
        enum: ["no-history"],
        description: "no-history: this PinGo keeps none, and will not. Left out where `error` says all.",
      },
    }),
    required: ["error"],
  },
};
