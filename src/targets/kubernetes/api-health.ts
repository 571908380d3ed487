import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { count, formatMs } from "../../units.ts";
import type { ApiProblem } from "./problem.ts";

/** A trouble that goes on is mentioned again after this long. */
const reminderMs = 5 * 60_000;

/** Tells the log of the API's troubles: once when one begins or changes, now and then while it lasts, once when it is over. */
export class ApiHealth {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #api: string;
  #trouble: { kind: string; sinceMs: number; toldMs: number; tries: number } | undefined;

  constructor(api: string, log: Log, clock: Clock) {
    this.#api = api;
    this.#log = log;
    this.#clock = clock;
  }

  /** `known` is how many nodes stay as they were. */
  failed(problem: ApiProblem, known: number): void {
    const nowMs = this.#clock.nowMs();
    const before = this.#trouble;
    const tries = (before?.tries ?? 0) + 1;
    const sinceMs = before?.sinceMs ?? nowMs;
    // How many bytes came of it, or the number of a request, is no news.
    const kind = problem.detail.replace(/\d+/g, "#");
    const isNews = before?.kind !== kind;
    const tell = isNews || nowMs - before.toldMs >= reminderMs;
    this.#trouble = { kind, sinceMs, tries, toldMs: tell ? nowMs : before.toldMs };
    if (!tell) return;
    const lasting = before === undefined ? "" : `; ${count(tries, "try")} in ${formatMs(nowMs - sinceMs)}`;
    this.#log.warn(`the API ${this.#api} cannot be used: ${problem.detail}${lasting}; ${this.#kept(known)}`);
  }

  /** `atMs`: when, on the monotonic clock; an answer may have to prove itself first. */
  answered(atMs: number): void {
    if (this.#trouble === undefined) return;
    const { sinceMs, tries } = this.#trouble;
    const lastedMs = atMs - sinceMs;
    this.#trouble = undefined;
    this.#log.info(`the API ${this.#api} answers again after ${formatMs(lastedMs)} and ${count(tries, "failed try")}`);
  }

  #kept(known: number): string {
    return known === 0 ? "no node is known" : `the ${count(known, "known node")} stay`;
  }
}
