import { type EngineConfig, needsKernel } from "../handshake/engine-config.ts";
import type { PemSource } from "../targets/kubernetes/credentials/access-spec.ts";
import type { TokenConfig } from "../targets/kubernetes/token.ts";
import { formatMs } from "../units.ts";
import { type Arguments, readArguments } from "./arguments.ts";
import { asFace } from "./as-face.ts";
import type { ApiConfig, Config, HistoryConfig, SourceConfig } from "./config.ts";
import { type Face, pingoFace } from "./face.ts";
import {
  type Command,
  type Option,
  type OptionName,
  type OptionValues,
  optionNames,
  options,
  variableOf,
} from "./options.ts";
import { type OptionTexts, readOptionFile } from "./read-option-file.ts";
import { closest } from "./suggest.ts";
import { caPem, quoteUnlessToken } from "./values.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where settings come from besides the command line. */
export interface Sources {
  readonly env: Environment;
  /** Text of a file; throws the system's error. */
  readonly readFile: (path: string) => string;
}

export type ReadConfig =
  | { readonly want: "run"; readonly command: Command; readonly config: Config }
  | { readonly want: "help"; readonly command: Command | undefined }
  | { readonly want: "version" }
  /** Every problem there is, each a sentence with the name, the value and what would do. */
  | { readonly want: "nothing"; readonly problems: readonly string[] };

/** Reads the command line, the environment and the file of options; a flag beats a variable, and both beat the file. */
export function readConfig(argv: readonly string[], given: Sources, face: Face = pingoFace): ReadConfig {
  const { args, sources, overrides } = asFace(readArguments(argv, face), given, face);
  if (args.help && args.command !== undefined) return { want: "help", command: args.named ? args.command : undefined };
  if (args.version) return { want: "version" };
  const problems = [...args.problems, ...unknownVariables(sources.env)];
  const settings = new Settings(args, sources.env, problems, face);
  settings.takeFile(sources);
  const values = Object.fromEntries(optionNames.map((name) => [name, settings.read(name)])) as OptionValues;
  const asksApi = args.command !== undefined && options.api.commands.includes(args.command);
  const api = asksApi ? readApi(values, settings, sources, problems) : undefined;
  checkTimes(values, settings, problems);
  checkEngine(values, settings, problems);
  checkPorts(values, settings, problems);
  checkHistory(values, settings, problems);
  checkOutput(values, args, problems);
  if (args.command === undefined || problems.length > 0) return { want: "nothing", problems };
  const config = assemble(values, { ...readSources(values, settings, api, problems), overrides });
  if (problems.length > 0) return { want: "nothing", problems };
  return { want: "run", command: args.command, config };
}

/** Finds the text of a setting, reads it and notes what is wrong with it. */
class Settings {
  readonly #args: Arguments;
  readonly #env: Environment;
  readonly #problems: string[];
  readonly #face: Face;
  #file: { readonly path: string; readonly texts: OptionTexts } | undefined;

  constructor(args: Arguments, env: Environment, problems: string[], face: Face) {
    this.#args = args;
    this.#env = env;
    this.#problems = problems;
    this.#face = face;
  }

