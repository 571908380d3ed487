import { setImmediate } from "node:timers/promises";
import { DiagLogLevel, diag } from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AggregationTemporality, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { FamilySeries } from "../metrics/exposition/family-series.ts";
import { explainUntrusted } from "./explain-untrusted.ts";
import { type Batch, countPoints, toBatches } from "./otlp-metrics.ts";

/** A request that takes longer, its own retries included, has failed. In milliseconds. */
const timeoutMs = 10_000;
/** For so long a push keeps everybody else waiting, but for the encoding of one batch. In milliseconds. */
const turnMs = 4;

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

/** What came of one request. */
interface Answer {
  /** Undefined where it was taken, if not whole. */
  readonly problem: string | undefined;
  /** Data points that the far side would not have. */
  readonly rejected: number;
  /** The rest would fare no better. */
  readonly isHopeless: boolean;
}

const ended: Answer = { problem: "PinGo ends", rejected: 0, isHopeless: true };

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

  /**
   * Never rejects; does not wait once `signal` is aborted. What is refused for itself does not keep the rest back; after a
   * failure that the rest would share it is not even made: what comes next says it all anew.
   */
  async send(families: readonly FamilySeries[], unixS: number, signal: AbortSignal): Promise<Sent> {
    const turns = new Turns();
    let arrived = 0;
    let dropped = 0;
    let problem: string | undefined;
    for (const batch of batchesByWorth(families, unixS)) {
      await turns.next();
      if (batch === undefined) continue;
      const answer = signal.aborted ? ended : await this.#export(batch, signal);
      problem ??= answer.problem;
      if (answer.isHopeless) return { arrived, dropped: (await countAll(families, signal)) - arrived, problem };
      dropped += answer.rejected;
      arrived += batch.points - answer.rejected;
    }
    return { arrived, dropped, problem };
  }

  /** Waits for nobody: what is under way ends by its own timeout. */
  close(): void {
    void this.#exporter.shutdown().catch(() => {});
  }

  #export({ metrics, points }: Batch, signal: AbortSignal): Promise<Answer> {
    const scopeMetrics = [{ scope: this.#scope, metrics }];
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const end = () => resolve(ended);
    signal.addEventListener("abort", end, { once: true });
    partialSuccess = undefined;
    this.#exporter.export({ resource: this.#resource, scopeMetrics }, ({ code, error }) => {
      signal.removeEventListener("abort", end);
      resolve(code === 0 ? taken(points) : refused(points, error));
    });
    return promise;
  }
}

/** PinGo itself first, in requests of its own: whatever is wrong with a target's, this arrives. */
function* batchesByWorth(families: readonly FamilySeries[], unixS: number): Generator<Batch | undefined> {
  const isOwn = ({ family }: FamilySeries) => family.of === "process";
  yield* toBatches(families.filter(isOwn), unixS);
  yield* toBatches(
    families.filter((series) => !isOwn(series)),
    unixS,
  );
}

/** Nobody asks for the number once `signal` is aborted. */
async function countAll(families: readonly FamilySeries[], signal: AbortSignal): Promise<number> {
  const turns = new Turns();
  let total = 0;
  for (const points of countPoints(families)) {
    if (signal.aborted) break;
    total += points;
    await turns.next();
  }
  return total;
}

/** Lets everybody else have a turn where one has lasted long enough. */
class Turns {
  #sinceMs = performance.now();

  async next(): Promise<void> {
    if (performance.now() - this.#sinceMs < turnMs) return;
    await setImmediate();
    this.#sinceMs = performance.now();
  }
}

/** What the exporter says of an answer of 200 that did not take all, and says to its log alone, before it says that all is well. */
let partialSuccess: { readonly rejectedDataPoints?: unknown; readonly errorMessage?: unknown } | undefined;
const nothing = () => {};
diag.setLogger(
  {
    error: nothing,
    info: nothing,
    debug: nothing,
    verbose: nothing,
    warn: (message, ...details) => {
      if (message.includes("Partial Success")) partialSuccess = JSON.parse(String(details.at(-1)));
    },
  },
  { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
);

function taken(points: number): Answer {
  const rejected = Math.min(points, Number(partialSuccess?.rejectedDataPoints) || 0);
  // Without rejected points it is a warning to people.
  if (rejected <= 0) return { problem: undefined, rejected: 0, isHopeless: false };
  const why = String(partialSuccess?.errorMessage || "it does not say why");
  return { problem: `it rejects ${rejected} of ${points} points: ${why}`, rejected, isHopeless: false };
}

/** The exporter's error has a code where it is an answer that is of no use to ask for again. */
function refused(points: number, error: (Error & { readonly code?: unknown }) | undefined): Answer {
  const status = typeof error?.code === "number" ? error.code : undefined;
  const said = explainUntrusted(error?.code, process.env) ?? (error?.message || "it was not taken");
  const isHopeless = status === undefined || status === 429 || status >= 500;
  return { problem: status === undefined ? said : `${status} ${said}`, rejected: points, isHopeless };
}
