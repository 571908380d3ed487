import type { EngineConfig } from "../handshake/engine-config.ts";
import type { ListenAddress } from "../http/listen-address.ts";
import type { LogFormat, LogLevel } from "../log.ts";
import type { TokenConfig } from "../targets/kubernetes/token.ts";
import type { AddressType, IpFamily } from "../targets/select.ts";

/** The Kubernetes API as the user named it. */
export interface ApiConfig {
  /** What the series call this cluster: the API's host. */
  readonly cluster: string;
  /** As written: the `target` label of the API's own series, as the first PinGo had it. */
  readonly name: string;
  readonly url: URL;
  readonly caPem: string | undefined;
  readonly token: TokenConfig;
}

/** All settings, checked. Times in milliseconds. */
export interface Config {
  readonly api: ApiConfig | undefined;
  readonly scanMs: number;
  readonly probeMs: number;
  /** Undefined where each command has a default of its own. */
  readonly timeoutMs: number | undefined;
  readonly nodeSelector: string;
  readonly addressTypes: readonly AddressType[];
  readonly ipFamily: IpFamily;
  readonly engine: EngineConfig;
  readonly listen: ListenAddress;
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
  readonly output: "table" | "json";
  /** Handshakes to each node in `check`. */
  readonly count: number;
  /** Of the sandbox. */
  readonly sandbox: SandboxConfig;
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
