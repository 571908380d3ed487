import { closeStyles, engineNames, handshakeStyles } from "../handshake/engine-config.ts";
import { logFormats, logLevels } from "../log.ts";
import { levels } from "../metrics/catalogue.ts";
import { ipFamilies } from "../targets/select.ts";
import { parseEndpoint } from "../top/endpoint.ts";
import { bytes } from "./parse-bytes.ts";
import { parseHeader } from "./parse-header.ts";
import { parseHistory } from "./parse-history.ts";
import { parseRttBuckets } from "./parse-rtt-buckets.ts";
import { parseShard } from "./parse-shard.ts";
import type { Parser } from "./values.ts";
import * as values from "./values.ts";

export const commands = ["serve", "check", "targets", "top", "demo", "sandbox", "completion"] as const;
export type Command = (typeof commands)[number];

/** One setting: a flag and, for most, an environment variable. */
export interface Option<Value> {
  /** One letter that stands for the flag behind a single dash, where kubectl has it too. */
  readonly short?: string;
  readonly env?: string;
  /** Other variables for some commands, where the same words mean another thing. */
  readonly envs?: Partial<Record<Command, string>>;
  /** What stands for the value in the help; a flag without one is a switch. */
  readonly argument?: string;
  readonly meaning: string;
  readonly meanings?: Partial<Record<Command, string>>;
  /** As a user would write it. Without one, an absent setting is undefined. */
  readonly fallback?: string;
  /** Other defaults for some commands. */
  readonly fallbacks?: Partial<Record<Command, string>>;
  /** The option that says the same in another way; only one of the two counts. */
  readonly insteadOf?: string;
  /** May be given several times; the texts come to the parser one a line. In a variable they stand behind commas. */
  readonly repeats?: true;
  /** Takes several values with commas between them: in a file they can be a list. */
  readonly isList?: true;
  readonly commands: readonly Command[];
  readonly parse: Parser<Value>;
}

export const outputFormats = ["table", "wide", "json", "yaml", "name"] as const;
export type OutputFormat = (typeof outputFormats)[number];
/** Those for which there is a script of completion. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

const asking: readonly Command[] = ["serve", "check", "targets"];
const probing: readonly Command[] = ["serve", "check", "demo"];
const watching: readonly Command[] = ["serve", "demo"];
const selecting: readonly Command[] = ["serve", "check", "targets", "demo"];
const mocking: readonly Command[] = ["demo", "sandbox"];

const second = 1_000;
const hour = 3_600 * second;
const day = 24 * hour;

/** An option that always has a value. */
type Defaulted<Value> = Option<Value> & { readonly fallback: string };

/** An option that may be absent. These two keep the type of each value while the table is checked against Option. */
function optional<Value>(spec: Option<Value>): Option<Value> {
  return spec;
}

function defaulted<Value>(spec: Defaulted<Value>): Defaulted<Value> {
  return spec;
}

