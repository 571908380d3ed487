/**
 * Time, passed in wherever it is needed so that tests move it by hand.
 *
 * `nowMs` is monotonic (it never jumps with the wall clock and its zero means nothing);
 * `unixMs` is the wall clock and serves only to tell people and Prometheus when something was.
 */
export interface Clock {
  /** Monotonic milliseconds, fractional. */
  nowMs(): number;
  /** Milliseconds since 1970-01-01 UTC. */
  unixMs(): number;
  /** Calls `callback` once, `delayMs` from now at the earliest. */
  setTimer(callback: () => void, delayMs: number): Timer;
}

export interface Timer {
  /** Takes the call back; without effect once it was made. */
  cancel(): void;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  unixMs: () => Date.now(),
  setTimer(callback, delayMs) {
    const handle = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Waits `delayMs`, or less where `signal` is aborted before. Never rejects. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const finish = () => {
      timer.cancel();
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = clock.setTimer(finish, delayMs);
    signal.addEventListener("abort", finish);
  });
}
