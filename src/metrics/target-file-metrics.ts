import type { Counter, Gauge } from "prom-client";
import type { Clock } from "../clock.ts";
import { msToSeconds } from "../units.ts";
import { catalogue } from "./catalogue.ts";
import type { Families } from "./families.ts";

/** What is told of the file of targets, where there is one. */
export class TargetFileMetrics {
  readonly #ok: Gauge;
  readonly #lastSuccess: Gauge;
  readonly #resolutions: Counter<"result">;
  readonly #clock: Clock;

  constructor(families: Families, clock: Clock) {
    this.#clock = clock;
    this.#ok = families.gauge(catalogue.fileOk);
    this.#lastSuccess = families.gauge(catalogue.fileLastSuccess);
    this.#resolutions = families.counter(catalogue.resolutions);
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
