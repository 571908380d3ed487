import type { EngineConfig } from "../handshake/engine-config.ts";
import type { Config, HistoryConfig, SourceConfig } from "./config.ts";
import type { OptionValues } from "./options.ts";

export function engineOf(values: OptionValues): EngineConfig {
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

/** The configuration that values of options make. */
export function assembleConfig(values: OptionValues, sources: SourceConfig): Config {
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
