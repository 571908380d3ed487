import { levels } from "../../metrics/catalogue.ts";
import { parseRttBuckets } from "../parse-rtt-buckets.ts";
import * as values from "../values.ts";
import { defaulted, optional, watching } from "./option.ts";
import { hourMs, secondMs } from "./times.ts";

/** Where metrics go, and which. */
export const servingOptions = {
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
    parse: values.duration(secondMs, hourMs),
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
} as const;
