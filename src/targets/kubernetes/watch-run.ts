import { type Clock, sleep } from "../../clock.ts";
import { msPerSecond } from "../../units.ts";
import type { ApiProblem } from "./problem.ts";
import { RollCall } from "./roll-call.ts";

/** Why a watch was begun anew; the `reason` label of `pingo_api_watch_restarts_total`. */
export const restartReasons = ["closed", "broken", "expired", "error", "overdue", "resync"] as const;
export type RestartReason = (typeof restartReasons)[number];

/** Why we ended a watch ourselves. */
export type OwnEnd =
  | { readonly why: "restart"; readonly reason: RestartReason; readonly listAnew: boolean }
  | { readonly why: "endless stream" }
  | { readonly why: "unbelieved"; readonly problem: ApiProblem };

/** How late the end of a watch may come. With the longest of watches this stays below a minute. */
const overdueMs = 8_000;
/** Silence in the middle of a list as a stream: longer than the client waits for an answer, so that each says what it knows. */
const streamSilenceMs = 12_000;

/** One watch while it runs, and the list that it may begin with. */
export class WatchRun {
  readonly startMs: number;
  /** While a list as a stream is on its way. */
  roll: RollCall | undefined;
  /** Why we ended it ourselves. */
  ownEnd: OwnEnd | undefined;
  openedMs: number | undefined;
  readonly #clock: Clock;
  readonly #isStream: boolean;
  readonly #ending = new AbortController();
  /** When it was opened, or last brought something of the list. */
  #activeMs: number | undefined;
  /** When the list was whole. */
  #listedMs: number | undefined;

  /** `isStream`: it begins with a list. */
  constructor(clock: Clock, isStream: boolean) {
    this.#clock = clock;
    this.#isStream = isStream;
    this.startMs = clock.nowMs();
    this.roll = isStream ? new RollCall() : undefined;
  }

  /** Aborted when we end it. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  opened(): void {
    this.openedMs = this.#clock.nowMs();
    this.#activeMs = this.openedMs;
  }

  /** It brought something of the list that was not there before. */
  movedOn(): void {
    this.#activeMs = this.#clock.nowMs();
  }

  listed(): void {
    this.roll = undefined;
    this.#listedMs = this.#clock.nowMs();
  }

  end(why: OwnEnd): void {
    this.ownEnd ??= why;
    this.#ending.abort();
  }

  /**
   * Ends a stream that stops before its list is whole, and a watch that its server does not end in time, of which it
   * tells `overdue`. `seconds`: how long the watch is to last.
   */
  async guard(seconds: number, overdue: () => void, signal: AbortSignal): Promise<void> {
    while (this.roll !== undefined) {
      // Before it is open, the client keeps the time, which may take a plugin's for credentials.
      const activeMs = this.#activeMs ?? this.#clock.nowMs();
      const leftMs = activeMs + streamSilenceMs - this.#clock.nowMs();
      if (leftMs <= 0) return this.end({ why: "endless stream" });
      await sleep(this.#clock, leftMs, signal);
      if (signal.aborted) return;
    }
    // Of a stream, this is the time from its list's end.
    const sinceMs = this.#listedMs ?? this.startMs;
    const dueMs = sinceMs + seconds * msPerSecond + (this.#isStream ? 0 : overdueMs);
    await sleep(this.#clock, Math.max(0, dueMs - this.#clock.nowMs()), signal);
    if (signal.aborted) return;
    // The server was not told when the watch after a stream is to end, because a stream takes as long as it takes.
    if (!this.#isStream) overdue();
    this.end({ why: "restart", reason: this.#isStream ? "closed" : "overdue", listAnew: false });
  }
}
