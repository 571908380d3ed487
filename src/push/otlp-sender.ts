import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AggregationTemporality, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { FamilySeries } from "../metrics/exposition/family-series.ts";
import { type Batch, toBatches } from "./otlp-metrics.ts";

/** A request that takes longer, its own retries included, has failed. In milliseconds. */
const timeoutMs = 10_000;

export interface SenderOptions {
  readonly url: URL;
  /** What `service.instance.id` says, Prometheus' `instance`. */
  readonly instance: string;
  readonly version: string;
}

/** What came of one push. */
export interface Sent {
  /** Data points that arrived, and that did not. */
  readonly arrived: number;
  readonly dropped: number;
  /** Why, where some did not. */
  readonly problem: string | undefined;
}

/** Sends families over HTTP as OTLP (https://opentelemetry.io/docs/specs/otlp/), with OpenTelemetry's own exporter. */
export class OtlpSender {
  readonly #exporter: OTLPMetricExporter;
  readonly #resource: ResourceMetrics["resource"];
  readonly #scope: { readonly name: string; readonly version: string };

  constructor({ url, instance, version }: SenderOptions) {
    this.#exporter = new OTLPMetricExporter({
      url: url.href,
      timeoutMillis: timeoutMs,
      temporalityPreference: AggregationTemporality.CUMULATIVE,
    });
    this.#resource = resourceFromAttributes({ "service.name": "pingo", "service.instance.id": instance });
    this.#scope = { name: "pingo", version };
  }

  /** Never rejects; does not wait once `signal` is aborted. After a batch that failed the rest is not tried: what comes next says it all anew. */
  async send(families: readonly FamilySeries[], unixS: number, signal: AbortSignal): Promise<Sent> {
    let arrived = 0;
    let dropped = 0;
    let problem: string | undefined;
    for (const batch of toBatches(families, unixS)) {
      problem ??= signal.aborted ? "PinGo ends" : await this.#export(batch, signal);
      if (problem === undefined) arrived += batch.points;
      else dropped += batch.points;
    }
    return { arrived, dropped, problem };
  }

  /** Waits for nobody: what is under way ends by its own timeout. */
  close(): void {
    void this.#exporter.shutdown().catch(() => {});
  }

  #export({ metrics }: Batch, signal: AbortSignal): Promise<string | undefined> {
    const scopeMetrics = [{ scope: this.#scope, metrics }];
    return new Promise((resolve) => {
      const end = () => resolve("PinGo ends");
      signal.addEventListener("abort", end, { once: true });
      this.#exporter.export({ resource: this.#resource, scopeMetrics }, ({ code, error }) => {
        signal.removeEventListener("abort", end);
        resolve(code === 0 ? undefined : (error?.message ?? "it was not taken"));
      });
    });
  }
}
