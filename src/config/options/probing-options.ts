import { ipFamilies } from "../../targets/select.ts";
import { parseShard } from "../parse-shard.ts";
import * as values from "../values.ts";
import { asking, defaulted, optional, probing, selecting, watching } from "./option.ts";
import { hourMs, secondMs } from "./times.ts";

/** Which addresses of which nodes are probed, and how often. */
export const probingOptions = {
  scan: defaulted({
    env: "PINGO_SCAN",
    argument: "TIME",
    meaning: "between lists of the nodes, or between checks of their number while a watch runs",
    fallback: "60",
    fallbacks: { demo: "5" },
    commands: watching,
    parse: values.duration(secondMs, 24 * hourMs),
  }),
  probe: defaulted({
    env: "PINGO_PROBE",
    argument: "TIME",
    meaning: "between handshakes to one target",
    fallback: "15",
    fallbacks: { demo: "1" },
    commands: watching,
    parse: values.duration(100, 24 * hourMs),
  }),
  timeout: optional({
    env: "PINGO_TIMEOUT",
    argument: "TIME",
    meaning: "a handshake's deadline (default: --probe less 1 s, at least half; check: 3 s)",
    commands: probing,
    parse: values.duration(1, hourMs),
  }),
  count: defaulted({
    argument: "N",
    meaning: "handshakes to each node",
    fallback: "5",
    commands: ["check"],
    parse: values.integer(1, 1_000),
  }),
  "node-selector": defaulted({
    short: "l",
    env: "PINGO_NODE_SELECTOR",
    argument: "SELECTOR",
    meaning: "label selector for the nodes, sent to the API",
    fallback: "",
    commands: selecting,
    parse: values.anyText,
  }),
  "address-types": defaulted({
    env: "PINGO_ADDRESS_TYPES",
    argument: "TYPES",
    meaning: "which address of a node to take, in order of preference",
    isList: true,
    fallback: "ExternalIP,InternalIP",
    commands: selecting,
    parse: values.addressTypeList,
  }),
  port: optional({
    env: "PINGO_PROBE_PORTS",
    argument: "NAME=PORT",
    meaning: "a port to probe beside the kubelet's (kubelet=PORT: instead); can be repeated",
    repeats: true,
    commands: selecting,
    parse: values.list(values.namedPort),
  }),
  shard: optional({
    env: "PINGO_SHARD",
    argument: "I/N",
    meaning: "probe the Ith of N shares of the nodes; in a StatefulSet $(POD_NAME)/N",
    commands: asking,
    parse: parseShard,
  }),
  "ip-family": defaulted({
    env: "PINGO_IP_FAMILY",
    argument: "FAMILY",
    meaning: "auto (a node's first address), 4, 6 or both",
    fallback: "auto",
    commands: selecting,
    parse: values.oneOf(ipFamilies),
  }),
} as const;
