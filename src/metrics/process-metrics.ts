import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Clock } from "../clock.ts";
import { type SkipReason, skipReasons } from "../handshake/probing.ts";
import type { RequestReport } from "../targets/kubernetes/api-client.ts";
import { type RestartReason, restartReasons } from "../targets/kubernetes/node-follower.ts";
import { type ProblemReason, problemReasons } from "../targets/kubernetes/problem.ts";
import { msToSeconds } from "../units.ts";
import type { LegacyCounts } from "./legacy-table.ts";

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
  readonly cluster: string;
  readonly version: string;
  readonly revision: string;
  readonly clock: Clock;
}

/** What PinGo tells of itself and of the API: few series, so that prom-client does. */
export class ProcessMetrics {
  /** The API as the first PinGo counted it. */
  readonly api: LegacyCounts = { reply: 0, lost: 0, timeMs: 0 };
  readonly #registry = new Registry();
  readonly #cluster: string;
  readonly #clock: Clock;
  readonly #apiUp: Gauge;
  readonly #apiSeconds: Histogram;
  readonly #apiRequests: Counter;
  readonly #apiErrors: Counter;
  readonly #apiLastSync: Gauge;
  readonly #watchRestarts: Counter;
  readonly #engineInfo: Gauge;
  readonly #engineRestarts: Counter;
  readonly #skipped: Counter;
  readonly #lag: Histogram;

  constructor(options: ProcessMetricsOptions) {
    const registers = [this.#registry];
    const { cluster } = options;
    this.#cluster = cluster;
    this.#clock = options.clock;
    this.#apiUp = new Gauge({
      name: "pingo_api_up",
      help: "1 if the last answer of the API could be used, else 0.",
      labelNames: ["cluster"],
      registers,
    });
    this.#apiSeconds = new Histogram({
      name: "pingo_api_request_seconds",
      help: "Time from a request to the API until the headers of its answer; unanswered ones are not in it.",
      labelNames: ["cluster", "verb"],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    });
    this.#apiRequests = new Counter({
      name: "pingo_api_requests_total",
      help: "Requests to the API by HTTP status code; code 0 where no answer came.",
      labelNames: ["cluster", "verb", "code"],
      registers,
    });
    this.#apiErrors = new Counter({
      name: "pingo_api_errors_total",
      help: "Answers of the API that could not be used, and answers that did not come, by reason.",
      labelNames: ["cluster", "reason"],
      registers,
    });
    this.#apiLastSync = new Gauge({
      name: "pingo_api_last_sync_timestamp_seconds",
      help: "When the nodes were last known to be as the API has them, in seconds since 1970.",
      labelNames: ["cluster"],
      registers,
    });
    this.#watchRestarts = new Counter({
      name: "pingo_api_watch_restarts_total",
      help: "Watches that had to be begun anew, by reason.",
      labelNames: ["cluster", "reason"],
      registers,
    });
    this.#skipped = new Counter({
      name: "pingo_probes_skipped_total",
      help: "Handshakes that this program did not make when they were due, by reason.",
      labelNames: ["reason"],
      registers,
    });
    this.#lag = new Histogram({
      name: "pingo_schedule_lag_seconds",
      help: "How long after its due time a handshake began.",
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    });
    this.#engineInfo = new Gauge({
      name: "pingo_engine_info",
      help: "Which engine makes the handshakes, always 1.",
      labelNames: ["engine"],
      registers,
    });
    this.#engineRestarts = new Counter({
      name: "pingo_engine_restarts_total",
      help: "How often the engine's thread died and another one took its place.",
      registers,
    });
    for (const reason of skipReasons) this.#skipped.inc({ reason }, 0);
    for (const reason of problemReasons) this.#apiErrors.inc({ cluster, reason }, 0);
    for (const reason of restartReasons) this.#watchRestarts.inc({ cluster, reason }, 0);
    this.#describe(options);
  }

  engineIs(engine: string): void {
    this.#engineInfo.set({ engine }, 1);
  }

  engineRestarted(): void {
    this.#engineRestarts.inc();
  }

  request({ verb, status, durationMs }: RequestReport): void {
    const cluster = this.#cluster;
    const answered = status === 200;
    this.#apiRequests.inc({ cluster, verb, code: String(status) });
    // Where the token may list and not watch, as the first PinGo's, that answer is no failure of the API.
    if (verb === "watch" && (status === 403 || status === 405)) return;
    this.#apiUp.set({ cluster }, answered ? 1 : 0);
    if (status !== 0) this.#apiSeconds.observe({ cluster, verb }, msToSeconds(durationMs));
    if (answered) {
      this.api.reply++;
      this.api.timeMs += durationMs;
    } else {
      this.api.lost++;
    }
  }

  synced(): void {
    this.#apiLastSync.set({ cluster: this.#cluster }, msToSeconds(this.#clock.unixMs()));
  }

  watchRestarted(reason: RestartReason): void {
    this.#watchRestarts.inc({ cluster: this.#cluster, reason });
  }

  /** An answer that could not be used counts as none, though its status was 200. */
  apiFailed(): void {
    this.#apiUp.set({ cluster: this.#cluster }, 0);
  }

  problem(reason: ProblemReason): void {
    this.#apiErrors.inc({ cluster: this.#cluster, reason });
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

  #describe({ version, revision }: ProcessMetricsOptions): void {
    const registers = [this.#registry];
    new Gauge({
      name: "pingo_build_info",
      help: "Which PinGo this is, always 1.",
      labelNames: ["version", "revision", "node"],
      registers,
    }).set({ version, revision, node: process.version }, 1);
  }
}
