/** The one place where units are converted. Metrics are in seconds, timers in milliseconds, handshakes in microseconds. */

export const msPerSecond = 1_000;
export const usPerMs = 1_000;
export const usPerSecond = 1_000_000;

export const msToSeconds = (ms: number): number => ms / msPerSecond;
export const msToUs = (ms: number): number => ms * usPerMs;
export const usToMs = (us: number): number => us / usPerMs;
export const usToSeconds = (us: number): number => us / usPerSecond;
export const secondsToMs = (seconds: number): number => seconds * msPerSecond;

/** A duration as people read it: three figures and the unit that fits, `0.412 ms`, `14.0 s`. */
export function formatUs(us: number): string {
  if (us < usPerMs) return `${(us / usPerMs).toFixed(3)} ms`;
  if (us < 10 * usPerMs) return `${(us / usPerMs).toFixed(2)} ms`;
  if (us < 1_000 * usPerMs) return `${(us / usPerMs).toFixed(1)} ms`;
  return `${(us / usPerSecond).toFixed(2)} s`;
}

/** A longer span for logs: `850 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatMs(ms: number): string {
  if (ms < msPerSecond) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / msPerSecond);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
