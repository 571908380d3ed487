import { type Counter, collectDefaultMetrics, type Gauge, type Histogram, Registry } from "prom-client";
import type { Clock } from "../clock.ts";
import { type SkipReason, skipReasons } from "../handshake/probing.ts";
import { msToSeconds } from "../units.ts";
import { ApiMetrics } from "./api-metrics.ts";
import { Families } from "./families.ts";
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
  readonly #registry = new Registry();
  readonly #families = new Families(this.#registry);
  readonly #clock: Clock;
  readonly #engineInfo: Gauge<"engine">;
  readonly #engineRestarts: Counter;
  readonly #skipped: Counter<"reason">;
  readonly #lag: Histogram;

  constructor({ clock, version, revision }: ProcessMetricsOptions) {
    const families = this.#families;
    this.#clock = clock;
    // What it counts, it counts from here on.
    defaultMetrics();
    this.apis = new ApiMetrics(families, clock);
    this.#skipped = families.counter(
      "pingo_probes_skipped_total",
      "Handshakes that this program did not make when they were due, by reason.",
      ["reason"],
    );
    this.#lag = families.histogram(
      "pingo_schedule_lag_seconds",
      "How long after its due time a handshake began.",
      lagSeconds,
    );
    this.#engineInfo = families.gauge("pingo_engine_info", "Which engine makes the handshakes, always 1.", ["engine"]);
    this.#engineRestarts = families.counter(
      "pingo_engine_restarts_total",
      "How often the engine's thread died and another one took its place.",
    );
    for (const reason of skipReasons) this.#skipped.inc({ reason }, 0);
    families
      .gauge("pingo_build_info", "Which PinGo this is, always 1.", ["version", "revision", "node"])
      .set({ version, revision, node: process.version }, 1);
  }

  /** The families of a file of targets, for those who have one; to be called once. */
  forTargetFile(): TargetFileMetrics {
    return new TargetFileMetrics(this.#families, this.#clock);
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

  skipped(reason: SkipReason, rounds: number): void {
    this.#skipped.inc({ reason }, rounds);
  }

  /** The families in the text format. */
  async text(): Promise<string> {
    const parts = await Promise.all([this.#registry.metrics(), defaultMetrics().metrics()]);
    return `${parts.join("\n")}\n`;
  }
}
