import type { Counter, Gauge, Histogram } from "prom-client";
import type { Clock } from "../clock.ts";
import type { RequestReport } from "../targets/kubernetes/api-client.ts";
import type { FollowReport } from "../targets/kubernetes/node-follower.ts";
import { type ProblemReason, problemReasons } from "../targets/kubernetes/problem.ts";
import { type RestartReason, restartReasons } from "../targets/kubernetes/watch-run.ts";
import { msToSeconds } from "../units.ts";
import { catalogue } from "./catalogue.ts";
import type { Families } from "./families.ts";
import type { LegacyCounts } from "./legacy-table.ts";

const requestSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The families that tell of the APIs: a few series a cluster. */
export class ApiMetrics {
  readonly up: Gauge<"cluster">;
  readonly seconds: Histogram<"cluster" | "verb">;
  readonly requests: Counter<"cluster" | "verb" | "code">;
  readonly errors: Counter<"cluster" | "reason">;
  readonly lastSync: Gauge<"cluster">;
  readonly watchRestarts: Counter<"cluster" | "reason">;
  readonly clock: Clock;

  constructor(families: Families, clock: Clock) {
    this.clock = clock;
    this.up = families.gauge(catalogue.apiUp);
    this.seconds = families.histogram(catalogue.apiSeconds, requestSeconds);
    this.requests = families.counter(catalogue.apiRequests);
    this.errors = families.counter(catalogue.apiErrors);
    this.lastSync = families.gauge(catalogue.apiLastSync);
    this.watchRestarts = families.counter(catalogue.apiWatchRestarts);
  }

  /** What one cluster's client and follower report to. */
  of(cluster: string): ApiRecorder {
    for (const reason of problemReasons) this.errors.inc({ cluster, reason }, 0);
    for (const reason of restartReasons) this.watchRestarts.inc({ cluster, reason }, 0);
    return new ApiRecorder(this, cluster);
  }
}

/** The series of one API. */
export class ApiRecorder implements FollowReport {
  /** As the first PinGo counted it. */
  readonly legacy: LegacyCounts = { reply: 0, lost: 0, timeMs: 0 };
  readonly #metrics: ApiMetrics;
  readonly #cluster: string;

  constructor(metrics: ApiMetrics, cluster: string) {
    this.#metrics = metrics;
    this.#cluster = cluster;
  }

  request({ verb, status, durationMs }: RequestReport): void {
    const cluster = this.#cluster;
    const answered = status === 200;
    this.#metrics.requests.inc({ cluster, verb, code: String(status) });
    // Where the token may list and not watch, as the first PinGo's, that answer is no failure of the API.
    if (verb === "watch" && (status === 403 || status === 405)) return;
    this.#metrics.up.set({ cluster }, answered ? 1 : 0);
    if (status !== 0) this.#metrics.seconds.observe({ cluster, verb }, msToSeconds(durationMs));
    if (answered) {
      this.legacy.reply++;
      this.legacy.timeMs += durationMs;
    } else {
      this.legacy.lost++;
    }
  }

  synced(): void {
    this.#metrics.lastSync.set({ cluster: this.#cluster }, msToSeconds(this.#metrics.clock.unixMs()));
  }

  watchRestarted(reason: RestartReason): void {
    this.#metrics.watchRestarts.inc({ cluster: this.#cluster, reason });
  }

  /** An answer that could not be used counts as none, though its status was 200. */
  failed(): void {
    this.#metrics.up.set({ cluster: this.#cluster }, 0);
  }

  problem(reason: ProblemReason): void {
    this.#metrics.errors.inc({ cluster: this.#cluster, reason });
  }
}
