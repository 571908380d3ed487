import { type Counter, collectDefaultMetrics, type Gauge, type Histogram, Registry } from "prom-client";
import type { Clock } from "../clock.ts";
import { type SkipReason, skipReasons } from "../handshake/probing.ts";
import { type RefusalReason, refusalReasons } from "../http/refusal.ts";
import type { PushReport } from "../push/pusher.ts";
import { msToSeconds } from "../units.ts";
import { ApiMetrics } from "./api-metrics.ts";
import { catalogue } from "./catalogue.ts";
import type { FamilySeries } from "./exposition/family-series.ts";
import { seriesOf } from "./exposition/from-registry.ts";
import { Families } from "./families.ts";
import { type HistoryCounts, HistoryMetrics } from "./history-metrics.ts";
import { TargetFileMetrics } from "./target-file-metrics.ts";

/** Gauges of prom-client whose names end in _total, which Prometheus keeps for counters. */
const misnamed = ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"];

let defaults: Registry | undefined;

/** CPU, memory, event loop and garbage collection: one set a process, because each set keeps observers running. */
function defaultMetrics(): Registry {
  if (defaults !== undefined) return defaults;
  defaults = new Registry();
  collectDefaultMetrics({ register: defaults });
  for (const name of misnamed) defaults.removeSingleMetric(name);
  return defaults;
}

export interface ProcessMetricsOptions {
  readonly version: string;
  readonly revision: string;
  readonly clock: Clock;
}

const lagSeconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** What PinGo tells of itself and of where its targets come from: few series, so that prom-client does. */
export class ProcessMetrics {
  readonly apis: ApiMetrics;
  readonly #families = new Families();
  readonly #clock: Clock;
  /** In seconds since 1970. */
  readonly #startedS: number;
  readonly #engineInfo: Gauge<"engine">;
  readonly #engineRestarts: Counter;
  readonly #skipped: Counter<"reason">;
  readonly #httpRefused: Counter<"reason">;
  readonly #lag: Histogram;
  #history: HistoryMetrics | undefined;

  constructor({ clock, version, revision }: ProcessMetricsOptions) {
    const families = this.#families;
    this.#clock = clock;
    this.#startedS = msToSeconds(clock.unixMs());
    // What it counts, it counts from here on.
    defaultMetrics();
    this.apis = new ApiMetrics(families, clock);
    this.#skipped = families.counter(catalogue.skipped);
    this.#lag = families.histogram(catalogue.lag, lagSeconds);
    this.#engineInfo = families.gauge(catalogue.engineInfo);
    this.#engineRestarts = families.counter(catalogue.engineRestarts);
    this.#httpRefused = families.counter(catalogue.httpRefused);
    for (const reason of refusalReasons) this.#httpRefused.inc({ reason }, 0);
    for (const reason of skipReasons) this.#skipped.inc({ reason }, 0);
    families.gauge(catalogue.buildInfo).set({ version, revision, node: process.version }, 1);
  }

  /** The families of a file of targets, for those who have one; to be called once. */
  forTargetFile(): TargetFileMetrics {
    return new TargetFileMetrics(this.#families, this.#clock);
  }

  /** The families of pushing, for those who push; to be called once. */
  forPush(): PushReport {
    const pushes = this.#families.counter(catalogue.pushes);
    const dropped = this.#families.counter(catalogue.pushDropped);
    for (const result of ["ok", "failed"] as const) pushes.inc({ result }, 0);
    return { pushed: (result) => pushes.inc({ result }), dropped: (points) => dropped.inc(points) };
  }

  /** The families of a history, for those who keep one; to be called once. */
  forHistory(counts: () => HistoryCounts): void {
    this.#history = new HistoryMetrics(this.#families, counts);
  }

  engineIs(engine: string): void {
    this.#engineInfo.set({ engine }, 1);
  }

  engineRestarted(): void {
    this.#engineRestarts.inc();
  }

  handshakeStarted(lagMs: number): void {
    this.#lag.observe(msToSeconds(lagMs));
  }

  /** Somebody who wanted to read was turned away. */
  httpRefused(reason: RefusalReason): void {
    this.#httpRefused.inc({ reason });
  }

  skipped(reason: SkipReason, rounds: number): void {
    this.#skipped.inc({ reason }, rounds);
  }

  /** As they are now. */
  async series(): Promise<FamilySeries[]> {
    this.#history?.update();
    const own = await this.#families.series(this.#startedS);
    return [...own, ...(await seriesOf(defaultMetrics(), new Map(), this.#startedS))];
  }
}
