import type { Counter, Gauge } from "prom-client";
import type { Clock } from "../clock.ts";
import { msToSeconds } from "../units.ts";
import type { Families } from "./families.ts";

/** What is told of the file of targets, where there is one. */
export class TargetFileMetrics {
  readonly #ok: Gauge;
  readonly #lastSuccess: Gauge;
  readonly #resolutions: Counter<"result">;
  readonly #clock: Clock;

  constructor(families: Families, clock: Clock) {
    this.#clock = clock;
    this.#ok = families.gauge(
      "pingo_targets_file_ok",
      "1 if the file of targets, as it is now, can be used; 0 where an older state of it serves on.",
    );
    this.#lastSuccess = families.gauge(
      "pingo_targets_file_last_success_timestamp_seconds",
      "When the file of targets was last found usable, in seconds since 1970.",
    );
    this.#resolutions = families.counter(
      "pingo_targets_resolutions_total",
      "Host names of the file that were looked up, by result.",
      ["result"],
    );
    for (const result of ["ok", "failed"]) this.#resolutions.inc({ result }, 0);
  }

  fileChecked(ok: boolean): void {
    this.#ok.set(ok ? 1 : 0);
    if (ok) this.#lastSuccess.set(msToSeconds(this.#clock.unixMs()));
  }

  resolved(ok: boolean): void {
    this.#resolutions.inc({ result: ok ? "ok" : "failed" });
  }
}
