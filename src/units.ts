/** The one place where units are converted. Metrics are in seconds, timers in milliseconds, handshakes in microseconds. */

export const msPerSecond = 1_000;
export const usPerMs = 1_000;
export const usPerSecond = 1_000_000;

export const msToSeconds = (ms: number): number => ms / msPerSecond;
export const msToUs = (ms: number): number => ms * usPerMs;
export const usToMs = (us: number): number => us / usPerMs;
export const usToSeconds = (us: number): number => us / usPerSecond;

/** A duration as people read it: three figures and the unit that fits, `0.412 ms`, `14.0 s`. */
export function formatUs(us: number): string {
  const ms = usToMs(us);
  // Bounds where rounding to three figures would give 1000 ms.
  if (ms < 0.9995) return `${ms.toFixed(3)} ms`;
  return ms < 999.5 ? `${threeFigures(ms)} ms` : `${threeFigures(usToSeconds(us))} s`;
}

function threeFigures(value: number): string {
  if (value < 9.995) return value.toFixed(2);
  return value.toFixed(value < 99.95 ? 1 : 0);
}

/** A longer span for logs: `850 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatMs(ms: number): string {
  if (Math.round(ms) < msPerSecond) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / msPerSecond);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return twoUnits(minutes, "min", seconds % 60, "s");
  return twoUnits(Math.floor(minutes / 60), "h", minutes % 60, "min");
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `1 node`, `2 nodes`. */
export function count(number: number, noun: string): string {
  if (number === 1) return `1 ${noun}`;
  return `${number} ${noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}