/** Every option of every command, in the order in which the help shows them. */
export const options = {
  url: defaulted({
    env: "PINGO_TOP_URL",
    argument: "URL",
    meaning: "where a PinGo serves, also unix:/path; a user and a password may be in it",
    fallback: "http://localhost:8080",
    commands: ["top"],
    parse: parseEndpoint,
  }),
  shell: optional({
    argument: "SHELL",
    meaning: "bash, zsh or fish",
    commands: ["completion"],
    parse: values.oneOf(shells),
  }),
  user: optional({
    env: "PINGO_TOP_USER",
    argument: "NAME:PASSWORD",
    meaning: "who asks; as a flag it can be seen in the list of processes",
    commands: ["top"],
    parse: values.userAndPassword,
  }),
  config: optional({
    env: "PINGO_CONFIG",
    argument: "FILE",
    meaning: "file of options, YAML, e.g. probe: 5s; flags and variables beat it",
    commands: selecting,
    parse: values.anyText,
  }),
  api: optional({
    env: "PINGO_API",
    argument: "URL",
    meaning: "URL of the Kubernetes API (default: the kubeconfig's, then the pod's own)",
    commands: asking,
    parse: values.apiUrl,
  }),
  token: optional({
    env: "PINGO_TOKEN",
    argument: "TOKEN",
    meaning: "bearer token; as a flag it can be seen in the list of processes",
    insteadOf: "token-file",
    commands: asking,
    parse: values.token,
  }),
  "token-file": optional({
    env: "PINGO_TOKEN_FILE",
    argument: "FILE",
    meaning: "file with the bearer token; read again when it changes",
    insteadOf: "token",
    commands: asking,
    parse: values.anyText,
  }),
  ca: optional({
    env: "PINGO_CA",
    argument: "BASE64",
    meaning: "the API's certificate authority, base64 of PEM (default: the system's)",
    insteadOf: "ca-file",
    commands: asking,
    parse: values.caBase64,
  }),
  "ca-file": optional({
    env: "PINGO_CA_FILE",
    argument: "FILE",
    meaning: "file with the API's certificate authority, PEM",
    envs: { top: "PINGO_TOP_CA_FILE" },
    meanings: { top: "file with the server's certificate authority, PEM (default: the system's)" },
    insteadOf: "ca",
    commands: [...asking, "top"],
    parse: values.anyText,
  }),
  "cert-file": optional({
    env: "PINGO_TOP_CERT_FILE",
    argument: "FILE",
    meaning: "client certificate, PEM, where the server asks for one",
    commands: ["top"],
    parse: values.anyText,
  }),
  "key-file": optional({
    env: "PINGO_TOP_KEY_FILE",
    argument: "FILE",
    meaning: "its key, PEM",
    commands: ["top"],
    parse: values.anyText,
  }),
  kubeconfig: optional({
    env: "KUBECONFIG",
    argument: "FILE",
    meaning: "kubeconfig instead of --api, as for kubectl (default: ~/.kube/config)",
    commands: asking,
    parse: values.anyText,
  }),
  context: optional({
    env: "PINGO_CONTEXT",
    argument: "NAME",
    meaning: "context of the kubeconfig; can be repeated (default: the current one)",
    repeats: true,
    commands: asking,
    parse: values.list(values.anyText),
  }),
  targets: optional({
    env: "PINGO_TARGETS",
    argument: "FILE",
    meaning: "file of targets beside an API or instead of one; read again when it changes",
    commands: asking,
    parse: values.anyText,
  }),
  scan: defaulted({
    env: "PINGO_SCAN",
    argument: "TIME",
    meaning: "between lists of the nodes, or between checks of their number while a watch runs",
    fallback: "60",
    fallbacks: { demo: "5" },
    commands: watching,
    parse: values.duration(second, 24 * hour),
  }),
  probe: defaulted({
    env: "PINGO_PROBE",
    argument: "TIME",
    meaning: "between handshakes to one target",
    fallback: "15",
    fallbacks: { demo: "1" },
    commands: watching,
    parse: values.duration(100, 24 * hour),
  }),
  timeout: optional({
    env: "PINGO_TIMEOUT",
    argument: "TIME",
    meaning: "a handshake's deadline (default: --probe less 1 s, at least half; check: 3 s)",
    commands: probing,
    parse: values.duration(1, hour),
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
  engine: defaulted({
    env: "PINGO_ENGINE",
    argument: "ENGINE",
    meaning: "kernel (Linux alone; counts SYNs), portable, or auto: kernel where it works",
    fallback: "auto",
    commands: probing,
    parse: values.oneOf(engineNames),
  }),
  handshake: defaulted({
    env: "PINGO_HANDSHAKE",
    argument: "STYLE",
    meaning: "full, or half: SYN, SYN-ACK, RST; the far side's program sees nothing (kernel)",
    fallback: "full",
    commands: probing,
    parse: values.oneOf(handshakeStyles),
  }),
  close: defaulted({
    env: "PINGO_CLOSE",
    argument: "HOW",
    meaning: "how a full handshake is closed: fin, or rst (no TIME_WAIT; kernel)",
    fallback: "fin",
    commands: probing,
    parse: values.oneOf(closeStyles),
  }),
  source: optional({
    env: "PINGO_SOURCE",
    argument: "ADDRESS",
    meaning: "IP address of this machine that handshakes come from (kernel)",
    commands: probing,
    parse: values.sourceAddress,
  }),
  "source-port-range": optional({
    env: "PINGO_SOURCE_PORT_RANGE",
    argument: "A-B",
    meaning: "ports that handshakes come from, e.g. 40000-41999 (kernel, Linux 6.3)",
    commands: probing,
    parse: values.portRange,
  }),
  interface: optional({
    env: "PINGO_INTERFACE",
    argument: "NAME",
    meaning: "network interface that handshakes leave through (kernel)",
    commands: probing,
    parse: values.interfaceName,
  }),
  dscp: optional({
    env: "PINGO_DSCP",
    argument: "N",
    meaning: "differentiated services code point of handshakes, 0 to 63 (kernel)",
    commands: probing,
    parse: values.integer(0, 63),
  }),
  listen: defaulted({
    env: "PINGO_LISTEN",
    argument: "ADDRESS",
    meaning: "where /metrics is served, also unix:/path; can be repeated",
    fallback: ":8080",
    repeats: true,
    commands: watching,
    parse: values.list(values.listenAddress),
  }),
  "web-config-file": optional({
    env: "PINGO_WEB_CONFIG_FILE",
    argument: "FILE",
    meaning: "TLS, passwords and headers in Prometheus' own format; read again as it changes",
    commands: watching,
    parse: values.anyText,
  }),
  "otlp-endpoint": optional({
    env: "PINGO_OTLP_ENDPOINT",
    argument: "URL",
    meaning: "push metrics there as OTLP over HTTP, e.g. http://collector:4318",
    commands: watching,
    parse: values.otlpEndpoint,
  }),
  "otlp-interval": defaulted({
    env: "PINGO_OTLP_INTERVAL",
    argument: "TIME",
    meaning: "between two pushes",
    fallback: "30",
    commands: watching,
    parse: values.duration(second, hour),
  }),
  metrics: defaulted({
    env: "PINGO_METRICS",
    argument: "LEVEL",
    meaning: "minimal (no series of single targets), default or full",
    fallback: "default",
    commands: watching,
    parse: values.oneOf(levels),
  }),
  "rtt-buckets": defaulted({
    env: "PINGO_RTT_BUCKETS",
    argument: "TIMES",
    meaning: "bounds of the RTT's classic buckets: 100us,1ms,10ms, or none",
    isList: true,
    fallback: "default",
    commands: watching,
    parse: parseRttBuckets,
  }),
  history: defaulted({
    env: "PINGO_HISTORY",
    argument: "FILE",
    meaning: "where history is kept: a file, memory, none, or prometheus=URL to read it there",
    fallback: "memory",
    commands: watching,
    parse: parseHistory,
  }),
  "history-token-file": optional({
    env: "PINGO_HISTORY_TOKEN_FILE",
    argument: "FILE",
    meaning: "file with the bearer token for --history prometheus=URL; read again each time",
    commands: watching,
    parse: values.anyText,
  }),
  "history-header": optional({
    env: "PINGO_HISTORY_HEADER",
    argument: "NAME=VALUE",
    meaning: "header for --history prometheus=URL, e.g. X-Scope-OrgID=team-a; can be repeated",
    repeats: true,
    commands: watching,
    parse: values.list(parseHeader),
  }),
  "history-retention": defaulted({
    env: "PINGO_HISTORY_RETENTION",
    argument: "TIME",
    meaning: "how long history is kept, e.g. 12h or 30d",
    fallback: "30d",
    commands: watching,
    parse: values.duration(hour, 400 * day),
  }),
  "history-max-size": optional({
    env: "PINGO_HISTORY_MAX_SIZE",
    argument: "SIZE",
    meaning: "as large as it may become (default: 2GB in a file, 64MB in memory)",
    commands: watching,
    parse: bytes(8e6, 1e13),
  }),
  nodes: defaulted({
    argument: "N",
    meaning: "nodes in the sandbox",
    fallback: "12",
    commands: mocking,
    parse: values.integer(1, 5_000),
  }),
  "api-port": defaulted({
    argument: "PORT",
    meaning: "port of the sandbox's API on 127.0.0.1 (0: any free one)",
    fallback: "0",
    commands: mocking,
    parse: values.integer(0, 65_535),
  }),
  "write-kubeconfig": defaulted({
    argument: "FILE",
    meaning: "where the sandbox's kubeconfig is written",
    fallback: "pingo-sandbox.kubeconfig",
    fallbacks: { demo: "pingo-demo.kubeconfig" },
    commands: mocking,
    parse: values.anyText,
  }),
  happenings: defaulted({
    meaning: "let things go wrong in the sandbox by themselves, as in the demo",
    fallback: "false",
    commands: ["sandbox"],
    parse: (text) => ({ value: text === "true" }),
  }),
  watch: defaulted({
    meaning: "go on and tell what changes, a line each",
    fallback: "false",
    commands: ["targets"],
    parse: (text) => ({ value: text === "true" }),
  }),
  output: defaulted({
    short: "o",
    argument: "FORMAT",
    meaning: "table, wide (more columns), json, yaml or name (node/NAME)",
    fallback: "table",
    commands: ["check", "targets"],
    parse: values.oneOf(outputFormats),
  }),
  "log-format": defaulted({
    env: "PINGO_LOG_FORMAT",
    argument: "FORMAT",
    meaning: "text or json",
    fallback: "text",
    commands: watching,
    parse: values.oneOf(logFormats),
  }),
  "log-level": defaulted({
    env: "PINGO_LOG_LEVEL",
    argument: "LEVEL",
    meaning: "error, warn, info or debug",
    fallback: "info",
    commands: watching,
    parse: values.oneOf(logLevels),
  }),
} as const;

/** The variable of an option; the one that it has in most commands where none is named. */
export function variableOf({ env, envs }: Option<unknown>, command: Command | undefined): string | undefined {
  return (command === undefined ? undefined : envs?.[command]) ?? env;
}

export type OptionName = keyof typeof options;
export const optionNames = Object.keys(options) as OptionName[];

/** The option that a word behind the command is; undefined where the command takes none. */
export function wordOption(command: Command): "url" | "shell" | undefined {
  return (["url", "shell"] as const).find((name) => (options[name].commands as readonly Command[]).includes(command));
}

/** The value that each option reads to; undefined only where an option without a default is absent. */
export type OptionValues = {
  readonly [Name in OptionName]: (typeof options)[Name] extends Defaulted<infer Value>
    ? Value
    : (typeof options)[Name] extends Option<infer Value>
      ? Value | undefined
      : never;
};
