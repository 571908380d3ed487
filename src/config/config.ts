import type { EngineConfig } from "../handshake/engine-config.ts";
import type { ListenAddress } from "../http/listen-address.ts";
import type { LogFormat, LogLevel } from "../log.ts";
import type { MetricsLevel } from "../metrics/catalogue.ts";
import type { PemSource } from "../targets/kubernetes/credentials/access-spec.ts";
import type { TokenConfig } from "../targets/kubernetes/token.ts";
import type { AddressType, IpFamily, NamedPort } from "../targets/select.ts";
import type { Shard } from "../targets/shard.ts";
import type { Endpoint } from "../top/endpoint.ts";
import type { Shell } from "./options/access-options.ts";
import type { OutputFormat } from "./options/output-options.ts";
import type { Header } from "./parse-header.ts";
import type { HistoryPlace } from "./parse-history.ts";

/** A Kubernetes API as the user named it, by its URL. */
export interface ApiConfig {
  /** As written: the `target` label of the API's own series, as the first PinGo had it. */
  readonly name: string;
  readonly url: URL;
  readonly ca: PemSource | undefined;
  readonly token: TokenConfig;
}

/** Where targets are looked for: what the user said of it, and nothing that was found yet. */
export interface SourceConfig {
  readonly api: ApiConfig | undefined;
  /** The flag names one file, which has to be there; the variable perhaps several. */
  readonly kubeconfigFlag: string | undefined;
  readonly kubeconfigVariable: string | undefined;
  /** Empty for the current one. */
  readonly contexts: readonly string[];
  /** What kubectl's flags put in the place of the kubeconfig's, by the flag's name; of one that is repeated, one a line. */
  readonly overrides: ReadonlyMap<string, string>;
  readonly targetsFile: string | undefined;
}

/** All settings, checked. Times in milliseconds. */
export interface Config {
  readonly sources: SourceConfig;
  readonly scanMs: number;
  readonly probeMs: number;
  /** Undefined where each command has a default of its own. */
  readonly timeoutMs: number | undefined;
  readonly nodeSelector: string;
  readonly addressTypes: readonly AddressType[];
  readonly ipFamily: IpFamily;
  readonly ports: readonly NamedPort[];
  readonly shard: Shard | undefined;
  readonly engine: EngineConfig;
  readonly listen: readonly ListenAddress[];
  /** The web configuration file; undefined where everybody may read, in the clear. */
  readonly webConfigFile: string | undefined;
  /** Where metrics are pushed as OTLP; undefined for nowhere. */
  readonly otlpEndpoint: URL | undefined;
  readonly otlpIntervalMs: number;
  readonly metrics: MetricsLevel;
  /** Upper bounds of the RTT's classic buckets, in microseconds. */
  readonly rttBucketsUs: readonly number[];
  readonly history: HistoryConfig;
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
  readonly output: OutputFormat;
  /** In `targets`: go on after the table. */
  readonly watch: boolean;
  /** Handshakes to each node in `check`. */
  readonly count: number;
  /** For which completion is asked. */
  readonly shell: Shell | undefined;
  readonly top: TopConfig;
  /** Of the sandbox. */
  readonly sandbox: SandboxConfig;
}

/** Where `top` finds its PinGo, and what it shows to be let in. */
export interface TopConfig {
  readonly endpoint: Endpoint;
  /** `name:password`. */
  readonly user: string | undefined;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

/** What of the past is kept, and where. */
export interface HistoryConfig {
  readonly place: HistoryPlace;
  /** For a Prometheus that wants a bearer token. */
  readonly tokenFile: string | undefined;
  /** What else it is to be sent: whose data are asked for, where it keeps those of several tenants. */
  readonly headers: readonly Header[];
  readonly retentionMs: number;
  readonly maxBytes: number;
}

export interface SandboxConfig {
  readonly nodes: number;
  readonly apiPort: number;
  /** Where the kubeconfig is written; empty for nowhere. */
  readonly kubeconfigPath: string;
  readonly happenings: boolean;
}

/**
 * A handshake's deadline where none is given: a second less than the interval, as the first PinGo had it, but never
 * less than half of it.
 */
export function defaultTimeoutMs(probeMs: number): number {
  return Math.max(probeMs - 1_000, probeMs / 2);
}
