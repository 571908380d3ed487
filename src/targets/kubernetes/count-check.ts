import { type Clock, sleep } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { ApiClient } from "./api-client.ts";
import { countNodes, type NodeCount } from "./list-nodes.ts";
import type { ApiProblem } from "./problem.ts";
import { isEarlier } from "./resource-version.ts";

export interface CountCheckOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly labelSelector: string;
  /** Between two questions while all is well. */
  readonly scanMs: number;
  /** How many nodes the API should count, and how many are known. */
  readonly counts: () => { readonly expected: number; readonly known: number };
  /** The version that is known, at this moment. */
  readonly version: () => string;
  /** Told of each answer that came, when it came, and of each that did not. */
  readonly answered: (atMs: number) => void;
  readonly failed: (problem: ApiProblem) => void;
  /** Told of each answer that says that the nodes are as they are known. */
  readonly agreed: () => void;
  readonly log: Log;
}

/** After a connection broke, the API may be another one: how far it has come is asked this soon. */
const soonMs = 1_000;
/** The second look at a number of nodes that differs; by then events on their way have arrived. */
const secondLookMs = 2_000;

/**
 * Asks for the number of nodes at every scan while a watch runs. That measures the API; and it finds a watch that has
 * lost something (seen twice in a row, as events may still be on their way), and an API whose store has gone back in
 * time, as one that was restored from a backup, so that it would tell nothing until it is where it was.
 */
export class CountCheck {
  readonly #options: CountCheckOptions;
  #dueMs = 0;
  /** How many times in a row the number was not ours. */
  #differed = 0;
  /** By how much it was off when the nodes were last listed for it. */
  #relistedFor = 0;

  constructor(options: CountCheckOptions) {
    this.#options = options;
  }

  /** The next question is a scan away. */
  postpone(): void {
    this.#dueMs = this.#options.clock.nowMs() + this.#options.scanMs;
  }

  /** The nodes were just listed. */
  listed(): void {
    this.postpone();
    this.#differed = 0;
  }

  soon(): void {
    this.#dueBy(soonMs);
  }

  /** Resolves with true where only a new list helps, with false once `signal` is aborted. `isListing`: no count means anything yet. */
  async untilLost(isListing: () => boolean, signal: AbortSignal): Promise<boolean> {
    const { clock, answered, failed, version } = this.#options;
    for (;;) {
      await sleep(clock, Math.max(0, this.#dueMs - clock.nowMs()), signal);
      if (signal.aborted) return false;
      this.postpone();
      if (isListing()) continue;
      const knownVersion = version();
      const answer = await countNodes({ ...this.#options, signal });
      if (signal.aborted) return false;
      if ("problem" in answer) {
        failed(answer.problem);
        continue;
      }
      answered(clock.nowMs());
      if (this.#hasLost(answer, knownVersion)) return true;
    }
  }

  #hasLost({ count, resourceVersion }: NodeCount, knownVersion: string): boolean {
    const { log, counts, agreed } = this.#options;
    if (isEarlier(resourceVersion, knownVersion)) {
      log.warn(`the API has gone back from version ${knownVersion} to ${resourceVersion}; listing the nodes anew`);
      return true;
    }
    const { expected, known } = counts();
    const difference = count === undefined ? 0 : count - expected;
    // One that a new list did not mend is how this API counts, which calls its number an estimate.
    const differs = difference !== 0 && difference !== this.#relistedFor;
    if (count !== undefined && !differs) agreed();
    this.#differed = differs ? this.#differed + 1 : 0;
    if (this.#differed === 1) this.#dueBy(secondLookMs);
    if (this.#differed < 2) return false;
    this.#relistedFor = difference;
    log.warn(`the API has ${count} nodes and ${known} are known; listing them anew`);
    return true;
  }

  #dueBy(withinMs: number): void {
    this.#dueMs = Math.min(this.#dueMs, this.#options.clock.nowMs() + withinMs);
  }
}
