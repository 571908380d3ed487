import { type Clock, sleep } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Snapshot } from "../metrics/metrics-page.ts";
import { count, formatMs, msToSeconds } from "../units.ts";
import type { OtlpSender, Sent } from "./otlp-sender.ts";

/** What the metrics want to know. */
export interface PushReport {
  pushed(result: "ok" | "failed"): void;
  dropped(points: number): void;
}

export interface PusherOptions {
  readonly url: URL;
  readonly intervalMs: number;
  readonly instance: string;
  readonly version: string;
  readonly snapshot: () => Promise<Snapshot>;
  readonly report: PushReport;
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * Pushes everything at an interval. Counters count from their beginning, so that a push that fails loses a moment and no
 * handshake: nothing waits in a queue, and what is not delivered is counted as dropped.
 */
export class Pusher {
  readonly #options: PusherOptions;
  #failingSinceMs: number | undefined;

  constructor(options: PusherOptions) {
    this.#options = options;
  }

  /** Pushes until `signal` is aborted. Never rejects: what nobody foresaw is told, and counts as a push that failed. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.#run(signal);
    } catch (error) {
      this.#options.log.error(`nothing is pushed any more: ${(error as Error).stack}`);
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { url, instance, version, clock, intervalMs } = this.#options;
    // 36 MB of memory, which only those who push need.
    const { OtlpSender } = await import("./otlp-sender.ts");
    const sender = new OtlpSender({ url, instance, version });
    for (;;) {
      await sleep(clock, intervalMs, signal);
      if (signal.aborted) break;
      await this.#push(sender, signal);
    }
    sender.close();
  }

  async #push(sender: OtlpSender, signal: AbortSignal): Promise<void> {
    const { report } = this.#options;
    const sent = await this.#send(sender, signal).catch((error: Error) => {
      return { arrived: 0, dropped: 0, problem: `an error in PinGo: ${error.stack}` };
    });
    if (signal.aborted) return;
    report.pushed(sent.problem === undefined ? "ok" : "failed");
    report.dropped(sent.dropped);
    this.#tell(sent);
  }

  async #send(sender: OtlpSender, signal: AbortSignal): Promise<Sent> {
    const { snapshot, clock } = this.#options;
    const { families, free } = await snapshot();
    try {
      return await sender.send(families, msToSeconds(clock.unixMs()), signal);
    } finally {
      free();
    }
  }

  #tell({ problem, arrived, dropped }: Sent): void {
    const { log, clock, url } = this.#options;
    const nowMs = clock.nowMs();
    if (problem === undefined) {
      if (this.#failingSinceMs !== undefined) {
        log.info(`${url.host} takes metrics again after ${formatMs(nowMs - this.#failingSinceMs)}`);
      }
      this.#failingSinceMs = undefined;
      return;
    }
    if (this.#failingSinceMs !== undefined) return;
    this.#failingSinceMs = nowMs;
    const what = arrived === 0 ? "metrics" : "all metrics";
    log.warn(`${url.host} does not take ${what}: ${problem}`, { dropped: count(dropped, "point"), arrived });
  }
}
