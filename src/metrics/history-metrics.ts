import type { Counter, Gauge } from "prom-client";
import { catalogue } from "./catalogue.ts";
import type { Families } from "./families.ts";

/** What a history tells of itself, as it is at a moment. */
export interface HistoryCounts {
  readonly bytes: number;
  /** Empty where nothing is wrong. */
  readonly problem: string;
  readonly writtenMinutes: number;
  readonly droppedMinutes: number;
  readonly droppedRecords: number;
  readonly damagedFiles: number;
}

/** The families of the history, read from it as a page is made. */
export class HistoryMetrics {
  readonly #counts: () => HistoryCounts;
  readonly #bytes: Gauge;
  readonly #ok: Gauge;
  readonly #written: Counter;
  readonly #dropped: Counter<"unit">;
  readonly #damaged: Counter;

  constructor(families: Families, counts: () => HistoryCounts) {
    this.#counts = counts;
    this.#bytes = families.gauge(catalogue.historyBytes);
    this.#ok = families.gauge(catalogue.historyOk);
    this.#written = families.counter(catalogue.historyWritten);
    this.#dropped = families.counter(catalogue.historyDropped);
    this.#damaged = families.counter(catalogue.historyDamaged);
  }

  /** To be called before the families are read. */
  update(): void {
    const { bytes, problem, writtenMinutes, droppedMinutes, droppedRecords, damagedFiles } = this.#counts();
    this.#bytes.set(bytes);
    this.#ok.set(problem === "" ? 1 : 0);
    this.#written.reset();
    this.#written.inc(writtenMinutes);
    this.#dropped.reset();
    this.#dropped.inc({ unit: "minute" }, droppedMinutes);
    this.#dropped.inc({ unit: "handshake" }, droppedRecords);
    this.#damaged.reset();
    this.#damaged.inc(damagedFiles);
  }
}