  /** Reads the file that --config names, where it names one; what stands there counts from now on. */
  takeFile(sources: Sources): void {
    const { command } = this.#args;
    const path = command !== undefined && fits("config", command) ? this.text("config") : undefined;
    if (path === undefined) return;
    const text = readNamedFile(path, this.source("config"), sources, this.#problems);
    if (text === undefined) return;
    const problems: string[] = [];
    const texts = [...readOptionFile(text, problems)].filter(([name]) => !this.#face.isKubectl || !namesCluster(name));
    this.#file = { path, texts: new Map(texts) };
    this.#problems.push(...problems.map((problem) => `${this.source("config")}: ${path}: ${problem}`));
  }

  read(name: OptionName): unknown {
    const option: Option<unknown> = options[name];
    const { command } = this.#args;
    // Of a command that is none, it cannot be told which options fit it.
    const itFits = command === undefined || fits(name, command);
    if (!itFits && this.#args.flags.has(name)) {
      this.#problems.push(`--${name} is not an option of "${this.#face.program} ${command}"`);
    }
    const text = (itFits ? this.text(name) : undefined) ?? fallbackOf(option, command);
    if (text === undefined) return undefined;
    const parsed = option.parse(text);
    if ("value" in parsed) return parsed.value;
    this.#problems.push(`${this.source(name)}: ${parsed.problem}`);
    return undefined;
  }

  /** The text that counts: a flag beats the variable, also that of the option it stands in for, and that the file. */
  text(name: OptionName): string | undefined {
    const { flags } = this.#args;
    const { insteadOf } = options[name] as Option<unknown>;
    const beaten = insteadOf !== undefined && flags.has(insteadOf);
    if (flags.has(name) || beaten) return flags.get(name);
    const text = this.#variable(name);
    if (text === undefined) return this.#file?.texts.get(name);
    return "repeats" in options[name] ? text.replaceAll(",", "\n") : text;
  }

  isFlag(name: OptionName): boolean {
    return this.#args.flags.has(name);
  }

  given(name: OptionName): boolean {
    return this.text(name) !== undefined;
  }

  /** Of two settings that say the same in two ways, the one that is given. */
  choose(a: OptionName, b: OptionName): OptionName | undefined {
    if (this.given(a) && this.given(b)) {
      this.#problems.push(`${this.source(a)} and ${this.source(b)} are both given; leave one of them out`);
    }
    return [a, b].find((name) => this.given(name));
  }

  /** The name by which the user gave it, or both names where they did not. */
  source(name: OptionName): string {
    const env = variableOf(options[name], this.#args.command);
    if (this.#args.flags.has(name) || env === undefined) return `--${name}`;
    if (this.#variable(name) !== undefined) return env;
    return this.#file?.texts.has(name) ? `${name} in ${this.#file.path}` : `--${name} (${env})`;
  }

  /** An empty variable is one that is not set. */
  #variable(name: OptionName): string | undefined {
    const env = variableOf(options[name], this.#args.command);
    return env === undefined ? undefined : this.#env[env] || undefined;
  }
}

/** Where kubectl's users look for their cluster, a file of PinGo's has no say. */
function namesCluster(name: OptionName): boolean {
  return name === "kubeconfig" || name === "context";
}

function fits(name: OptionName, command: Command): boolean {
  return (options[name].commands as readonly Command[]).includes(command);
}

/** Each dark target keeps timeout / interval sockets open. */
const maxOverlap = 100;

function checkTimes({ timeout, probe }: OptionValues, settings: Settings, problems: string[]): void {
  if (timeout === undefined || probe === undefined || timeout <= maxOverlap * probe) return;
  const [long, short] = [settings.source("timeout"), settings.source("probe")];
  problems.push(
    `${long}: ${formatMs(timeout)} is more than ${maxOverlap} times the interval (${short}: ${formatMs(probe)}); ` +
      `a target that gives no answer would hold that many sockets`,
  );
}

/** Options that only the kernel engine has. */
const kernelOptions = ["handshake", "close", "source", "source-port-range", "interface", "dscp"] as const;

function checkEngine(values: OptionValues, settings: Settings, problems: string[]): void {
  const { engine, handshake } = values;
  if (engine === "portable" && needsKernel(engineOf(values))) {
    const what = kernelOptions.filter((name) => settings.given(name)).map((name) => settings.source(name));
    problems.push(
      `${what.join(", ")}: only the kernel engine can do that, and ${settings.source("engine")} wants the portable one`,
    );
  }
  if (handshake === "half" && settings.given("close")) {
    problems.push(`${settings.source("close")}: a half-open handshake has nothing to close; leave it out`);
  }
}

function checkPorts({ port = [] }: OptionValues, settings: Settings, problems: string[]): void {
  const names = port.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    problems.push(`${settings.source("port")}: two ports are called ${twice}; give each its name`);
}

function checkHistory(values: OptionValues, settings: Settings, problems: string[]): void {
  const { history } = values;
  checkHistoryRequests(values, settings, problems);
  if (history === undefined || history.kind === "file" || history.kind === "memory") return;
  const idle = (["history-retention", "history-max-size"] as const).filter((name) => settings.given(name));
  for (const name of idle) {
    problems.push(`${settings.source(name)}: nothing is kept with ${settings.source("history")}; leave it out`);
  }
}

/** What only the requests to a Prometheus carry. */
function checkHistoryRequests(
  { history, "history-header": headers = [] }: OptionValues,
  settings: Settings,
  problems: string[],
): void {
  const names = headers.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) problems.push(`${settings.source("history-header")}: ${twice} is there twice; give it once`);
  if (history === undefined || history.kind === "prometheus") return;
  for (const [name, what] of [
    ["history-token-file", "a token"],
    ["history-header", "headers"],
  ] as const) {
    if (settings.given(name)) problems.push(`${settings.source(name)}: only a Prometheus takes ${what}; leave it out`);
  }
}

/** Changes have no columns, and a name says nothing of them. */
function checkOutput({ output, watch }: OptionValues, { command }: Arguments, problems: string[]): void {
  if (command !== "targets" || !watch || (output !== "yaml" && output !== "name")) return;
  problems.push(`--output: ${output} tells no changes; with --watch write table, wide or json`);
}

function readApi(
  values: OptionValues,
  settings: Settings,
  sources: Sources,
  problems: string[],
): ApiConfig | undefined {
  const beside = (["token", "token-file", "ca", "ca-file"] as const).filter((name) => settings.given(name));
  // Others find their API in a kubeconfig or in the pod, after this.
  if (!settings.given("api") && beside.length === 0) return undefined;
  const token = readToken(values, settings, sources, problems);
  const ca = readCa(values, settings, sources, problems);
  if (token?.from === "none" && !/^\s*http:/i.test(settings.text("api") ?? "")) {
    problems.push("no token is given: none of --token, PINGO_TOKEN, --token-file, PINGO_TOKEN_FILE is set");
  }
  if (!settings.given("api")) {
    const given = beside.map((name) => settings.source(name)).join(", ");
    problems.push(`${given}: no API is named; set --api or PINGO_API, e.g. PINGO_API=https://192.0.2.1:6443`);
    return undefined;
  }
  if (values.api === undefined) return undefined;
  const { url, name } = values.api;
  if (url.protocol === "http:") {
    if (token !== undefined && token.from !== "none" && !isLoopback(url)) {
      problems.push(
        `${settings.source("api")}: the token would cross the network in clear; use https, or http only to this machine`,
      );
    }
    if (ca !== undefined) problems.push(`${settings.source("api")}: a CA is given, but http:// checks none; use https`);
  }
  return { name, url, ca, token: token ?? { from: "none" } };
}

/** Which of the ways to targets the user chose; what is there is found out by findClusters(). */
function readSources(
  values: OptionValues,
  settings: Settings,
  api: ApiConfig | undefined,
  problems: string[],
): Omit<SourceConfig, "overrides"> {
  const contexts = values.context ?? [];
  const byFlag = settings.isFlag("kubeconfig");
  if (api !== undefined && contexts.length > 0) {
    problems.push(`${settings.source("context")}: contexts are a kubeconfig's; leave ${settings.source("api")} out`);
  }
  if (api !== undefined && byFlag) {
    problems.push(`--kubeconfig and ${settings.source("api")} are both given; leave one of them out`);
  }
  return {
    api,
    kubeconfigFlag: byFlag ? values.kubeconfig : undefined,
    kubeconfigVariable: byFlag ? undefined : values.kubeconfig,
    contexts,
    targetsFile: values.targets,
  };
}

/** Undefined where one is given that cannot be used. */
function readToken(
  values: OptionValues,
  settings: Settings,
  sources: Sources,
  problems: string[],
): TokenConfig | undefined {
  const chosen = settings.choose("token", "token-file");
  if (chosen === undefined) return { from: "none" };
  if (chosen === "token") return values.token === undefined ? undefined : { from: "value", token: values.token };
  const path = values["token-file"] ?? "";
  const text = readNamedFile(path, settings.source("token-file"), sources, problems);
  if (text === undefined) return undefined;
  const parsed = options.token.parse(text.trim());
  if ("problem" in parsed) problems.push(`${settings.source("token-file")}: the token in ${path} ${parsed.problem}`);
  return { from: "file", path };
}

function readCa(values: OptionValues, settings: Settings, sources: Sources, problems: string[]): PemSource | undefined {
  if (settings.choose("ca", "ca-file") !== "ca-file") {
    return values.ca === undefined ? undefined : { from: "data", pem: values.ca };
  }
  const path = values["ca-file"] ?? "";
  const text = readNamedFile(path, settings.source("ca-file"), sources, problems);
  if (text === undefined) return undefined;
  const parsed = caPem(text);
  if ("problem" in parsed) problems.push(`${settings.source("ca-file")}: ${path} ${parsed.problem}`);
  return { from: "file", path };
}

function readNamedFile(path: string, source: string, sources: Sources, problems: string[]): string | undefined {
  try {
    return sources.readFile(path);
  } catch (error) {
    // The system's message goes on with the path, which may be a token that was taken for one.
    const [why] = (error as Error).message.split(", ");
    problems.push(`${source}: ${quoteUnlessToken(path)} cannot be read (${why}); give the path of a file`);
    return undefined;
  }
}

function isLoopback(url: URL): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
}

/**
 * Variables that Kubernetes puts into every pod for each Service of the namespace (docs, "Discovering services",
 * environment variables): a Service called pingo or pingo-something brings PINGO_SERVICE_HOST, PINGO_PORT and more.
 */
const serviceVariable =
  /^PINGO(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;
/** This one by its value too: PINGO_PORT=8080 is what a person writes who wants PINGO_LISTEN. */
const servicePortVariable = /^PINGO(_[A-Z0-9_]+)?_PORT=(tcp|udp|sctp):\/\//;

function isServiceVariable(name: string, value: string): boolean {
  return serviceVariable.test(name) || servicePortVariable.test(`${name}=${value}`);
}

/** Their values are not shown: a token behind a mistyped name stays a token. */
function unknownVariables(env: Environment): string[] {
  const known = optionNames.flatMap((name) => {
    const { env, envs = {} }: Option<unknown> = options[name];
    return [env, ...Object.values(envs)].filter((variable) => variable !== undefined);
  });
  return Object.entries(env)
    .filter(([name, value]) => name.startsWith("PINGO_") && !known.includes(name) && (value ?? "") !== "")
    .filter(([name, value]) => !isServiceVariable(name, value ?? ""))
    .map(([name]) => `${name} is set, but is no variable that PinGo knows${closest(name, known, "; did you mean ")}`);
}

function fallbackOf(option: Option<unknown>, command: Command | undefined): string | undefined {
  return (command === undefined ? undefined : option.fallbacks?.[command]) ?? option.fallback;
}

function engineOf(values: OptionValues): EngineConfig {
  const { engine, handshake, close, dscp } = values;
  const { source: address, "source-port-range": ports, interface: device } = values;
  return { engine, handshake, close, source: { address, ports, device, dscp } };
}

/** Of memory, less than a node's agent may take; of a disk, what a year of a hundred nodes takes. */
const defaultMaxBytes = { memory: 64e6, file: 2e9 };

function historyOf(values: OptionValues): HistoryConfig {
  const { history: place, "history-retention": retentionMs, "history-max-size": maxBytes } = values;
  const tokenFile = values["history-token-file"];
  return {
    place,
    tokenFile,
    headers: values["history-header"] ?? [],
    retentionMs,
    maxBytes: maxBytes ?? defaultMaxBytes[place.kind === "file" ? "file" : "memory"],
  };
}

function assemble(values: OptionValues, sources: SourceConfig): Config {
  return {
    sources,
    scanMs: values.scan,
    probeMs: values.probe,
    timeoutMs: values.timeout,
    nodeSelector: values["node-selector"],
    addressTypes: values["address-types"],
    ipFamily: values["ip-family"],
    ports: values.port ?? [],
    shard: values.shard,
    otlpEndpoint: values["otlp-endpoint"],
    otlpIntervalMs: values["otlp-interval"],
    metrics: values.metrics,
    rttBucketsUs: values["rtt-buckets"],
    engine: engineOf(values),
    listen: values.listen,
    webConfigFile: values["web-config-file"],
    history: historyOf(values),
    logFormat: values["log-format"],
    logLevel: values["log-level"],
    output: values.output,
    watch: values.watch,
    count: values.count,
    shell: values.shell,
    top: {
      endpoint: values.url,
      user: values.user,
      caFile: values["ca-file"],
      certFile: values["cert-file"],
      keyFile: values["key-file"],
    },
    sandbox: {
      nodes: values.nodes,
      apiPort: values["api-port"],
      kubeconfigPath: values["write-kubeconfig"],
      happenings: values.happenings,
    },
  };
}
