import { type Clock, sleep } from "../clock.ts";
import type { Log } from "../log.ts";
import { formatMs } from "../units.ts";
import type { TargetSource } from "./source.ts";

/** Before a source that failed begins anew: long enough that one which fails at once fills no log. */
const anewMs = 10_000;

export interface FollowParts {
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Runs a source until `signal` is aborted. Never rejects: should a source, against its promise, that is a flaw of ours,
 * and no reason to stop measuring what the others know. Left as it was it would grow old unseen, so it begins anew.
 */
export async function followSource(source: TargetSource, { log, clock, signal }: FollowParts): Promise<void> {
  while (!signal.aborted) {
    // What a run that failed has left under way ends with it.
    const ending = new AbortController();
    try {
      return await source.run(AbortSignal.any([signal, ending.signal]));
    } catch (error) {
      const { stack } = error as Error;
      log.error(`the source ${source.cluster} failed and begins anew in ${formatMs(anewMs)}: ${stack}`);
    } finally {
      ending.abort();
    }
    await sleep(clock, anewMs, signal);
  }
}
